// SPDX-License-Identifier: MIT
use crate::descriptor::Descriptor;
use crate::error::checked_for;
use crate::object::c_string;
use crate::Result;
use core::mem::size_of;

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "wasm_bpf_sys")]
extern "C" {
    #[link_name = "if_nametoindex"]
    fn name_to_index(name: usize) -> i32;
    fn perf_event_open(attr: usize, pid: i32, cpu: i32, group: i32, flags: u64) -> i32;
}

#[cfg(not(target_family = "wasm"))]
unsafe fn name_to_index(_: usize) -> i32 {
    -52
}

#[cfg(not(target_family = "wasm"))]
unsafe fn perf_event_open(_: usize, _: i32, _: i32, _: i32, _: u64) -> i32 {
    -52
}

/// The number of a network interface.
///
/// # Errors
///
/// ENODEV if there is none of this name.
pub fn if_nametoindex(name: &str) -> Result<u32> {
    let text = c_string(name)?;
    // SAFETY: the name ends with a NUL.
    let result = unsafe { name_to_index(text.as_ptr() as usize) };
    Ok(checked_for("find interface", name, result.into())? as u32)
}

/// The rate of a perf event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplePolicy {
    /// So often in a second.
    Frequency(u64),
    /// Once in so many counts, which for clocks are nanoseconds.
    Period(u64),
}

/// A perf event, to attach a program to it with [`crate::Program::attach_perf_event`].
#[derive(Debug)]
pub struct PerfEvent {
    descriptor: Descriptor,
}

/// `struct perf_event_attr` of the first version.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    event_type: u32,
    size: u32,
    config: u64,
    sample: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    bp_type: u32,
    config1: u64,
}

/// The bit `freq` of the attributes' flags.
const FREQUENCY: u64 = 1 << 10;

impl PerfEvent {
    /// PERF_TYPE_HARDWARE.
    pub const HARDWARE: u32 = 0;
    /// PERF_TYPE_SOFTWARE.
    pub const SOFTWARE: u32 = 1;

    /// Opens an event of a type, such as [`PerfEvent::SOFTWARE`], and number: PERF_COUNT_SW_CPU_CLOCK is 0. `pid` is a process or -1 for all;
    /// `cpu` is a CPU, or -1 for all on which the process runs.
    ///
    /// # Errors
    ///
    /// EINVAL if both are -1; ENOENT if the machine does not have the event.
    pub fn open(event_type: u32, config: u64, policy: SamplePolicy, pid: i32, cpu: i32) -> Result<Self> {
        let (sample, flags) = match policy {
            SamplePolicy::Frequency(hertz) => (hertz, FREQUENCY),
            SamplePolicy::Period(count) => (count, 0),
        };
        let size = size_of::<Attributes>() as u32;
        let attributes = Attributes { event_type, size, config, sample, flags, ..Attributes::default() };
        // SAFETY: the attributes are a living value.
        let fd = unsafe { perf_event_open(&attributes as *const Attributes as usize, pid, cpu, -1, 0) };
        Ok(PerfEvent { descriptor: Descriptor::from_result("open a perf event", fd)? })
    }

    /// The number of its descriptor, which the caller closes, or a link: `program.attach_perf_event(event.into_fd())`.
    pub fn into_fd(self) -> i32 {
        self.descriptor.into_number()
    }
}
