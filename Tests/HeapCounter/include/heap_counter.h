#ifndef HEAP_COUNTER_H
#define HEAP_COUNTER_H

#include <stdbool.h>

/// Whether this C library lets a program stand in front of its allocator.
extern const bool heap_counter_works;

/// Begins to count what the calling thread takes from the heap.
void heap_counter_start(void);

/// Ends the count of the calling thread; how many blocks it took.
long heap_counter_stop(void);

#endif
