// SPDX-License-Identifier: MIT
/* Functions that take options where older ones take parameters. With an argument: functions that fail in each guest. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

static void result(const char *subject, long number) {
    printf("%s: %s\n", subject, number < 0 ? strerror((int)-number) : "fine");
}

static void attach(void) {
    const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1}, {.code = BPF_JMP | BPF_EXIT}};
    int program = bpf_prog_load(BPF_PROG_TYPE_SK_SKB, "verdict", "GPL", code, 2, NULL);
    int sockets = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "sockets", 4, 4, 1, NULL);
    __u32 ids[4] = {0};
    LIBBPF_OPTS(bpf_prog_attach_opts, attach);
    LIBBPF_OPTS(bpf_prog_query_opts, query, .prog_ids = ids, .prog_cnt = 4);
    LIBBPF_OPTS(bpf_prog_detach_opts, detach);

    result("attach", bpf_prog_attach_opts(program, sockets, BPF_SK_SKB_STREAM_VERDICT, &attach));
    result("attach without options", bpf_prog_attach_opts(program, sockets, BPF_SK_SKB_STREAM_PARSER, NULL));
    result("query", bpf_prog_query_opts(sockets, BPF_SK_SKB_STREAM_VERDICT, &query));
    printf("%u programs, %s\n", query.prog_cnt, ids[0] ? "with a number" : "without a number");
    result("detach", bpf_prog_detach_opts(program, sockets, BPF_SK_SKB_STREAM_VERDICT, &detach));
    query.prog_cnt = 4;
    result("query", bpf_prog_query_opts(sockets, BPF_SK_SKB_STREAM_VERDICT, &query));
    printf("%u programs\n", query.prog_cnt);
    attach.flags = 0x8000;
    result("unknown flags", bpf_prog_attach_opts(program, sockets, BPF_SK_SKB_STREAM_VERDICT, &attach));
    close(sockets);
    close(program);
}

static void refused(void) {
    LIBBPF_OPTS(bpf_prog_attach_opts, attach, .replace_prog_fd = 1);
    LIBBPF_OPTS(bpf_prog_query_opts, query);
    __u32 ids[1];

    query.link_ids = ids;
    result("a program's number", bpf_prog_get_fd_by_id(1));
    result("a map's number", bpf_map_get_fd_by_id_opts(1, NULL));
    result("a link's number", bpf_link_get_fd_by_id(1));
    result("a token", bpf_token_create(0, NULL));
    result("replace", bpf_prog_attach_opts(0, 0, BPF_SK_SKB_STREAM_VERDICT, &attach));
    result("links", bpf_prog_query_opts(0, BPF_SK_SKB_STREAM_VERDICT, &query));
    result("a handler", libbpf_register_prog_handler("x", BPF_PROG_TYPE_XDP, BPF_XDP, NULL));
    result("a pin without --pin", bpf_obj_get_opts("/sys/fs/bpf/no_such_pin", NULL));
    errno = 0;
    printf("%s, ", bpf_linker__new("x.o", NULL) ? "a linker" : "no linker");
    printf("%s\n", strerror(errno));
}

int main(int count, char **words) {
    (void)words;
    if (count > 1) {
        refused();
        return 0;
    }
    attach();
    result("no BTF", bpf_btf_get_fd_by_id_opts(0x7fffffff, NULL));
    return 0;
}
