/**
 * The structs that the project reads or writes. `scripts/generate_tables.ts` makes tables of their offsets from this list and
 * the headers.
 *
 * @module
 */

/** The fields of a struct that the project uses. */
export interface SelectedStruct {
  readonly fields: readonly string[];
  /** The name of a field in the table, when the size has the field's own name. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Names for places after a field: bit fields have no offset. */
  readonly after?: Readonly<Record<string, string>>;
  /**
   * The size in the table. "used" ends after the last of these fields, as a multiple of 8. libbpf's structs grow with its
   * versions, and their field `sz` has the size of the part that the caller sets. A name is that of a macro.
   */
  readonly size: "used" | "whole" | "PERF_ATTR_SIZE_VER0";
}

const opts = (...fields: readonly string[]): SelectedStruct => ({ fields: ["sz", ...fields], size: "used" });

/** Structs that are written for libbpf and the kernel. */
export const LIBBPF_STRUCTS: Readonly<Record<string, SelectedStruct>> = {
  bpf_object_open_opts: opts(
    "object_name",
    "relaxed_maps",
    "pin_root_path",
    "kconfig",
    "btf_custom_path",
    "kernel_log_buf",
    "kernel_log_size",
    "kernel_log_level",
    "bpf_token_path",
  ),
  bpf_kprobe_opts: opts("offset", "retprobe"),
  bpf_ksyscall_opts: opts("retprobe"),
  bpf_uprobe_opts: opts("bpf_cookie", "retprobe", "func_name"),
  bpf_kprobe_multi_opts: opts("retprobe", "session"),
  bpf_uprobe_multi_opts: opts("offsets", "cnt", "retprobe"),
  bpf_netfilter_opts: opts("pf", "hooknum", "priority"),
  bpf_tc_hook: opts("ifindex", "attach_point", "parent"),
  bpf_tc_opts: opts("prog_fd", "flags", "prog_id", "handle", "priority"),
  bpf_xdp_attach_opts: opts("old_prog_fd"),
  bpf_xdp_query_opts: opts("drv_prog_id", "hw_prog_id", "skb_prog_id"),
  bpf_link_create_opts: opts("flags"),
  bpf_prog_load_opts: opts("expected_attach_type", "attach_btf_id", "log_level", "log_size", "log_buf"),
  bpf_map_create_opts: opts("btf_vmlinux_value_type_id", "map_flags"),
  bpf_map_batch_opts: opts("elem_flags", "flags"),
  bpf_map_info: { fields: ["type", "key_size", "value_size", "max_entries", "map_flags", "name"], size: "whole" },
  sockaddr_ll: { fields: ["sll_family", "sll_protocol", "sll_ifindex"], size: "whole" },
};

/** Structs of system calls, each with a reader or writer in `ffi/system/`. */
export const SYSTEM_STRUCTS: Readonly<Record<string, SelectedStruct>> = {
  epoll_event: { fields: ["events", "data"], size: "whole" },
  statx: {
    fields: [
      "stx_blksize",
      "stx_nlink",
      "stx_uid",
      "stx_gid",
      "stx_mode",
      "stx_ino",
      "stx_size",
      "stx_blocks",
      "stx_atime",
      "stx_ctime",
      "stx_mtime",
      "stx_rdev_major",
      "stx_rdev_minor",
      "stx_dev_major",
      "stx_dev_minor",
    ],
    size: "whole",
  },
  statx_timestamp: { fields: ["tv_sec", "tv_nsec"], size: "whole" },
  pollfd: { fields: ["fd", "events", "revents"], size: "whole" },
  perf_event_attr: {
    fields: ["type", "size", "config", "sample_period", "sample_type", "wakeup_events"],
    renamed: { size: "size_field" },
    after: { flags: "read_format" },
    size: "PERF_ATTR_SIZE_VER0",
  },
  open_how: { fields: ["flags", "mode", "resolve"], size: "whole" },
};

/** Structs that libc's headers have. `dirent64` is the kernel's `struct linux_dirent64`, which is in none of its headers. */
export const LIBC_STRUCTS: Readonly<Record<string, SelectedStruct>> = {
  dirent64: { fields: ["d_ino", "d_off", "d_reclen", "d_type", "d_name"], size: "whole" },
  ifreq: { fields: [], size: "whole" },
  itimerval: { fields: ["it_interval", "it_value"], size: "whole" },
  rlimit64: { fields: [], size: "whole" },
  sysinfo: { fields: ["totalram", "freeram", "mem_unit"], size: "whole" },
  winsize: { fields: [], size: "whole" },
  utsname: { fields: ["release", "machine"], size: "whole" },
};
