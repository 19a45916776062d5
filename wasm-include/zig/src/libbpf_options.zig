// SPDX-License-Identifier: MIT
//! libbpf's structs of options, in the layout of 64-bit machines, which the host reads. Pointers in them have 64 bits.

/// `struct bpf_object_open_opts`, up to `object_name`.
pub const Open = extern struct { sz: u64 = @sizeOf(Open), object_name: u64 };

/// `struct bpf_kprobe_opts`.
pub const Kprobe = extern struct {
    sz: u64 = @sizeOf(Kprobe),
    bpf_cookie: u64,
    offset: u64,
    retprobe: u8,
    pad: [3]u8 = @splat(0),
    attach_mode: u32 = 0,
};

/// `struct bpf_kprobe_multi_opts`.
pub const KprobeMulti = extern struct {
    sz: u64 = @sizeOf(KprobeMulti),
    syms: u64 = 0,
    addrs: u64 = 0,
    cookies: u64 = 0,
    cnt: u64 = 0,
    retprobe: u8,
    session: u8,
    pad: [6]u8 = @splat(0),
};

/// `struct bpf_ksyscall_opts`.
pub const Ksyscall = extern struct { sz: u64 = @sizeOf(Ksyscall), bpf_cookie: u64, retprobe: u64 };

/// `struct bpf_uprobe_opts`.
pub const Uprobe = extern struct {
    sz: u64 = @sizeOf(Uprobe),
    ref_ctr_offset: u64 = 0,
    bpf_cookie: u64,
    retprobe: u64,
    func_name: u64,
    attach_mode: u64 = 0,
};

/// `struct bpf_uprobe_multi_opts`.
pub const UprobeMulti = extern struct {
    sz: u64 = @sizeOf(UprobeMulti),
    syms: u64 = 0,
    offsets: u64 = 0,
    ref_ctr_offsets: u64 = 0,
    cookies: u64 = 0,
    cnt: u64 = 0,
    retprobe: u64,
};

/// The options that consist of a cookie: of `bpf_usdt_opts`, `bpf_tracepoint_opts`, `bpf_raw_tracepoint_opts` and `bpf_trace_opts`.
pub const Cookie = extern struct { sz: u64 = @sizeOf(Cookie), cookie: u64 };

/// `struct bpf_perf_event_opts`.
pub const PerfEvent = extern struct { sz: u64 = @sizeOf(PerfEvent), bpf_cookie: u64, force_ioctl_attach: u64 = 0 };

/// `struct bpf_tcx_opts`, and `struct bpf_netkit_opts`, which has the same members.
pub const Anchor = extern struct {
    sz: u64 = @sizeOf(Anchor),
    flags: u32,
    relative_fd: u32,
    relative_id: u32,
    pad: u32 = 0,
    expected_revision: u64,
};

/// `struct bpf_netfilter_opts`.
pub const Netfilter = extern struct { sz: u64 = @sizeOf(Netfilter), pf: u32, hooknum: u32, priority: i32, flags: u32 };

/// `struct bpf_iter_attach_opts`.
pub const Iter = extern struct { sz: u64 = @sizeOf(Iter), link_info: u64, link_info_len: u32, pad: u32 = 0 };

/// `union bpf_iter_link_info`.
pub const IterInfo = extern union {
    map: extern struct { map_fd: u32 },
    cgroup: extern struct { order: u32, cgroup_fd: u32, cgroup_id: u64 },
    task: extern struct { tid: u32, pid: u32, pid_fd: u32 },
};

/// `struct bpf_test_run_opts`.
pub const TestRun = extern struct {
    sz: u64 = @sizeOf(TestRun),
    data_in: u64 = 0,
    data_out: u64 = 0,
    data_size_in: u32 = 0,
    data_size_out: u32 = 0,
    ctx_in: u64 = 0,
    ctx_out: u64 = 0,
    ctx_size_in: u32 = 0,
    ctx_size_out: u32 = 0,
    retval: u32 = 0,
    repeat: i32 = 0,
    duration: u32 = 0,
    flags: u32 = 0,
    cpu: u32 = 0,
    batch_size: u32 = 0,
};
