#include "embedded.h"

// Aligned like a mapped file, since tensors are read in place.
_Alignas(4096) static const unsigned char embedded_model[] = {
#embed "../../fixtures/models/bundled.gguf"
};
const void *const embedded_model_start = embedded_model;
const size_t embedded_model_count = sizeof(embedded_model);

static const unsigned char embedded_chat_page[] = {
#embed "../Serving/Web/chat.html"
};
const void *const embedded_chat_page_start = embedded_chat_page;
const size_t embedded_chat_page_count = sizeof(embedded_chat_page);
