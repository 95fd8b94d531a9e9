// Counts heap allocations of one thread by standing in front of the C library's allocator: the dynamic linker looks a
// symbol up in the program before it looks in libraries, so Swift's runtime and Foundation are counted too.

#include "heap_counter.h"

#include <errno.h>
#include <stddef.h>

static _Thread_local bool counting;
static _Thread_local long count;

#ifdef __GLIBC__

const bool heap_counter_works = true;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void note(void) {
    if (counting) count += 1;
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    note();
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    note();
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    note();
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

#else

const bool heap_counter_works = false;

#endif

void heap_counter_start(void) {
    count = 0;
    counting = true;
}

long heap_counter_stop(void) {
    counting = false;
    return count;
}
