// SPDX-License-Identifier: MIT
//! The variables of a section, before load and while programs run.

const std = @import("std");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const plain = @import("plain.zig");

const Error = errors.Error;

/// The largest page of any kernel. Memory with this alignment can be shared with every kernel.
const page = 65536;

/// The variables of a section in memory of this guest. After `share()`, it is the memory that programs use.
pub fn Variables(comptime T: type) type {
    plain.assertPlain(T, "a section of variables");
    return struct {
        const Self = @This();

        /// The variables. Programs may change those of `.data` and `.bss` at any time after load.
        ptr: *volatile T,
        handle: usize,
        fd: i32 = -1,
        memory: []u8,
        gpa: std.mem.Allocator,

        /// Reads the values in the object. `handle` is that of the section's map, which `name` names in errors.
        pub fn init(gpa: std.mem.Allocator, handle: usize, name: []const u8) (Error || error{OutOfMemory})!Self {
            const memory = try gpa.alloc(u8, room() + page);
            errdefer gpa.free(memory);
            const start = std.mem.alignForward(usize, @intFromPtr(memory.ptr), page);
            var self: Self = .{ .ptr = @ptrFromInt(start), .handle = handle, .memory = memory, .gpa = gpa };
            try self.read(name);
            return self;
        }

        /// The pages of the variables.
        fn room() usize {
            return (@max(@sizeOf(T), 1) + page - 1) / page * page;
        }

        /// Copies the values that libbpf has.
        pub fn read(self: *Self, name: []const u8) Error!void {
            const result = imports.bpf_map__initial_value(self.handle, @intFromPtr(self.ptr), @sizeOf(T));
            const size = try errors.check(result, "read variables of", name);
            if (size != @sizeOf(T)) return errors.fail(error.EINVAL, "read variables of", name, "they have another size");
        }

        /// Passes the values to libbpf, before load.
        pub fn write(self: *const Self, name: []const u8) Error!void {
            const result = imports.bpf_map__set_initial_value(self.handle, @intFromPtr(self.ptr), @sizeOf(T));
            _ = try errors.check(result, "set variables of", name);
        }

        /// Maps the kernel's memory over that of the variables, after load.
        pub fn share(self: *Self, name: []const u8) Error!void {
            const fd = imports.bpf_map__fd(self.handle);
            _ = try errors.check(fd, "share variables of", name);
            const result = imports.bpf_map_mmap(fd, @intFromPtr(self.ptr), room());
            _ = try errors.check(result, "share variables of", name);
            self.fd = fd;
        }

        /// Ends the sharing, and frees the memory.
        pub fn deinit(self: *Self) void {
            if (self.fd >= 0) _ = imports.bpf_map_munmap(self.fd);
            self.gpa.free(self.memory);
            self.* = undefined;
        }
    };
}
