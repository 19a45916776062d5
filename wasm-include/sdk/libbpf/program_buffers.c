// SPDX-License-Identifier: MIT
/*
 * Memory of the guest that belongs to a program: a copy of its instructions, and the buffer for the verifier's log, into
 * which the host writes when the object is loaded.
 */
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "object.h"

struct buffers {
    struct buffers *next;
    const struct bpf_program *program;
    struct bpf_insn *instructions;
    char *log;
    size_t log_size;
};

static struct buffers *all_buffers;

static struct buffers **place_of(const struct bpf_program *prog) {
    struct buffers **place = &all_buffers;
    while (*place && (*place)->program != prog) place = &(*place)->next;
    return place;
}

static void free_buffers(const struct bpf_object *obj) {
    struct bpf_program *prog;
    bpf_object__for_each_program(prog, obj) {
        struct buffers **place = place_of(prog), *buffers = *place;
        if (!buffers) continue;
        *place = buffers->next;
        free(buffers->instructions);
        free(buffers);
    }
}

static struct buffers *buffers_of(const struct bpf_program *prog) {
    static struct libbpf_guest_hook hook = {.closing = free_buffers};
    libbpf_guest_add_hook(&hook);
    struct buffers **place = place_of(prog);
    if (!*place) *place = calloc(1, sizeof(**place));
    if (*place) (*place)->program = prog;
    return *place;
}

int bpf_program__set_log_buf(struct bpf_program *prog, char *log_buf, size_t log_size) {
    struct buffers *buffers = buffers_of(prog);
    int err = buffers ? import_bpf_program__set_log_buf(prog, log_buf, log_size) : -ENOMEM;
    if (!err) buffers->log = log_buf, buffers->log_size = log_size;
    return libbpf_guest_int(err);
}

const char *bpf_program__log_buf(const struct bpf_program *prog, size_t *log_size) {
    const struct buffers *buffers = *place_of(prog);
    *log_size = buffers ? buffers->log_size : 0;
    return buffers ? buffers->log : NULL;
}

/* Each call copies them again, because loading changes them. */
const struct bpf_insn *bpf_program__insns(const struct bpf_program *prog) {
    intptr_t count = (intptr_t)import_bpf_program__insns(prog, NULL, 0);
    if (count <= 0) return libbpf_guest_pointer(count);
    struct buffers *buffers = buffers_of(prog);
    if (!buffers) return NULL;
    size_t size = (size_t)count * sizeof(struct bpf_insn);
    struct bpf_insn *copy = realloc(buffers->instructions, size);
    if (!copy) return NULL;
    buffers->instructions = copy;
    count = (intptr_t)import_bpf_program__insns(prog, copy, size);
    return count < 0 ? libbpf_guest_pointer(count) : copy;
}
