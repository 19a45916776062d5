/**
 * Types of the kernel that the headers for guests define. Generated headers omit them.
 *
 * `codegen/testdata/sdk_headers.ts` prints the table; a test compares it with the headers.
 *
 * @module
 */

/** Tags and constants by header. */
const HEADERS: Readonly<Record<string, { readonly tags: string; readonly constants: string }>> = {
  "libbpf-wasm.h": {
    tags: `
      enum libbpf_tristate, struct bpf_link, struct bpf_map, struct bpf_program, struct bpf_map_skeleton,
      struct bpf_prog_skeleton, struct bpf_object_skeleton, enum libbpf_print_level, struct bpf_buffer,
      struct ring_buffer, struct perf_buffer`,
    constants: `
      TRI_NO TRI_YES TRI_MODULE LIBBPF_WARN LIBBPF_INFO LIBBPF_DEBUG`,
  },
  "linux/bpf.h": {
    tags: `
      enum bpf_cmd, enum xdp_action, enum bpf_map_type, enum bpf_prog_type, enum bpf_attach_type, struct bpf_spin_lock,
      struct bpf_res_spin_lock, struct bpf_timer, struct bpf_task_work, struct bpf_wq, struct bpf_dynptr,
      struct bpf_list_head, struct bpf_list_node, struct bpf_rb_root, struct bpf_rb_node, struct bpf_refcount,
      struct bpf_iter_num, struct bpf_lpm_trie_key, struct bpf_cgroup_storage_key, struct bpf_stack_build_id,
      struct bpf_devmap_val, struct bpf_cpumap_val, struct bpf_perf_event_value, struct bpf_pidns_info`,
    constants: `
      BPF_MAP_LOOKUP_ELEM BPF_MAP_UPDATE_ELEM BPF_MAP_DELETE_ELEM BPF_MAP_GET_NEXT_KEY BPF_MAP_LOOKUP_AND_DELETE_ELEM
      BPF_ANY BPF_NOEXIST BPF_EXIST BPF_F_LOCK XDP_ABORTED XDP_DROP XDP_PASS XDP_TX XDP_REDIRECT BPF_MAP_TYPE_UNSPEC
      BPF_MAP_TYPE_HASH BPF_MAP_TYPE_ARRAY BPF_MAP_TYPE_PROG_ARRAY BPF_MAP_TYPE_PERF_EVENT_ARRAY
      BPF_MAP_TYPE_PERCPU_HASH BPF_MAP_TYPE_PERCPU_ARRAY BPF_MAP_TYPE_STACK_TRACE BPF_MAP_TYPE_CGROUP_ARRAY
      BPF_MAP_TYPE_LRU_HASH BPF_MAP_TYPE_LRU_PERCPU_HASH BPF_MAP_TYPE_LPM_TRIE BPF_MAP_TYPE_ARRAY_OF_MAPS
      BPF_MAP_TYPE_HASH_OF_MAPS BPF_MAP_TYPE_DEVMAP BPF_MAP_TYPE_SOCKMAP BPF_MAP_TYPE_CPUMAP BPF_MAP_TYPE_XSKMAP
      BPF_MAP_TYPE_SOCKHASH BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED BPF_MAP_TYPE_CGROUP_STORAGE
      BPF_MAP_TYPE_REUSEPORT_SOCKARRAY BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED
      BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE BPF_MAP_TYPE_QUEUE BPF_MAP_TYPE_STACK BPF_MAP_TYPE_SK_STORAGE
      BPF_MAP_TYPE_DEVMAP_HASH BPF_MAP_TYPE_STRUCT_OPS BPF_MAP_TYPE_RINGBUF BPF_MAP_TYPE_INODE_STORAGE
      BPF_MAP_TYPE_TASK_STORAGE BPF_MAP_TYPE_BLOOM_FILTER BPF_MAP_TYPE_USER_RINGBUF BPF_MAP_TYPE_CGRP_STORAGE
      BPF_MAP_TYPE_ARENA __MAX_BPF_MAP_TYPE BPF_PROG_TYPE_UNSPEC BPF_PROG_TYPE_SOCKET_FILTER BPF_PROG_TYPE_KPROBE
      BPF_PROG_TYPE_SCHED_CLS BPF_PROG_TYPE_SCHED_ACT BPF_PROG_TYPE_TRACEPOINT BPF_PROG_TYPE_XDP
      BPF_PROG_TYPE_PERF_EVENT BPF_PROG_TYPE_CGROUP_SKB BPF_PROG_TYPE_CGROUP_SOCK BPF_PROG_TYPE_LWT_IN
      BPF_PROG_TYPE_LWT_OUT BPF_PROG_TYPE_LWT_XMIT BPF_PROG_TYPE_SOCK_OPS BPF_PROG_TYPE_SK_SKB
      BPF_PROG_TYPE_CGROUP_DEVICE BPF_PROG_TYPE_SK_MSG BPF_PROG_TYPE_RAW_TRACEPOINT BPF_PROG_TYPE_CGROUP_SOCK_ADDR
      BPF_PROG_TYPE_LWT_SEG6LOCAL BPF_PROG_TYPE_LIRC_MODE2 BPF_PROG_TYPE_SK_REUSEPORT BPF_PROG_TYPE_FLOW_DISSECTOR
      BPF_PROG_TYPE_CGROUP_SYSCTL BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE BPF_PROG_TYPE_CGROUP_SOCKOPT
      BPF_PROG_TYPE_TRACING BPF_PROG_TYPE_STRUCT_OPS BPF_PROG_TYPE_EXT BPF_PROG_TYPE_LSM BPF_PROG_TYPE_SK_LOOKUP
      BPF_PROG_TYPE_SYSCALL BPF_PROG_TYPE_NETFILTER __MAX_BPF_PROG_TYPE BPF_CGROUP_INET_INGRESS
      BPF_CGROUP_INET_EGRESS BPF_CGROUP_INET_SOCK_CREATE BPF_CGROUP_SOCK_OPS BPF_SK_SKB_STREAM_PARSER
      BPF_SK_SKB_STREAM_VERDICT BPF_CGROUP_DEVICE BPF_SK_MSG_VERDICT BPF_CGROUP_INET4_BIND BPF_CGROUP_INET6_BIND
      BPF_CGROUP_INET4_CONNECT BPF_CGROUP_INET6_CONNECT BPF_CGROUP_INET4_POST_BIND BPF_CGROUP_INET6_POST_BIND
      BPF_CGROUP_UDP4_SENDMSG BPF_CGROUP_UDP6_SENDMSG BPF_LIRC_MODE2 BPF_FLOW_DISSECTOR BPF_CGROUP_SYSCTL
      BPF_CGROUP_UDP4_RECVMSG BPF_CGROUP_UDP6_RECVMSG BPF_CGROUP_GETSOCKOPT BPF_CGROUP_SETSOCKOPT BPF_TRACE_RAW_TP
      BPF_TRACE_FENTRY BPF_TRACE_FEXIT BPF_MODIFY_RETURN BPF_LSM_MAC BPF_TRACE_ITER BPF_CGROUP_INET4_GETPEERNAME
      BPF_CGROUP_INET6_GETPEERNAME BPF_CGROUP_INET4_GETSOCKNAME BPF_CGROUP_INET6_GETSOCKNAME BPF_XDP_DEVMAP
      BPF_CGROUP_INET_SOCK_RELEASE BPF_XDP_CPUMAP BPF_SK_LOOKUP BPF_XDP BPF_SK_SKB_VERDICT BPF_SK_REUSEPORT_SELECT
      BPF_SK_REUSEPORT_SELECT_OR_MIGRATE BPF_PERF_EVENT BPF_TRACE_KPROBE_MULTI BPF_LSM_CGROUP BPF_STRUCT_OPS
      BPF_NETFILTER BPF_TCX_INGRESS BPF_TCX_EGRESS BPF_TRACE_UPROBE_MULTI BPF_CGROUP_UNIX_CONNECT
      BPF_CGROUP_UNIX_SENDMSG BPF_CGROUP_UNIX_RECVMSG BPF_CGROUP_UNIX_GETPEERNAME BPF_CGROUP_UNIX_GETSOCKNAME
      BPF_NETKIT_PRIMARY BPF_NETKIT_PEER BPF_TRACE_KPROBE_SESSION BPF_TRACE_UPROBE_SESSION __MAX_BPF_ATTACH_TYPE`,
  },
  "linux/icmp.h": {
    tags: `
      struct icmphdr`,
    constants: `
      `,
  },
  "linux/if_ether.h": {
    tags: `
      struct ethhdr`,
    constants: `
      `,
  },
  "linux/ip.h": {
    tags: `
      struct iphdr`,
    constants: `
      `,
  },
  "linux/ipv6.h": {
    tags: `
      struct ipv6hdr`,
    constants: `
      `,
  },
  "linux/perf_event.h": {
    tags: `
      enum perf_type_id, enum perf_hw_id, enum perf_sw_ids`,
    constants: `
      PERF_TYPE_HARDWARE PERF_TYPE_SOFTWARE PERF_TYPE_TRACEPOINT PERF_TYPE_HW_CACHE PERF_TYPE_RAW
      PERF_TYPE_BREAKPOINT PERF_COUNT_HW_CPU_CYCLES PERF_COUNT_HW_INSTRUCTIONS PERF_COUNT_HW_CACHE_REFERENCES
      PERF_COUNT_HW_CACHE_MISSES PERF_COUNT_HW_BRANCH_INSTRUCTIONS PERF_COUNT_HW_BRANCH_MISSES
      PERF_COUNT_HW_BUS_CYCLES PERF_COUNT_HW_STALLED_CYCLES_FRONTEND PERF_COUNT_HW_STALLED_CYCLES_BACKEND
      PERF_COUNT_HW_REF_CPU_CYCLES PERF_COUNT_SW_CPU_CLOCK PERF_COUNT_SW_TASK_CLOCK PERF_COUNT_SW_PAGE_FAULTS
      PERF_COUNT_SW_CONTEXT_SWITCHES PERF_COUNT_SW_CPU_MIGRATIONS PERF_COUNT_SW_PAGE_FAULTS_MIN
      PERF_COUNT_SW_PAGE_FAULTS_MAJ PERF_COUNT_SW_ALIGNMENT_FAULTS PERF_COUNT_SW_EMULATION_FAULTS PERF_COUNT_SW_DUMMY
      PERF_COUNT_SW_BPF_OUTPUT PERF_COUNT_SW_CGROUP_SWITCHES`,
  },
  "linux/tcp.h": {
    tags: `
      struct tcphdr`,
    constants: `
      `,
  },
  "linux/udp.h": {
    tags: `
      struct udphdr`,
    constants: `
      `,
  },
};

