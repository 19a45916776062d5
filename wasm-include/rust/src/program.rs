// SPDX-License-Identifier: MIT
use crate::error::checked_for;
use crate::object::{c_string, read_text};
use crate::{imports, Object, Result};
use alloc::string::String;
use core::marker::PhantomData;
use core::mem::size_of;

/// A program in the kernel.
#[derive(Debug, Clone, Copy)]
pub struct Program<'o> {
    pub(crate) handle: usize,
    object: PhantomData<&'o Object>,
}

/// The input of [`Program::test_run`].
#[derive(Debug, Default)]
pub struct ProgramInput<'a> {
    /// The context, as the kernel defines it for the type; the program may change it.
    pub context_in: Option<&'a mut [u8]>,
    /// A packet, for programs that get one.
    pub data_in: Option<&'a [u8]>,
    /// Room for the packet as the program leaves it.
    pub data_out: Option<&'a mut [u8]>,
    /// The number of runs; 0 is one.
    pub repeat: u32,
    /// The CPU, if `flags` have BPF_F_TEST_RUN_ON_CPU.
    pub cpu: u32,
    /// BPF_F_TEST_... flags.
    pub flags: u32,
}

/// The outcome of [`Program::test_run`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgramOutput {
    /// The result of the program.
    pub return_value: u32,
    /// The average duration of a run, in nanoseconds.
    pub duration_ns: u32,
    /// The bytes of the packet, which can be more than its room has.
    pub data_size: u32,
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
    repeat: u32,
    duration: u32,
    flags: u32,
    cpu: u32,
    batch_size: u32,
}

/// `struct bpf_prog_info`, up to its id.
#[repr(C)]
#[derive(Default)]
struct Info {
    prog_type: u32,
    id: u32,
}

impl Program<'_> {
    pub(crate) fn new(handle: usize) -> Self {
        Program { handle, object: PhantomData }
    }

    /// The number that names the program in other calls, and that is its value in a program array.
    pub fn fd(&self) -> i32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_program__fd(self.handle) }
    }

    /// False for a program that was not loaded with its object.
    pub fn is_loaded(&self) -> bool {
        self.fd() >= 0
    }

    /// The name of its function.
    pub fn name(&self) -> String {
        read_text(self.handle, imports::bpf_program__name)
    }

    /// The section that says where it attaches: "tp/sched/sched_switch".
    pub fn section(&self) -> String {
        read_text(self.handle, imports::bpf_program__section_name)
    }

    /// The type: `enum bpf_prog_type`.
    pub fn prog_type(&self) -> u32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_program__type(self.handle) as u32 }
    }

    /// The kind of attachment: `enum bpf_attach_type`.
    pub fn attach_type(&self) -> u32 {
        // SAFETY: as above.
        unsafe { imports::bpf_program__expected_attach_type(self.handle) as u32 }
    }

    /// The number of its instructions.
    pub fn insn_cnt(&self) -> usize {
        // SAFETY: as above.
        unsafe { imports::bpf_program__insn_cnt(self.handle) as usize }
    }

    /// The number that the kernel has for the program.
    pub fn id(&self) -> Result<u32> {
        let mut info = Info::default();
        let mut size = size_of::<Info>() as u32;
        // SAFETY: the info has `size` bytes.
        let result = unsafe {
            imports::bpf_prog_get_info_by_fd(self.fd(), &mut info as *mut Info as usize, &mut size as *mut u32 as usize)
        };
        checked_for("use program", &self.name(), result.into())?;
        Ok(info.id)
    }

    /// Pins the program at a path of a BPF file system, so that it outlives the guest.
    ///
    /// # Errors
    ///
    /// EPERM if the host has no option `--pin` for the directory; EEXIST if the path exists.
    pub fn pin(&self, path: &str) -> Result<()> {
        let path = c_string(path)?;
        // SAFETY: the path ends with a NUL.
        let result = unsafe { imports::bpf_program__pin(self.handle, path.as_ptr() as usize) };
        checked_for("pin program", &self.name(), result.into())?;
        Ok(())
    }

    /// Removes a path at which this program is pinned.
    pub fn unpin(&self, path: &str) -> Result<()> {
        let path = c_string(path)?;
        // SAFETY: as above.
        let result = unsafe { imports::bpf_program__unpin(self.handle, path.as_ptr() as usize) };
        checked_for("unpin program", &self.name(), result.into())?;
        Ok(())
    }

    /// Runs the program without attaching it (BPF_PROG_TEST_RUN).
    ///
    /// # Errors
    ///
    /// EOPNOTSUPP for types that cannot be run so; ENOSPC if the room for the packet is too small.
    pub fn test_run(&self, input: ProgramInput<'_>) -> Result<ProgramOutput> {
        let mut options = TestRunOptions {
            size: size_of::<TestRunOptions>() as u64,
            repeat: input.repeat,
            flags: input.flags,
            cpu: input.cpu,
            ..TestRunOptions::default()
        };
        if let Some(context) = input.context_in {
            let at = context.as_mut_ptr() as usize as u64;
            (options.ctx_in, options.ctx_size_in) = (at, context.len() as u32);
            // The kernel refuses room for the context of these types: it writes that of SEC("syscall") back to its place.
            if self.prog_type() != PROG_TYPE_SYSCALL && self.prog_type() != PROG_TYPE_RAW_TRACEPOINT {
                (options.ctx_out, options.ctx_size_out) = (at, context.len() as u32);
            }
        }
        if let Some(data) = input.data_in {
            (options.data_in, options.data_size_in) = (data.as_ptr() as usize as u64, data.len() as u32);
        }
        if let Some(data) = input.data_out {
            (options.data_out, options.data_size_out) = (data.as_mut_ptr() as usize as u64, data.len() as u32);
        }
        // SAFETY: the options, the context and the packets are living values.
        let result =
            unsafe { imports::bpf_prog_test_run_opts(self.fd(), &mut options as *mut TestRunOptions as usize) };
        checked_for("run program", &self.name(), result.into())?;
        Ok(ProgramOutput {
            return_value: options.retval,
            duration_ns: options.duration,
            data_size: options.data_size_out,
        })
    }
}

const PROG_TYPE_RAW_TRACEPOINT: u32 = 17;
const PROG_TYPE_SYSCALL: u32 = 31;
