/**
 * libbpf: `struct bpf_program` (libbpf.h), and attaching it.
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const PROGRAM_SYMBOLS = {
  // const char *bpf_program__name(const struct bpf_program *prog)
  bpf_program__name: { parameters: ["pointer"], result: "pointer" },
  // const char *bpf_program__section_name(const struct bpf_program *prog)
  bpf_program__section_name: { parameters: ["pointer"], result: "pointer" },
  // enum bpf_prog_type bpf_program__type(const struct bpf_program *prog)
  bpf_program__type: { parameters: ["pointer"], result: "i32" },
  // enum bpf_attach_type bpf_program__expected_attach_type(const struct bpf_program *prog)
  bpf_program__expected_attach_type: { parameters: ["pointer"], result: "i32" },
  // int bpf_program__set_expected_attach_type(struct bpf_program *prog, enum bpf_attach_type type)
  bpf_program__set_expected_attach_type: { parameters: ["pointer", "i32"], result: "i32" },
  // int bpf_program__fd(const struct bpf_program *prog)
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  // bool bpf_program__autoload(const struct bpf_program *prog)
  bpf_program__autoload: { parameters: ["pointer"], result: "bool" },
  // int bpf_program__set_autoload(struct bpf_program *prog, bool autoload)
  bpf_program__set_autoload: { parameters: ["pointer", "bool"], result: "i32" },
  // int bpf_program__set_attach_target(struct bpf_program *prog, int attach_prog_fd, const char *attach_func_name)
  bpf_program__set_attach_target: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  // struct bpf_link * bpf_program__attach(const struct bpf_program *prog)
  bpf_program__attach: { parameters: ["pointer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_cgroup(const struct bpf_program *prog, int cgroup_fd)
  bpf_program__attach_cgroup: { parameters: ["pointer", "i32"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_freplace(const struct bpf_program *prog, int target_fd, const char *attach_func_name)
  bpf_program__attach_freplace: { parameters: ["pointer", "i32", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_iter(const struct bpf_program *prog, const struct bpf_iter_attach_opts *opts)
  bpf_program__attach_iter: { parameters: ["pointer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_kprobe_opts(const struct bpf_program *prog, const char *func_name, const struct bpf_kprobe_opts *opts)
  bpf_program__attach_kprobe_opts: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_kprobe_multi_opts(const struct bpf_program *prog, const char *pattern, const struct bpf_kprobe_multi_opts *opts)
  bpf_program__attach_kprobe_multi_opts: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_ksyscall(const struct bpf_program *prog, const char *syscall_name, const struct bpf_ksyscall_opts *opts)
  bpf_program__attach_ksyscall: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_lsm(const struct bpf_program *prog)
  bpf_program__attach_lsm: { parameters: ["pointer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_netfilter(const struct bpf_program *prog, const struct bpf_netfilter_opts *opts)
  bpf_program__attach_netfilter: { parameters: ["pointer", "buffer"], result: "pointer", optional: true },
  // struct bpf_link * bpf_program__attach_netkit(const struct bpf_program *prog, int ifindex, const struct bpf_netkit_opts *opts)
  bpf_program__attach_netkit: { parameters: ["pointer", "i32", "buffer"], result: "pointer", optional: true },
  // struct bpf_link * bpf_program__attach_netns(const struct bpf_program *prog, int netns_fd)
  bpf_program__attach_netns: { parameters: ["pointer", "i32"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_perf_event_opts(const struct bpf_program *prog, int pfd, const struct bpf_perf_event_opts *opts)
  bpf_program__attach_perf_event_opts: { parameters: ["pointer", "i32", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_raw_tracepoint(const struct bpf_program *prog, const char *tp_name)
  bpf_program__attach_raw_tracepoint: { parameters: ["pointer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_sockmap(const struct bpf_program *prog, int map_fd)
  bpf_program__attach_sockmap: { parameters: ["pointer", "i32"], result: "pointer", optional: true },
  // struct bpf_link * bpf_program__attach_tcx(const struct bpf_program *prog, int ifindex, const struct bpf_tcx_opts *opts)
  bpf_program__attach_tcx: { parameters: ["pointer", "i32", "buffer"], result: "pointer", optional: true },
  // struct bpf_link * bpf_program__attach_trace(const struct bpf_program *prog)
  bpf_program__attach_trace: { parameters: ["pointer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_tracepoint(const struct bpf_program *prog, const char *tp_category, const char *tp_name)
  bpf_program__attach_tracepoint: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_uprobe_multi(const struct bpf_program *prog, pid_t pid, const char *binary_path, const char *func_pattern, const struct bpf_uprobe_multi_opts *opts)
  bpf_program__attach_uprobe_multi: {
    parameters: ["pointer", "i32", "buffer", "buffer", "buffer"],
    result: "pointer",
    optional: true,
  },
  // struct bpf_link * bpf_program__attach_uprobe_opts(const struct bpf_program *prog, pid_t pid, const char *binary_path, size_t func_offset, const struct bpf_uprobe_opts *opts)
  bpf_program__attach_uprobe_opts: { parameters: ["pointer", "i32", "buffer", "u64", "buffer"], result: "pointer" },
  // struct bpf_link * bpf_program__attach_usdt(const struct bpf_program *prog, pid_t pid, const char *binary_path, const char *usdt_provider, const char *usdt_name, const struct bpf_usdt_opts *opts)
  bpf_program__attach_usdt: {
    parameters: ["pointer", "i32", "buffer", "buffer", "buffer", "buffer"],
    result: "pointer",
  },
  // struct bpf_link * bpf_program__attach_xdp(const struct bpf_program *prog, int ifindex)
  bpf_program__attach_xdp: { parameters: ["pointer", "i32"], result: "pointer" },
  // int bpf_link_create(int prog_fd, int target_fd, enum bpf_attach_type attach_type, const struct bpf_link_create_opts *opts)
  bpf_link_create: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // int bpf_prog_attach(int prog_fd, int attachable_fd, enum bpf_attach_type type, unsigned int flags)
  bpf_prog_attach: { parameters: ["i32", "i32", "i32", "u32"], result: "i32" },
  // int bpf_prog_detach2(int prog_fd, int attachable_fd, enum bpf_attach_type type)
  bpf_prog_detach2: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int bpf_prog_get_fd_by_id(__u32 id)
  bpf_prog_get_fd_by_id: { parameters: ["u32"], result: "i32" },
  // int bpf_xdp_attach(int ifindex, int prog_fd, __u32 flags, const struct bpf_xdp_attach_opts *opts)
  bpf_xdp_attach: { parameters: ["i32", "i32", "u32", "buffer"], result: "i32" },
  // int bpf_xdp_detach(int ifindex, __u32 flags, const struct bpf_xdp_attach_opts *opts)
  bpf_xdp_detach: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  // int bpf_xdp_query(int ifindex, int flags, struct bpf_xdp_query_opts *opts)
  bpf_xdp_query: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  // int bpf_tc_hook_create(struct bpf_tc_hook *hook)
  bpf_tc_hook_create: { parameters: ["buffer"], result: "i32" },
  // int bpf_tc_attach(const struct bpf_tc_hook *hook, struct bpf_tc_opts *opts)
  bpf_tc_attach: { parameters: ["buffer", "buffer"], result: "i32" },
  // int bpf_tc_detach(const struct bpf_tc_hook *hook, const struct bpf_tc_opts *opts)
  bpf_tc_detach: { parameters: ["buffer", "buffer"], result: "i32" },
} as const;
