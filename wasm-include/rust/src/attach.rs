// SPDX-License-Identifier: MIT
//! Attachments of programs, and their options as libbpf has them.

use crate::attach_opts::{
    KprobeOpts, NetfilterOpts, PerfEventOpts, RawTracepointOpts, TracepointOpts, UprobeMultiOpts, UprobeOpts, UsdtOpts,
};
use crate::object::c_string;
use crate::{imports, Error, Link, MapHandle, Program, Result};
use alloc::string::String;
use alloc::vec::Vec;

/// The address of options or of a text.
fn at<T>(bytes: &[T]) -> usize {
    bytes.as_ptr() as usize
}

/// An options struct of libbpf whose members all have 8 bytes, or begin at a multiple of 8. Its first member is its size.
fn options(members: &[u64]) -> Vec<u64> {
    let mut words = Vec::with_capacity(members.len() + 1);
    words.push((members.len() as u64 + 1) * 8);
    words.extend_from_slice(members);
    words
}

fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

// SAFETY of the calls: the handle is the host's, texts end with a NUL, and options live until the end of the call.
impl Program<'_> {
    /// Attaches the program as its section says.
    ///
    /// # Errors
    ///
    /// EOPNOTSUPP if the section does not say where; the error of the kernel.
    pub fn attach(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach(self.handle) })
    }

    /// As [`Program::attach`]; `None` if the program is not loaded, its section does not say where, or
    /// [`crate::OpenProgram::set_autoattach`] has switched it off.
    pub fn attach_auto(&self) -> Result<Option<Link>> {
        if !self.is_loaded() || unsafe { imports::bpf_program__autoattach(self.handle) } == 0 {
            return Ok(None);
        }
        match unsafe { imports::bpf_program__attach(self.handle) } {
            0 => Ok(None),
            result => Ok(Some(self.link(result)?)),
        }
    }

    /// Attaches to a kernel function, or to its return.
    pub fn attach_kprobe(&self, retprobe: bool, function: &str) -> Result<Link> {
        self.attach_kprobe_with_opts(retprobe, function, KprobeOpts::default())
    }

    /// As [`Program::attach_kprobe`], with options.
    pub fn attach_kprobe_with_opts(&self, retprobe: bool, function: &str, opts: KprobeOpts) -> Result<Link> {
        let name = c_string(function)?;
        let opts = options(&[opts.cookie, opts.offset, retprobe.into()]);
        self.link(unsafe { imports::bpf_program__attach_kprobe_opts(self.handle, at(&name), at(&opts)) })
    }

    /// Attaches to all kernel functions whose names match a pattern such as "tcp_*", or to their returns (Linux 5.18).
    pub fn attach_kprobe_multi(&self, retprobe: bool, pattern: &str) -> Result<Link> {
        let pattern = c_string(pattern)?;
        let opts = options(&[0, 0, 0, 0, retprobe.into()]);
        self.link(unsafe { imports::bpf_program__attach_kprobe_multi_opts(self.handle, at(&pattern), at(&opts)) })
    }

    /// Attaches to a system call by its name without a prefix, or to its return.
    pub fn attach_ksyscall(&self, retprobe: bool, name: &str) -> Result<Link> {
        let name = c_string(name)?;
        let opts = options(&[0, retprobe.into()]);
        self.link(unsafe { imports::bpf_program__attach_ksyscall(self.handle, at(&name), at(&opts)) })
    }

    /// Attaches to a function of a binary by its offset in the file, for one process or for all (-1).
    pub fn attach_uprobe(&self, retprobe: bool, pid: i32, binary: &str, offset: usize) -> Result<Link> {
        self.attach_uprobe_with_opts(pid, binary, offset, UprobeOpts { retprobe, ..UprobeOpts::default() })
    }

    /// As [`Program::attach_uprobe`], with options, which can name the function.
    pub fn attach_uprobe_with_opts(&self, pid: i32, binary: &str, offset: usize, opts: UprobeOpts<'_>) -> Result<Link> {
        let path = c_string(binary)?;
        let name = opts.func_name.map(c_string).transpose()?;
        let function = name.as_ref().map_or(0, |name| at(name) as u64);
        let opts = options(&[opts.ref_ctr_offset, opts.cookie, opts.retprobe.into(), function]);
        self.link(unsafe { imports::bpf_program__attach_uprobe_opts(self.handle, pid, at(&path), offset, at(&opts)) })
    }

    /// Attaches to all functions of a binary whose names match a pattern (Linux 6.6).
    pub fn attach_uprobe_multi(&self, pid: i32, binary: &str, pattern: &str, opts: UprobeMultiOpts) -> Result<Link> {
        let (path, pattern) = (c_string(binary)?, c_string(pattern)?);
        let opts = options(&[0, 0, 0, 0, 0, opts.retprobe.into()]);
        self.link(unsafe {
            imports::bpf_program__attach_uprobe_multi(self.handle, pid, at(&path), at(&pattern), at(&opts))
        })
    }

    /// Attaches to a static probe of a binary (USDT).
    pub fn attach_usdt(&self, pid: i32, binary: &str, provider: &str, name: &str) -> Result<Link> {
        self.attach_usdt_with_opts(pid, binary, provider, name, UsdtOpts::default())
    }

    /// As [`Program::attach_usdt`], with options.
    pub fn attach_usdt_with_opts(
        &self,
        pid: i32,
        binary: &str,
        provider: &str,
        name: &str,
        opts: UsdtOpts,
    ) -> Result<Link> {
        let (path, provider, name) = (c_string(binary)?, c_string(provider)?, c_string(name)?);
        let opts = options(&[opts.cookie]);
        self.link(unsafe {
            imports::bpf_program__attach_usdt(self.handle, pid, at(&path), at(&provider), at(&name), at(&opts))
        })
    }

    /// Attaches to a tracepoint: ("sched", "sched_switch").
    pub fn attach_tracepoint(&self, category: &str, name: &str) -> Result<Link> {
        self.attach_tracepoint_with_opts(category, name, TracepointOpts::default())
    }

    /// As [`Program::attach_tracepoint`], with options.
    pub fn attach_tracepoint_with_opts(&self, category: &str, name: &str, opts: TracepointOpts) -> Result<Link> {
        let (category, name) = (c_string(category)?, c_string(name)?);
        let opts = options(&[opts.cookie]);
        self.link(unsafe {
            imports::bpf_program__attach_tracepoint_opts(self.handle, at(&category), at(&name), at(&opts))
        })
    }

    /// Attaches to a raw tracepoint: "sched_switch".
    pub fn attach_raw_tracepoint(&self, name: &str) -> Result<Link> {
        self.attach_raw_tracepoint_with_opts(name, RawTracepointOpts::default())
    }

    /// As [`Program::attach_raw_tracepoint`], with options (a cookie needs Linux 6.10).
    pub fn attach_raw_tracepoint_with_opts(&self, name: &str, opts: RawTracepointOpts) -> Result<Link> {
        let name = c_string(name)?;
        let opts = options(&[opts.cookie]);
        self.link(unsafe { imports::bpf_program__attach_raw_tracepoint_opts(self.handle, at(&name), at(&opts)) })
    }

    /// Attaches to a perf event, by its descriptor, which the link takes. [`crate::PerfEvent`] opens one.
    pub fn attach_perf_event(&self, fd: i32) -> Result<Link> {
        self.attach_perf_event_with_opts(fd, PerfEventOpts::default())
    }

    /// As [`Program::attach_perf_event`], with options.
    pub fn attach_perf_event_with_opts(&self, fd: i32, opts: PerfEventOpts) -> Result<Link> {
        let opts = options(&[opts.cookie, 0]);
        self.link(unsafe { imports::bpf_program__attach_perf_event_opts(self.handle, fd, at(&opts)) })
    }

    /// Attaches to the function that the section names, or [`crate::OpenProgram::set_attach_target`]: fentry, fexit and others.
    pub fn attach_trace(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_trace(self.handle) })
    }

    /// Attaches to a hook of LSM.
    pub fn attach_lsm(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_lsm(self.handle) })
    }

    /// Takes the place of a function of another BPF program, by its descriptor.
    pub fn attach_freplace(&self, target_fd: i32, function: &str) -> Result<Link> {
        let name = c_string(function)?;
        self.link(unsafe { imports::bpf_program__attach_freplace(self.handle, target_fd, at(&name)) })
    }

    /// Attaches to a cgroup, by the descriptor of its directory.
    pub fn attach_cgroup(&self, fd: i32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_cgroup(self.handle, fd) })
    }

    /// Attaches to a network namespace, by its descriptor.
    pub fn attach_netns(&self, fd: i32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_netns(self.handle, fd) })
    }

    /// Attaches to the sockets of a map (Linux 6.10).
    pub fn attach_sockmap(&self, map: &MapHandle<'_>) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_sockmap(self.handle, map.fd()) })
    }

    /// Attaches to a network interface (XDP). [`crate::if_nametoindex`] has its number.
    pub fn attach_xdp(&self, ifindex: u32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_xdp(self.handle, ifindex as i32) })
    }

    /// Attaches to the packets of a network interface, in the direction of the section `tcx/ingress` or `tcx/egress` (Linux 6.6).
    pub fn attach_tcx(&self, ifindex: u32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_tcx(self.handle, ifindex as i32, 0) })
    }

    /// Attaches to a netkit device (Linux 6.7).
    pub fn attach_netkit(&self, ifindex: u32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_netkit(self.handle, ifindex as i32, 0) })
    }

    /// Attaches to a hook of netfilter (Linux 6.4).
    pub fn attach_netfilter_with_opts(&self, opts: NetfilterOpts) -> Result<Link> {
        let opts = options(&[pair(opts.protocol_family, opts.hooknum), pair(opts.priority as u32, opts.flags)]);
        self.link(unsafe { imports::bpf_program__attach_netfilter(self.handle, at(&opts)) })
    }

    /// Attaches an iterator; [`crate::Iter::new`] runs it.
    pub fn attach_iter(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_iter(self.handle, 0) })
    }

    /// Attaches an iterator over the elements of a map.
    pub fn attach_iter_map(&self, map: &MapHandle<'_>) -> Result<Link> {
        let info = [map.fd() as u32, 0, 0, 0];
        let opts = options(&[at(&info) as u64, core::mem::size_of_val(&info) as u64]);
        self.link(unsafe { imports::bpf_program__attach_iter(self.handle, at(&opts)) })
    }

    fn link(&self, result: isize) -> Result<Link> {
        if result > 0 {
            crate::messages::take();
            return Ok(Link::new(result as usize));
        }
        let operation = self.operation();
        match result {
            0 => Err(Error::new(operation, "EOPNOTSUPP")),
            _ => Link::from_result(&operation, result),
        }
    }

    fn operation(&self) -> String {
        alloc::format!("attach program \"{}\"", self.name())
    }
}
