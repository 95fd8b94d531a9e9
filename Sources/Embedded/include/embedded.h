// Files compiled into the binary, so that an installed program needs nothing beside it.
#pragma once
#include <stddef.h>

/// The bundled model, a GGUF file; aligned like a mapped file.
extern const void *const embedded_model_start;
/// Bytes of the bundled model.
extern const size_t embedded_model_count;

/// The chat page, an HTML file.
extern const void *const embedded_chat_page_start;
/// Bytes of the chat page.
extern const size_t embedded_chat_page_count;
