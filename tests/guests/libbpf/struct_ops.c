// SPDX-License-Identifier: MIT
/* Sets members of a struct_ops map, as skeletons of newer versions of bpftool do: numbers, programs, and NULL. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "struct_ops.h"
#include "struct_ops.skel.h"

static struct tcp_congestion_ops___members *tuned;

static int silent(enum libbpf_print_level level, const char *format, va_list args) {
    (void)level, (void)format, (void)args;
    return 0;
}

/* The name of the program behind a member. */
static const char *name_of(const struct bpf_program *prog) {
    return prog ? bpf_program__name(prog) : "none";
}

static void show(void) {
    printf("members: %s, %s, %s, flags %u, name %s\n", name_of(tuned->ssthresh), name_of(tuned->undo_cwnd),
           name_of(tuned->set_state), tuned->flags, tuned->name);
}

/* Loads the object after `set` changed it, and attaches its map. */
static void try(const char *what, void (*set)(struct struct_ops *)) {
    struct struct_ops *skel = struct_ops__open();
    if (!skel) return;
    bpf_program__set_autoload(skel->progs.other_kind, false);
    /* A program without a member does not load. libbpf sets this again for those that have one. */
    bpf_program__set_autoload(skel->progs.second_ssthresh, false);
    tuned = bpf_map__initial_value(skel->maps.tuned, NULL);
    set(skel);
    int err = struct_ops__load(skel);
    printf("%s: load: %s\n", what, err ? strerror(-err) : "done");
    if (!err) {
        show();
        printf("loaded: %d %d\n", bpf_program__fd(skel->progs.first_ssthresh) >= 0,
               bpf_program__fd(skel->progs.second_ssthresh) >= 0);
        struct bpf_link *link = bpf_map__attach_struct_ops(skel->maps.tuned);
        printf("attach: %s\n", link ? "done" : strerror(errno));
        bpf_link__destroy(link);
    }
    struct_ops__destroy(skel);
}

static void set_nothing(struct struct_ops *skel) {
    size_t size = 0;
    const void *value = bpf_map__initial_value(skel->maps.tuned, &size);
    printf("value: %d, of %zu bytes\n", value == tuned, size);
    printf("set_initial_value: %d\n", bpf_map__set_initial_value(skel->maps.tuned, value, size));
    show();
}

static void set_name(struct struct_ops *skel) {
    (void)skel;
    strcpy(tuned->name, "wb_other");
    tuned->flags = 0;
}

static void set_wrong_flags(struct struct_ops *skel) {
    (void)skel;
    tuned->flags = 0x80;
}

static void set_program(struct struct_ops *skel) {
    tuned->ssthresh = skel->progs.second_ssthresh;
}

static void set_null(struct struct_ops *skel) {
    (void)skel;
    tuned->undo_cwnd = NULL;
}

static void set_other_kind(struct struct_ops *skel) {
    tuned->ssthresh = skel->progs.other_kind;
}

int main(void) {
    libbpf_set_print(silent);
    try("as in the object", set_nothing);
    try("name", set_name);
    try("wrong flags", set_wrong_flags);
    try("another program", set_program);
    try("no program", set_null);
    try("a program of another type", set_other_kind);
    return 0;
}
