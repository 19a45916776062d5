// SPDX-License-Identifier: MIT
use crate::error::checked;
use crate::object::c_string;
use crate::{imports, Error, Link, Object, Result};
use alloc::string::{String, ToString};
use core::marker::PhantomData;
use core::mem::size_of;

const MAX_NAME: usize = 256;

/// A program in the kernel.
#[derive(Debug, Clone, Copy)]
pub struct Program<'o> {
    handle: usize,
    object: PhantomData<&'o Object>,
}

/// The outcome of [`Program::test_run`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOutput {
    /// The result of the program.
    pub return_value: u32,
    /// The duration of one run, in nanoseconds.
    pub duration_ns: u32,
}

/// `struct bpf_test_run_opts`, in the layout of 64-bit machines.
#[repr(C)]
#[derive(Default)]
struct TestRunOptions {
    size: u64,
    data_in: u64,
    data_out: u64,
    data_size_in: u32,
    data_size_out: u32,
    ctx_in: u64,
    ctx_out: u64,
    ctx_size_in: u32,
    ctx_size_out: u32,
    retval: u32,
    repeat: i32,
    duration: u32,
    flags: u32,
    cpu: u32,
    batch_size: u32,
}

impl Program<'_> {
    pub(crate) fn new(handle: usize) -> Self {
        Program { handle, object: PhantomData }
    }

    /// The number that names the program in other calls.
    pub fn fd(&self) -> i32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_program__fd(self.handle) }
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.fd() >= 0
    }

    /// The name of its function.
    pub fn name(&self) -> String {
        self.text(imports::bpf_program__name)
    }

    /// The section that says where it attaches: "tp/sched/sched_switch".
    pub fn section(&self) -> String {
        self.text(imports::bpf_program__section_name)
    }

    fn text(&self, read: unsafe extern "C" fn(usize, usize, usize) -> i32) -> String {
        let mut bytes = [0_u8; MAX_NAME];
        // SAFETY: the room is there.
        unsafe { read(self.handle, bytes.as_mut_ptr() as usize, bytes.len()) };
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).to_string()
    }

    /// Attaches the program as its section says.
    ///
    /// # Errors
    ///
    /// EOPNOTSUPP if the section does not say where; the error of the kernel.
    pub fn attach(&self) -> Result<Link> {
        self.attach_if_possible()?.ok_or_else(|| Error::new(self.operation(), "EOPNOTSUPP"))
    }

    /// As [`Program::attach`]; `None` if the section does not say where.
    pub(crate) fn attach_if_possible(&self) -> Result<Option<Link>> {
        // SAFETY: the handle is the host's.
        match unsafe { imports::bpf_program__attach(self.handle) } {
            0 => Ok(None),
            result => Ok(Some(Link::from_result(&self.operation(), result)?)),
        }
    }

    /// Attaches to a kernel function, or to its return.
    pub fn attach_kprobe(&self, retprobe: bool, function: &str) -> Result<Link> {
        let name = c_string(function)?;
        self.link(unsafe { imports::bpf_program__attach_kprobe(self.handle, retprobe.into(), name.as_ptr() as usize) })
    }

    /// Attaches to a system call by its name without a prefix, or to its return.
    pub fn attach_ksyscall(&self, retprobe: bool, name: &str) -> Result<Link> {
        #[repr(C)]
        struct Options {
            size: u64,
            cookie: u64,
            retprobe: u64,
        }
        let options = Options { size: size_of::<Options>() as u64, cookie: 0, retprobe: retprobe.into() };
        let name = c_string(name)?;
        self.link(unsafe {
            imports::bpf_program__attach_ksyscall(
                self.handle,
                name.as_ptr() as usize,
                &options as *const Options as usize,
            )
        })
    }

    /// Attaches to a function of a binary at an offset, for one process or for all (-1).
    pub fn attach_uprobe(&self, retprobe: bool, pid: i32, binary: &str, offset: usize) -> Result<Link> {
        let path = c_string(binary)?;
        self.link(unsafe {
            imports::bpf_program__attach_uprobe(self.handle, retprobe.into(), pid, path.as_ptr() as usize, offset)
        })
    }

    /// Attaches to a function of a binary by its name.
    pub fn attach_uprobe_function(&self, retprobe: bool, pid: i32, binary: &str, function: &str) -> Result<Link> {
        #[repr(C)]
        struct Options {
            size: u64,
            ref_ctr_offset: u64,
            cookie: u64,
            retprobe: u64,
            func_name: u64,
        }
        let (path, name) = (c_string(binary)?, c_string(function)?);
        let options = Options {
            size: size_of::<Options>() as u64,
            ref_ctr_offset: 0,
            cookie: 0,
            retprobe: retprobe.into(),
            func_name: name.as_ptr() as usize as u64,
        };
        self.link(unsafe {
            imports::bpf_program__attach_uprobe_opts(
                self.handle,
                pid,
                path.as_ptr() as usize,
                0,
                &options as *const Options as usize,
            )
        })
    }

    /// Attaches to a static probe of a binary (USDT).
    pub fn attach_usdt(&self, pid: i32, binary: &str, provider: &str, name: &str) -> Result<Link> {
        let (path, provider, name) = (c_string(binary)?, c_string(provider)?, c_string(name)?);
        self.link(unsafe {
            imports::bpf_program__attach_usdt(
                self.handle,
                pid,
                path.as_ptr() as usize,
                provider.as_ptr() as usize,
                name.as_ptr() as usize,
                0,
            )
        })
    }

    /// Attaches to a tracepoint: ("sched", "sched_switch").
    pub fn attach_tracepoint(&self, category: &str, name: &str) -> Result<Link> {
        let (category, name) = (c_string(category)?, c_string(name)?);
        self.link(unsafe {
            imports::bpf_program__attach_tracepoint(self.handle, category.as_ptr() as usize, name.as_ptr() as usize)
        })
    }

    /// Attaches to a raw tracepoint: "sched_switch".
    pub fn attach_raw_tracepoint(&self, name: &str) -> Result<Link> {
        let name = c_string(name)?;
        self.link(unsafe { imports::bpf_program__attach_raw_tracepoint(self.handle, name.as_ptr() as usize) })
    }

    /// Attaches to a perf event, whose descriptor the link takes.
    pub fn attach_perf_event(&self, fd: i32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_perf_event(self.handle, fd) })
    }

    /// Attaches to a network interface (XDP).
    pub fn attach_xdp(&self, ifindex: i32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_xdp(self.handle, ifindex) })
    }

    /// Attaches to a cgroup, by the descriptor of its directory.
    pub fn attach_cgroup(&self, fd: i32) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_cgroup(self.handle, fd) })
    }

    /// Attaches to a hook of LSM.
    pub fn attach_lsm(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_lsm(self.handle) })
    }

    /// Attaches an iterator; [`crate::Iter::new`] runs it.
    pub fn attach_iter(&self) -> Result<Link> {
        self.link(unsafe { imports::bpf_program__attach_iter(self.handle, 0) })
    }

    /// Runs the program once with `context`, without attaching it (BPF_PROG_TEST_RUN).
    pub fn test_run(&self, context: &mut [u8]) -> Result<RunOutput> {
        let mut options = TestRunOptions { size: size_of::<TestRunOptions>() as u64, ..TestRunOptions::default() };
        if !context.is_empty() {
            options.ctx_in = context.as_ptr() as usize as u64;
            options.ctx_size_in = context.len() as u32;
        }
        // SAFETY: the options and the context are living values.
        let result =
            unsafe { imports::bpf_prog_test_run_opts(self.fd(), &mut options as *mut TestRunOptions as usize) };
        checked("run a program", result.into())?;
        Ok(RunOutput { return_value: options.retval, duration_ns: options.duration })
    }

    fn link(&self, result: isize) -> Result<Link> {
        Link::from_result(&self.operation(), result)
    }

    fn operation(&self) -> String {
        alloc::format!("attach program \"{}\"", self.name())
    }
}
