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

pub mod bits;
mod error;
#[allow(missing_docs, non_snake_case, clippy::missing_safety_doc, clippy::too_many_arguments)]
pub mod imports;
mod link;
mod map;
mod messages;
mod object;
mod perf_buffer;
mod pod;
mod program;
mod ring_buffer;
pub mod signals;
mod variables;

pub use error::{Error, Result};
pub use link::{Iter, Link};
pub use map::{Map, MapHandle, UpdateFlags};
pub use messages::{set_print, PrintLevel};
pub use object::{Object, OpenMap, OpenObject, OpenProgram};
pub use perf_buffer::{PerfBuffer, PerfBufferBuilder};
pub use pod::{text, Pod};
pub use program::{Program, RunOutput};
pub use ring_buffer::{Control, RingBuffer, RingBufferBuilder};
pub use variables::{Shared, Variables};

/// The number of possible CPUs, which is the number of values in an element of a per-CPU map.
pub fn num_possible_cpus() -> Result<usize> {
    // SAFETY: the import takes nothing.
    let count = unsafe { imports::libbpf_num_possible_cpus() };
    Ok(error::checked("count the CPUs", count as i64)? as usize)
}
