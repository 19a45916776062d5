// SPDX-License-Identifier: MIT
/* Texts that the host returns. libbpf keeps them in its objects; here they are kept once, until the guest ends. */
#include <stdlib.h>
#include <string.h>
#include "libbpf_guest.h"

struct text {
    struct text *next;
    char bytes[];
};

enum { BUCKETS = 64 };

static struct text *buckets[BUCKETS];

static unsigned int hash(const char *bytes, size_t length) {
    unsigned int result = 5381;
    for (size_t i = 0; i < length; i++) result = result * 33 + (unsigned char)bytes[i];
    return result;
}

static const char *keep(const char *bytes, size_t length) {
    struct text **place = &buckets[hash(bytes, length) % BUCKETS];
    for (; *place; place = &(*place)->next) {
        if (strlen((*place)->bytes) == length && memcmp((*place)->bytes, bytes, length) == 0) return (*place)->bytes;
    }
    struct text *text = malloc(sizeof(*text) + length + 1);
    if (!text) return NULL;
    text->next = NULL;
    memcpy(text->bytes, bytes, length);
    text->bytes[length] = 0;
    *place = text;
    return text->bytes;
}

char *libbpf_guest_text_room(int length) {
    return malloc((size_t)length + 1);
}

const char *libbpf_guest_text(char *text, int length, bool allocated) {
    const char *kept = NULL;
    if (length < 0) {
        errno = -length;
    } else if (text) {
        kept = keep(text, strlen(text));
    }
    if (allocated) free(text);
    return kept;
}
