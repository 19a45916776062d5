// SPDX-License-Identifier: MIT
//! Ring buffers to which the guest writes, and which a program reads.

const errors = @import("errors.zig");
const imports = @import("imports.zig");
const AnyMap = @import("map.zig").AnyMap;

const Error = errors.Error;

/// A user ring buffer (Linux 6.1).
pub const UserRingBuffer = struct {
    handle: usize,

    /// Opens the ring of `map`.
    pub fn init(map: AnyMap) Error!UserRingBuffer {
        const result = imports.user_ring_buffer__new(try map.fd(), 0);
        return .{ .handle = try errors.check(result, "open user ring buffer", map.name) };
    }

    /// Closes it.
    pub fn deinit(buffer: *UserRingBuffer) void {
        imports.user_ring_buffer__free(buffer.handle);
        buffer.* = undefined;
    }

    /// Writes a record. ENOSPC if the ring has no room for it.
    pub fn send(buffer: UserRingBuffer, record: []const u8) Error!void {
        try buffer.submit(imports.user_ring_buffer__reserve(buffer.handle, size(record)), record);
    }

    /// As `send()`, and waits for room at most this time; -1 waits forever.
    pub fn sendBlocking(buffer: UserRingBuffer, record: []const u8, timeout_ms: i32) Error!void {
        try buffer.submit(imports.user_ring_buffer__reserve_blocking(buffer.handle, size(record), timeout_ms), record);
    }

    fn submit(buffer: UserRingBuffer, reserved: isize, record: []const u8) Error!void {
        const sample = try errors.check(reserved, "write to a user ring buffer", "");
        imports.user_ring_buffer__submit(buffer.handle, sample, @intFromPtr(record.ptr), record.len);
    }

    fn size(record: []const u8) i32 {
        return @bitCast(@as(u32, @intCast(record.len)));
    }
};
