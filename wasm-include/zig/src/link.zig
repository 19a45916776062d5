// SPDX-License-Identifier: MIT
//! Attachments, and runs of iterators.

const std = @import("std");
const descriptors = @import("descriptors.zig");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const Program = @import("program.zig").Program;

const Error = errors.Error;

/// An attachment.
pub const Link = struct {
    handle: usize,

    /// The link of an attaching import; 0 is a program whose section does not say where to attach it.
    pub fn fromResult(result: isize, operation: []const u8, name: []const u8) Error!Link {
        const handle = try errors.check(result, operation, name);
        if (handle == 0) return errors.fail(error.EOPNOTSUPP, operation, name, "its section does not say where");
        return .{ .handle = handle };
    }

    /// A link that was pinned.
    pub fn open(path: [:0]const u8) Error!Link {
        return fromResult(imports.bpf_link__open(@intFromPtr(path.ptr)), "open link", path);
    }

    /// Detaches the program, and frees the link.
    pub fn deinit(link: *Link) void {
        _ = imports.bpf_link__destroy(link.handle);
        link.* = undefined;
    }

    /// Detaches the program, and returns an error of the kernel, which `deinit()` ignores. The link must still be freed. EOPNOTSUPP for
    /// links that only `deinit()` ends: those of tracing programs.
    pub fn detach(link: Link) Error!void {
        _ = try errors.check(imports.bpf_link__detach(link.handle), "detach a program", "");
    }

    /// The number of its descriptor.
    pub fn fd(link: Link) i32 {
        return imports.bpf_link__fd(link.handle);
    }

    /// Pins the link to a path of a BPF file system, so that it outlives the guest. The host needs the option `--pin`.
    pub fn pin(link: Link, path: [:0]const u8) Error!void {
        _ = try errors.check(imports.bpf_link__pin(link.handle, @intFromPtr(path.ptr)), "pin a link to", path);
    }

    /// Removes the pin.
    pub fn unpin(link: Link) Error!void {
        _ = try errors.check(imports.bpf_link__unpin(link.handle), "unpin a link", "");
    }

    /// Replaces the program without a moment in which none is attached.
    pub fn updateProgram(link: Link, program: Program) Error!void {
        const result = imports.bpf_link__update_program(link.handle, program.handle);
        _ = try errors.check(result, "replace the program of a link", "");
    }

    /// Starts a run of an iterator program.
    pub fn iterate(link: Link) Error!Iter {
        const number = imports.bpf_iter_create(link.fd());
        _ = try errors.check(number, "start an iterator", "");
        return .{ .fd = number };
    }
};

/// A run of an iterator program: a text or records, as the program writes them.
pub const Iter = struct {
    /// Its descriptor, which can be read as a file.
    fd: i32,

    /// Reads the next bytes. Returns their number, and 0 at the end.
    pub fn read(iter: Iter, buffer: []u8) Error!usize {
        return descriptors.read(iter.fd, buffer, "read an iterator");
    }

    /// Reads everything, which the caller frees.
    pub fn readAll(iter: Iter, gpa: std.mem.Allocator) (Error || error{OutOfMemory})![]u8 {
        var bytes = try gpa.alloc(u8, 4096);
        errdefer gpa.free(bytes);
        var len: usize = 0;
        while (true) {
            if (len == bytes.len) bytes = try gpa.realloc(bytes, bytes.len * 2);
            const count = try iter.read(bytes[len..]);
            if (count == 0) return gpa.realloc(bytes, len);
            len += count;
        }
    }

    /// Closes it.
    pub fn deinit(iter: *Iter) void {
        descriptors.close(iter.fd);
        iter.* = undefined;
    }
};
