// SPDX-License-Identifier: MIT
//! Memory into which the host copies records.

const std = @import("std");
const errors = @import("errors.zig");

/// Memory that grows to the size that the host needs.
pub const Room = struct {
    gpa: std.mem.Allocator,
    words: []u64 = &.{},

    /// Frees the memory.
    pub fn deinit(room: *Room) void {
        room.gpa.free(room.words);
        room.* = undefined;
    }

    /// Calls an import, once more after EMSGSIZE, with as much memory as `needed` says. Returns the result.
    pub fn deliver(
        room: *Room,
        handle: usize,
        before: anytype,
        comptime function: anytype,
        comptime needed: anytype,
    ) error{OutOfMemory}!i32 {
        while (true) {
            const size = room.words.len * 8;
            // An empty slice may have an address outside of the memory.
            const address: usize = if (size == 0) 0 else @intFromPtr(room.words.ptr);
            const result = @call(.auto, function, .{handle} ++ before ++ .{ address, size });
            if (!errors.isError(result, error.EMSGSIZE)) return result;
            const wanted = needed(handle);
            if (wanted <= size) return result;
            room.gpa.free(room.words);
            room.words = &.{};
            room.words = try room.gpa.alloc(u64, (@as(usize, @intCast(wanted)) + 7) / 8);
        }
    }
};
