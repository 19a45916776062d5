// SPDX-License-Identifier: MIT
//! The options of attachments. `Default` is what the functions without options use.

/// Of [`crate::Program::attach_kprobe_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct KprobeOpts {
    /// A value that the program gets with `bpf_get_attach_cookie()`.
    pub cookie: u64,
    /// The bytes after the beginning of the function.
    pub offset: u64,
}

/// Of [`crate::Program::attach_uprobe_with_opts`].
#[derive(Debug, Clone, Default)]
pub struct UprobeOpts<'a> {
    /// The offset of a semaphore of a static probe, which the kernel increments.
    pub ref_ctr_offset: u64,
    /// A value that the program gets with `bpf_get_attach_cookie()`.
    pub cookie: u64,
    /// Attaches to the return of the function.
    pub retprobe: bool,
    /// The name of the function. The offset then begins there.
    pub func_name: Option<&'a str>,
}

/// Of [`crate::Program::attach_uprobe_multi`].
#[derive(Debug, Clone, Copy, Default)]
pub struct UprobeMultiOpts {
    /// Attaches to the returns of the functions.
    pub retprobe: bool,
}

/// Of [`crate::Program::attach_tracepoint_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct TracepointOpts {
    /// A value that the program gets with `bpf_get_attach_cookie()`.
    pub cookie: u64,
}

/// Of [`crate::Program::attach_raw_tracepoint_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct RawTracepointOpts {
    /// A value that the program gets with `bpf_get_attach_cookie()`.
    pub cookie: u64,
}

/// Of [`crate::Program::attach_usdt_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct UsdtOpts {
    /// A value that the program gets with `bpf_usdt_cookie()`.
    pub cookie: u64,
}

/// Of [`crate::Program::attach_perf_event_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct PerfEventOpts {
    /// A value that the program gets with `bpf_get_attach_cookie()`.
    pub cookie: u64,
}

/// Of [`crate::Program::attach_netfilter_with_opts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct NetfilterOpts {
    /// NFPROTO_IPV4 (2) or NFPROTO_IPV6 (10).
    pub protocol_family: u32,
    /// NF_INET_LOCAL_IN (1) and the others.
    pub hooknum: u32,
    /// The lower ones run first.
    pub priority: i32,
    /// BPF_F_NETFILTER_IP_DEFRAG (1).
    pub flags: u32,
}
