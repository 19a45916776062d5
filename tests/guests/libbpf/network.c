// SPDX-License-Identifier: MIT
/* Descriptors as values of maps, programs and maps without an object, classifiers and XDP on lo, and facts about all of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "network.skel.h"

enum { LO = 1 };

static void result(const char *subject, long number) {
    printf("%s: %s", subject, number < 0 ? strerror((int)-number) : "");
    printf(number < 0 ? "\n" : "%ld\n", number);
}

static int run(int program) {
    char packet[64] = {0};
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);
    int err = bpf_prog_test_run_opts(program, &opts);
    return err ? err : (int)opts.retval;
}

static void use_descriptors(struct network *skel) {
    __u32 zero = 0, one = 1, value = 42;
    int jump = bpf_program__fd(skel->progs.jump), tail = bpf_program__fd(skel->progs.tail);

    result("without the call", run(jump));
    result("enter by handle", bpf_map__update_elem(skel->maps.tails, &one, 4, &tail, 4, 0));
    result("with the call", run(jump));
    result("delete", bpf_map_delete_elem(bpf_map__fd(skel->maps.tails), &one));
    result("enter by descriptor", bpf_map_update_elem(bpf_map__fd(skel->maps.tails), &one, &tail, 0));
    result("with the call", run(jump));
    result("enter a descriptor of another kind",
           bpf_map_update_elem(bpf_map__fd(skel->maps.tails), &one, &zero, 0) < 0);
    int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 4, 1, NULL);
    result("write inner", bpf_map_update_elem(inner, &zero, &value, 0));
    result("enter inner", bpf_map_update_elem(bpf_map__fd(skel->maps.outer), &one, &inner, 0));
    result("close", close(inner));
    result("use after close", bpf_map_lookup_elem(inner, &zero, &value));
    result("find by id", bpf_map_lookup_elem(bpf_map__fd(skel->maps.outer), &one, &value));
}

static void load_alone(void) {
    struct bpf_insn code[] = {{.code = 0xb7, .imm = 5}, {.code = 0x95}};
    char log[4096] = "";
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log), .log_level = 1);
    struct bpf_prog_info info = {0};
    __u32 size = sizeof(info);

    int program = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "alone", "GPL", code, 2, &opts);
    result("has a log", log[0] != 0);
    result("its result", run(program));
    result("its facts", bpf_prog_get_info_by_fd(program, &info, &size));
    printf("%s of type %u, %u instructions\n", info.name, info.type, info.xlated_prog_len / 8);
    struct bpf_insn copy[8] = {0};
    info = (struct bpf_prog_info){.xlated_prog_insns = (unsigned long)copy, .xlated_prog_len = sizeof(copy)};
    result("its code", bpf_prog_get_info_by_fd(program, &info, &size));
    printf("code %#x %d, %#x\n", copy[0].code, copy[0].imm, copy[1].code);
    printf("%s\n", info.xlated_prog_insns == (unsigned long)copy ? "the same buffer" : "another buffer");
    code[1].code = 0;
    result("refused", bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "refused", "GPL", code, 2, NULL));
    close(program);
}

static void use_tc(struct network *skel) {
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = LO, .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(skel->progs.classify), .handle = 7, .priority = 3);
    LIBBPF_OPTS(bpf_tc_opts, found, .handle = 7, .priority = 3);

    int err = bpf_tc_hook_create(&hook);
    result("a hook", err == -EEXIST ? 0 : err);
    result("attach", bpf_tc_attach(&hook, &opts));
    printf("handle %u, priority %u\n", opts.handle, opts.priority);
    result("query", bpf_tc_query(&hook, &found));
    printf("%s\n", found.prog_id == opts.prog_id ? "the same program" : "another program");
    opts.flags = opts.prog_fd = 0;
    opts.prog_id = 0;
    result("detach", bpf_tc_detach(&hook, &opts));
    hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
    result("destroy", bpf_tc_hook_destroy(&hook));
}

static void use_xdp(struct network *skel) {
    int program = bpf_program__fd(skel->progs.pass);
    LIBBPF_OPTS(bpf_xdp_attach_opts, expected, .old_prog_fd = program);
    __u32 id = 0;

    result("attach", bpf_xdp_attach(LO, program, XDP_FLAGS_SKB_MODE, NULL));
    result("attach again", bpf_xdp_attach(LO, program, XDP_FLAGS_SKB_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL));
    result("query", bpf_xdp_query_id(LO, XDP_FLAGS_SKB_MODE, &id));
    printf("%s\n", id ? "a program" : "no program");
    result("detach", bpf_xdp_detach(LO, XDP_FLAGS_SKB_MODE, &expected));
    struct bpf_link *link = bpf_program__attach_xdp(skel->progs.pass, LO);
    struct bpf_link_info info = {0};
    __u32 size = sizeof(info);
    result("its facts", bpf_link_get_info_by_fd(bpf_link__fd(link), &info, &size));
    printf("type %u on interface %u\n", info.type, info.xdp.ifindex);
    result("update", bpf_link__update_program(link, skel->progs.pass));
    result("destroy", bpf_link__destroy(link));
    int fd = bpf_link_create(program, LO, BPF_XDP, NULL);
    result("a link by descriptor", fd > 0);
    result("detach", bpf_link_detach(fd));
    result("close", close(fd));
}

int main(void) {
    struct network *skel = network__open_and_load();
    if (!skel) return 1;
    use_descriptors(skel);
    load_alone();
    use_tc(skel);
    use_xdp(skel);
    network__destroy(skel);
    return 0;
}
