// SPDX-License-Identifier: MIT
//! Descriptors of the guest: WASI has them in one table with those of maps, links and iterators.

const errors = @import("errors.zig");

const Part = extern struct { address: usize, len: usize };

// The results have the type that std.os.wasi gives them, since a module has one type for an import.
extern "wasi_snapshot_preview1" fn fd_read(fd: i32, parts: *const Part, count: usize, size: *usize) u16;
extern "wasi_snapshot_preview1" fn fd_close(fd: i32) u16;

/// Reads the next bytes. Returns their number, and 0 at the end.
pub fn read(fd: i32, buffer: []u8, operation: []const u8) errors.Error!usize {
    const part: Part = .{ .address = @intFromPtr(buffer.ptr), .len = buffer.len };
    var size: usize = 0;
    _ = try errors.check(-@as(i32, fd_read(fd, &part, 1, &size)), operation, "");
    return size;
}

/// Closes a descriptor.
pub fn close(fd: i32) void {
    _ = fd_close(fd);
}
