// SPDX-License-Identifier: MIT
/* Calls that fail: their results, errno, and libbpf's warnings. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "failures.skel.h"

/* Warnings go to stdout. The verifier's log, which differs between kernels, is left out. */
static int print_warning(enum libbpf_print_level level, const char *format, va_list arguments) {
    char text[65536];
    if (level != LIBBPF_WARN) return 0;
    vsnprintf(text, sizeof(text), format, arguments);
    static int in_log;
    in_log = strstr(text, "BEGIN PROG LOAD LOG") ? 1 : in_log;
    char *descriptor = strstr(text, "fd=");
    if (descriptor) descriptor[3] = 'N';
    if (!in_log) printf("| %s", text);
    in_log = strstr(text, "END PROG LOAD LOG") ? 0 : in_log;
    return 0;
}

static void number(const char *what, int result) {
    const char *sign = result < 0 ? strerror(-result) : "no error";
    printf("%s: %d %s", what, result < 0 ? result : 0, sign);
    if (result < 0) printf(", errno %s", errno == -result ? "equal" : strerror(errno));
    printf("\n");
}

static void pointer(const char *what, const void *result) {
    char reason[100] = "not NULL";
    if (!result) libbpf_strerror(errno, reason, sizeof(reason));
    printf("%s: %s\n", what, reason);
}

static void open_objects(void) {
    pointer("open nothing", bpf_object__open_mem(NULL, 0, NULL));
    pointer("open missing file", bpf_object__open("/missing.bpf.o"));
    pointer("open no file", bpf_object__open_file(NULL, NULL));
}

static void before_load(struct failures *skel) {
    pointer("find program", bpf_object__find_program_by_name(skel->obj, "absent"));
    pointer("find map", bpf_object__find_map_by_name(skel->obj, "absent"));
    number("find fd of map", bpf_object__find_map_fd_by_name(skel->obj, "absent"));
    number("fd of program", bpf_program__fd(skel->progs.fine));
    pointer("attach before load", bpf_program__attach(skel->progs.fine));
    number("initial value of a hash", bpf_map__set_initial_value(skel->maps.small, "12345678", 8));
    size_t size;
    printf("no initial value: %d\n", bpf_map__initial_value(skel->maps.small, &size) == NULL);
}

static void maps(struct failures *skel) {
    int fd = bpf_map__fd(skel->maps.small);
    int key = 1;
    long value = 5;
    number("lookup", bpf_map_lookup_elem(fd, &key, &value));
    number("delete", bpf_map_delete_elem(fd, &key));
    number("next key", bpf_map_get_next_key(fd, NULL, &key));
    number("update", bpf_map_update_elem(fd, &key, &value, BPF_EXIST));
    number("add", bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST));
    number("add again", bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST));
    number("wrong key size", bpf_map__lookup_elem(skel->maps.small, &key, 2, &value, sizeof(value), 0));
    number("wrong value size", bpf_map__lookup_elem(skel->maps.small, &key, 4, &value, 4, 0));
    number("no such descriptor", bpf_map_lookup_elem(9999, &key, &value));
    number("create", bpf_map_create(BPF_MAP_TYPE_HASH, "bad", 0, 4, 1, NULL));
    number("entries after load", bpf_map__set_max_entries(skel->maps.small, 100));
    number("value size after load", bpf_map__set_value_size(skel->maps.small, 100));
    pointer("ring of a hash", ring_buffer__new(fd, NULL, NULL, NULL));
    pointer("perf buffer of a hash", perf_buffer__new(fd, 8, NULL, NULL, NULL, NULL));
    pointer("perf buffer of 3 pages", perf_buffer__new(fd, 3, NULL, NULL, NULL, NULL));
}

static void programs(struct failures *skel) {
    number("load again", bpf_object__load(skel->obj));
    number("autoload after load", bpf_program__set_autoload(skel->progs.fine, false));
    number("fd of a program that is not loaded", bpf_program__fd(skel->progs.refused));
    pointer("attach without target", bpf_program__attach(skel->progs.without_target));
    pointer("attach to no tracepoint", bpf_program__attach_tracepoint(skel->progs.without_target, "no", "such"));
    pointer("attach to no function", bpf_program__attach_kprobe(skel->progs.without_function, false, "no_such_one"));
    number("attach skeleton", failures__attach(skel));
    printf("attached until then: %d\n", skel->links.fine != NULL);
    number("destroy no link", bpf_link__destroy(NULL));
    printf("error of NULL: %s\n", strerror(-libbpf_get_error(NULL)));
    printf("error of a pointer: %ld\n", libbpf_get_error(skel->progs.fine));
}

static void refused(void) {
    struct failures *skel = failures__open();
    bpf_program__set_autoload(skel->progs.refused, true);
    number("load", failures__load(skel));
    printf("not loaded: %d\n", bpf_map__fd(skel->maps.small) < 0);
    failures__destroy(skel);
}

int main(void) {
    libbpf_set_print(print_warning);
    open_objects();
    struct failures *skel = failures__open();
    before_load(skel);
    number("load", failures__load(skel));
    maps(skel);
    programs(skel);
    failures__destroy(skel);
    refused();
    skel = failures__open_and_load();
    pointer("open and load", skel);
    failures__destroy(skel);
    return 0;
}
