// SPDX-License-Identifier: MIT
//! Signals: `handle()` them, and look at `caught()` after each poll, which they end.

const errors = @import("errors.zig");

/// The terminal was closed.
pub const HUP = 1;
/// Ctrl-C.
pub const INT = 2;
/// The signal of `kill` without an option.
pub const TERM = 15;

extern "wasm_bpf_sys" fn sigaction(signal: i32, reaction: i32, flags: i32, handler: usize) i32;

/// The reaction that calls a function of the guest.
const call = 2;

var last: i32 = 0;

/// Catches these signals from now on, instead of ending the guest. Call it before buffers are opened. A second Ctrl-C ends a guest that
/// calls nothing of this package.
pub fn handle(signals: []const i32) errors.Error!void {
    for (signals) |signal| {
        _ = try errors.check(sigaction(signal, call, 0, @intFromPtr(&onSignal)), "catch a signal", "");
    }
}

/// The last signal that was caught.
pub fn caught() ?i32 {
    const signal = @as(*volatile i32, &last).*;
    return if (signal == 0) null else signal;
}

fn onSignal(signal: i32) callconv(.c) void {
    @as(*volatile i32, &last).* = signal;
}
