// SPDX-License-Identifier: MIT
/* Feature probes, as tools make them before they choose a program: loading programs and maps without an object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

static const struct bpf_insn return_zero[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    {.code = BPF_JMP | BPF_EXIT},
};

/* Reads from the context at an offset that it does not have. */
static const struct bpf_insn refused[] = {
    {.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_1, .off = 32000},
    {.code = BPF_JMP | BPF_EXIT},
};

static void number(const char *what, int result) {
    char reason[100] = "no error";
    if (result < 0) libbpf_strerror(result, reason, sizeof(reason));
    printf("%s: %s\n", what, reason);
}

static void load_programs(void) {
    static char log[65536];
    LIBBPF_OPTS(bpf_prog_load_opts, opts);
    int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "probe", "GPL", return_zero, 2, &opts);
    number("load", fd);
    int link = bpf_raw_tracepoint_open("sys_enter", fd);
    number("open", link);
    number("unknown", bpf_raw_tracepoint_open("no_such_tracepoint", fd));
    close(link);
    close(fd);
    number("closed", bpf_raw_tracepoint_open("sys_enter", fd));

    opts.log_buf = log;
    opts.log_size = sizeof(log);
    opts.log_level = 1;
    fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "refused", "GPL", refused, 2, &opts);
    number("refused", fd);
    printf("log: %d, size: %d\n", strstr(log, "invalid bpf_context access") != NULL, opts.log_true_size > 0);
    number("no instructions", bpf_prog_load(BPF_PROG_TYPE_XDP, "none", "GPL", NULL, 0, NULL));
}

static void load_tracing(void) {
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_RAW_TP);
    int id = libbpf_find_vmlinux_btf_id("sched_switch", BPF_TRACE_RAW_TP);
    printf("id: %d\n", id);
    opts.attach_btf_id = id < 0 ? 0 : (__u32)id;
    int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tracing", "GPL", return_zero, 2, &opts);
    number("tp_btf", fd);
    if (fd >= 0) {
        int link = bpf_raw_tracepoint_open(NULL, fd);
        number("attach", link);
        close(link);
        close(fd);
    }
    number("unknown", libbpf_find_vmlinux_btf_id("no_such_function", BPF_TRACE_FENTRY));
}

static void make_maps(void) {
    int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (__u32)getpagesize(), NULL);
    number("ring buffer", fd);
    close(fd);
    number("wrong size", bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, 5, NULL));
    LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
    fd = bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 8, 16, 10, &opts);
    number("hash", fd);
    unsigned long key = 5, value[2] = {1, 2};
    number("update", bpf_map_update_elem(fd, &key, value, BPF_ANY));
    number("look up", bpf_map_lookup_elem(fd, &key, value));
    close(fd);
}

static void probe(void) {
    printf("kprobe: %d, xdp: %d\n", libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_KPROBE, NULL),
           libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, NULL));
    printf("ring buffer: %d\n", libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL));
    printf("helper: %d, none: %d\n", libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_ringbuf_output, NULL),
           libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_override_return, NULL));
    enum bpf_prog_type program;
    enum bpf_attach_type attach;
    number("type by name", libbpf_prog_type_by_name("tp/sched/sched_switch", &program, &attach));
    printf("%s %s\n", libbpf_bpf_prog_type_str(program), libbpf_bpf_attach_type_str(BPF_TRACE_FENTRY));
    printf("%s %d\n", libbpf_bpf_link_type_str(BPF_LINK_TYPE_TRACING), libbpf_bpf_map_type_str(1000) == NULL);
    number("unknown name", libbpf_prog_type_by_name("no_such_section", &program, &attach));
}

/* BTF that the guest makes, in the kernel. */
static void load_types(void) {
    struct btf *btf = btf__new_empty();
    btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
    number("load", btf__load_into_kernel(btf));
    printf("descriptor: %d\n", btf__fd(btf) >= 0);
    btf__free(btf);
}

int main(void) {
    libbpf_set_print(NULL);
    load_programs();
    load_tracing();
    make_maps();
    probe();
    load_types();
    return 0;
}