/** The SDK's own header. */
const SDK_HEADER = "libbpf-wasm.h";

/** Types of libc with the kernel's size, and their header, which the SDK's headers include. */
const LIBC_TYPES: ReadonlyMap<string, string> = new Map([
  ["struct in_addr", "netinet/in.h"],
  ["struct in6_addr", "netinet/in.h"],
]);

/** Tags of libc that the SDK's header includes. They differ from the kernel's structs of the same name. */
const LIBC_TAGS = ["iovec", "timespec", "timeval"];

/** Headers by the tags and constants that they define: "enum bpf_cmd", "BPF_MAP_LOOKUP_ELEM". */
export const SDK_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(HEADERS).flatMap(([header, { tags, constants }]) =>
    [...tags.trim().split(/,\s+/), ...constants.trim().split(/\s+/)]
      .filter((name) => name !== "")
      .map((name) => [name, header] as const)
  ),
);

/**
 * The header that defines a type of the kernel; undefined when none does. `struct bpf_map` is libbpf's type in the SDK, and differs
 * from the kernel's.
 */
export function sdkHeaderOf(tag: string): string | undefined {
  const header = SDK_NAMES.get(tag) ?? LIBC_TYPES.get(tag);
  return header === SDK_HEADER && !tag.startsWith("enum ") ? undefined : header;
}

/** Tags of the SDK's and libc's structs, without "struct". Other types of a guest must not use them. */
export const SDK_OWN_TAGS: readonly string[] = [...SDK_NAMES]
  .filter(([name, header]) => header === SDK_HEADER && /^(struct|union) /.test(name))
  .map(([name]) => name.replace(/^\w+ /, ""))
  .concat(LIBC_TAGS);
