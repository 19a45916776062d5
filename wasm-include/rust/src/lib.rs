// SPDX-License-Identifier: MIT
//! libbpf for WebAssembly guests of [wasm-bpf](https://github.com/wasm-bpf/wasm-bpf).
//!
//! A guest carries a compiled BPF object. The host has libbpf load it into the kernel; the guest sets its variables, attaches its
//! programs and reads its maps and events:
//!
//! ```no_run
//! use wasm_bpf::{Object, RingBufferBuilder, Result};
//!
//! fn run(bytes: &[u8]) -> Result<()> {
//!     let object = Object::open(bytes)?.load()?;
//!     let _links = object.attach()?;
//!     let map = object.map_handle("events")?;
//!     let mut events = RingBufferBuilder::new().add(&map, |data| println!("{} bytes", data.len())).build()?;
//!     loop {
//!         events.poll(None)?;
//!     }
//! }
//! ```
//!
//! `wasm-bpf gen skeleton --lang rust` writes a module with the object, its types, maps, programs and variables by name, on top of this
//! crate. The names are those of libbpf-rs where the meaning is the same.
//!
//! On targets other than WebAssembly, everything compiles, and every call fails with ENOSYS.

#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

mod attach;
mod attach_opts;
pub mod bits;
mod descriptor;
mod error;
#[allow(missing_docs, non_snake_case, clippy::missing_safety_doc, clippy::too_many_arguments)]
pub mod imports;
mod iter;
mod link;
mod map;
mod map_batch;
mod map_handle;
mod map_percpu;
mod map_type;
mod messages;
mod object;
mod open;
mod open_map;
mod perf_buffer;
mod pod;
mod program;
mod ring_buffer;
pub mod signals;
mod system;
mod text;
mod user_ring_buffer;
mod variables;

pub use attach_opts::{
    KprobeOpts, NetfilterOpts, PerfEventOpts, RawTracepointOpts, TracepointOpts, UprobeMultiOpts, UprobeOpts, UsdtOpts,
};
pub use error::{Error, Result};
pub use iter::Iter;
pub use link::{Link, LinkInfo};
pub use map::{Keys, Map, UpdateFlags};
pub use map_batch::Batches;
pub use map_handle::{MapCreateOpts, MapHandle};
pub use map_type::MapType;
pub use messages::{set_print, PrintLevel};
pub use object::Object;
pub use open::{ObjectBuilder, OpenObject, OpenProgram};
pub use open_map::OpenMap;
pub use perf_buffer::{PerfBuffer, PerfBufferBuilder};
pub use pod::{text, Pod};
pub use program::{Program, ProgramInput, ProgramOutput};
pub use ring_buffer::{Control, RingBuffer, RingBufferBuilder};
pub use system::{if_nametoindex, PerfEvent, SamplePolicy};
pub use text::Text;
pub use user_ring_buffer::{UserRingBuffer, UserRingBufferSample};
#[doc(hidden)]
pub use variables::{load_from, store_to};
pub use variables::{Constants, Shared, Variables};

/// The number of possible CPUs, which is the number of values in an element of a per-CPU map.
pub fn num_possible_cpus() -> Result<usize> {
    // SAFETY: the import takes nothing.
    let count = unsafe { imports::libbpf_num_possible_cpus() };
    Ok(error::checked("count the CPUs", count as i64)? as usize)
}
