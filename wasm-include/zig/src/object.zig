// SPDX-License-Identifier: MIT
//! Objects: compiled BPF programs with their maps.

const std = @import("std");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const Link = @import("link.zig").Link;
const maps = @import("map.zig");
const messages = @import("messages.zig");
const options = @import("libbpf_options.zig");
const PerCpuMap = @import("per_cpu_map.zig").PerCpuMap;
const plain = @import("plain.zig");
const Program = @import("program.zig").Program;

const AnyMap = maps.AnyMap;
const Error = errors.Error;

/// An object. It is opened, then loaded into the kernel, then its programs are attached.
pub const Object = struct {
    handle: usize,
    /// The name in errors.
    name: []const u8,

    /// Opens an object: the bytes of an ELF file, which are copied. The maps of its variables begin with `name`: "name.bss".
    pub fn open(bytes: []const u8, name: [:0]const u8) Error!Object {
        messages.listen();
        const opts: options.Open = .{ .object_name = @intFromPtr(name.ptr) };
        if (bytes.len == 0) return errors.fail(error.EINVAL, "open object", name, "it is empty");
        const result = imports.bpf_object__open_mem(@intFromPtr(bytes.ptr), bytes.len, @intFromPtr(&opts));
        return .{ .handle = try errors.check(result, "open object", name), .name = name };
    }

    /// Loads the maps and programs into the kernel. `log()` has the verifier's messages about an error. EPERM also if the host's policy
    /// refuses a program.
    pub fn load(object: Object) Error!void {
        _ = try errors.check(imports.bpf_object__load(object.handle), "load object", object.name);
    }

    /// Removes the object from the kernel. Its links end with `Link.deinit()`, or with the guest.
    pub fn deinit(object: *Object) void {
        imports.bpf_object__close(object.handle);
        object.* = undefined;
    }

    /// A map of any type; ENOENT if there is none of this name. The name must live as long as the map.
    pub fn anyMap(object: Object, name: [:0]const u8) Error!AnyMap {
        const result = imports.bpf_object__find_map_by_name(object.handle, @intFromPtr(name.ptr));
        return .{ .handle = try errors.check(orMissing(result), "find map", name), .name = name };
    }

    /// A map with keys `K` and values `V`.
    pub fn map(object: Object, comptime K: type, comptime V: type, name: [:0]const u8) Error!maps.Map(K, V) {
        return maps.Map(K, V).init(try object.anyMap(name));
    }

    /// A per-CPU map with keys `K` and values `V`.
    pub fn perCpuMap(object: Object, comptime K: type, comptime V: type, name: [:0]const u8) Error!PerCpuMap(K, V) {
        return PerCpuMap(K, V).init(try object.anyMap(name));
    }

    /// A program; ENOENT if there is none of this name. The name must live as long as the program.
    pub fn program(object: Object, name: [:0]const u8) Error!Program {
        const result = imports.bpf_object__find_program_by_name(object.handle, @intFromPtr(name.ptr));
        return .{ .handle = try errors.check(orMissing(result), "find program", name), .name = name };
    }

    /// All programs.
    pub fn programs(object: Object) Programs {
        return .{ .object = object.handle };
    }

    /// Attaches all loaded programs whose section says where. The caller ends each link and frees the slice.
    pub fn attach(object: Object, gpa: std.mem.Allocator) (Error || error{OutOfMemory})![]Link {
        var count: usize = 0;
        var walk = object.programs();
        while (walk.next()) |_| count += 1;
        const links = try gpa.alloc(Link, count);
        errdefer gpa.free(links);
        var attached: usize = 0;
        errdefer for (links[0..attached]) |*link| link.deinit();
        walk = object.programs();
        while (walk.next()) |one| {
            if (!one.autoattach()) continue;
            if (try one.attachIfPossible()) |link| {
                links[attached] = link;
                attached += 1;
            }
        }
        return gpa.realloc(links, attached);
    }
};

/// libbpf returns NULL for a missing part.
fn orMissing(result: isize) isize {
    if (result != 0) return result;
    for (imports.errors) |row| {
        if (row.code == error.ENOENT) return -@as(isize, row.wasi);
    }
    unreachable;
}

/// Walks the programs of an object.
pub const Programs = struct {
    object: usize,
    last: usize = 0,
    name: [128]u8 = undefined,

    /// The next program; null after the last one. Its name is valid until the next call.
    pub fn next(walk: *Programs) ?Program {
        const result = imports.bpf_object__next_program(walk.object, walk.last);
        if (result <= 0) return null;
        walk.last = @intCast(result);
        walk.name[0] = 0;
        _ = imports.bpf_program__name(walk.last, @intFromPtr(&walk.name), walk.name.len);
        return .{ .handle = walk.last, .name = plain.text(&walk.name) };
    }
};
