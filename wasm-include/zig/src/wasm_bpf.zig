// SPDX-License-Identifier: MIT
//! libbpf for WebAssembly guests of wasm-bpf.
//!
//! A guest carries a compiled BPF object. The host has libbpf load it into the kernel; the guest sets its variables, attaches its programs
//! and reads its maps and events. `wasm-bpf gen skeleton --lang zig` writes a file with the object, its types, maps, programs and
//! variables by name, on top of this package:
//!
//!     var skel = try hello.Skeleton.open(gpa);
//!     defer skel.deinit();
//!     skel.rodata.limit = 100;
//!     try skel.load();
//!     try skel.attach();
//!
//!     var events = bpf.RingBuffer.init(gpa);
//!     defer events.deinit();
//!     try events.add(skel.maps.events, {}, onEvent);
//!     while (bpf.signals.caught() == null) _ = try events.poll(100);
//!
//! An error is one of `Error`; `describe()` is its line for people.

const errors = @import("errors.zig");
const link = @import("link.zig");
const map = @import("map.zig");
const messages = @import("messages.zig");
const object = @import("object.zig");
const perf_buffer = @import("perf_buffer.zig");
const per_cpu_map = @import("per_cpu_map.zig");
const plain = @import("plain.zig");
const program = @import("program.zig");
const ring_buffer = @import("ring_buffer.zig");
const user_ring_buffer = @import("user_ring_buffer.zig");
const variables = @import("variables.zig");

pub const bits = @import("bits.zig");
pub const imports = @import("imports.zig");
pub const signals = @import("signals.zig");

pub const AnyMap = map.AnyMap;
pub const Error = errors.Error;
pub const Iter = link.Iter;
pub const Keys = map.Keys;
pub const Link = link.Link;
pub const Map = map.Map;
pub const Object = object.Object;
pub const PerCpuMap = per_cpu_map.PerCpuMap;
pub const PerfBuffer = perf_buffer.PerfBuffer;
pub const PrintLevel = messages.Level;
pub const Program = program.Program;
pub const Programs = object.Programs;
pub const RingBuffer = ring_buffer.RingBuffer;
pub const UpdateFlags = map.UpdateFlags;
pub const UserRingBuffer = user_ring_buffer.UserRingBuffer;
pub const Variables = variables.Variables;

pub const assertPlain = plain.assertPlain;
pub const describe = errors.describe;
pub const log = errors.log;
pub const possibleCpus = per_cpu_map.possibleCpus;
pub const setPrint = messages.setPrint;
pub const text = plain.text;

test {
    _ = bits;
    _ = errors;
    _ = messages;
    _ = plain;
    _ = @import("records.zig");
}
