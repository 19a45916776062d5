// SPDX-License-Identifier: MIT
//! Maps: of any type, and with typed keys and values.

const std = @import("std");
const descriptors = @import("descriptors.zig");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const Link = @import("link.zig").Link;
const plain = @import("plain.zig");

const Error = errors.Error;

/// The condition of an update.
pub const UpdateFlags = enum {
    /// Always (BPF_ANY).
    any,
    /// Only if the key is new (BPF_NOEXIST).
    no_exist,
    /// Only if the key exists (BPF_EXIST).
    exist,

    /// The number of the kernel.
    pub fn number(flags: UpdateFlags) i64 {
        return switch (flags) {
            .any => 0,
            .no_exist => 1,
            .exist => 2,
        };
    }
};

/// A map of any type. Buffers need one.
pub const AnyMap = struct {
    /// 0 for a map of no object, whose number is `created`.
    handle: usize,
    created: i32 = -1,
    /// The name in errors.
    name: []const u8,

    /// The number that names the map in other calls, such as a value of a map of maps; EINVAL before load.
    pub fn fd(map: AnyMap) Error!i32 {
        const number = if (map.handle == 0) map.created else imports.bpf_map__fd(map.handle);
        return if (number < 0) errors.fail(error.EINVAL, "use map", map.name, "it is not in the kernel") else number;
    }

    /// `enum bpf_map_type`.
    pub fn mapType(map: AnyMap) u32 {
        return @bitCast(imports.bpf_map__type(map.handle));
    }

    /// The bytes of a key.
    pub fn keySize(map: AnyMap) u32 {
        return @bitCast(imports.bpf_map__key_size(map.handle));
    }

    /// The bytes of a value.
    pub fn valueSize(map: AnyMap) u32 {
        return @bitCast(imports.bpf_map__value_size(map.handle));
    }

    /// The number of entries; the bytes of a ring buffer.
    pub fn maxEntries(map: AnyMap) u32 {
        return @bitCast(imports.bpf_map__max_entries(map.handle));
    }

    /// Sets the number of entries, before load; the bytes of a ring buffer.
    pub fn setMaxEntries(map: AnyMap, count: u32) Error!void {
        _ = try errors.check(imports.bpf_map__set_max_entries(map.handle, @bitCast(count)), "set the size of map", map.name);
    }

    /// Leaves the map out of the kernel, before load, if no loaded program uses it.
    pub fn setAutocreate(map: AnyMap, creates: bool) Error!void {
        _ = try errors.check(imports.bpf_map__set_autocreate(map.handle, @intFromBool(creates)), "set map", map.name);
    }

    /// Uses an existing map instead of a new one, before load.
    pub fn reuseFd(map: AnyMap, number: i32) Error!void {
        _ = try errors.check(imports.bpf_map__reuse_fd(map.handle, number), "reuse a map for", map.name);
    }

    /// Sets the map that describes the inner maps of a map of maps, before load.
    pub fn setInnerMapFd(map: AnyMap, number: i32) Error!void {
        _ = try errors.check(imports.bpf_map__set_inner_map_fd(map.handle, number), "set the inner map of", map.name);
    }

    /// Pins the map to a path of a BPF file system, so that it outlives the guest. The host needs the option `--pin`.
    pub fn pin(map: AnyMap, path: [:0]const u8) Error!void {
        _ = try errors.check(imports.bpf_map__pin(map.handle, @intFromPtr(path.ptr)), "pin map", map.name);
    }

    /// Removes the pin.
    pub fn unpin(map: AnyMap, path: [:0]const u8) Error!void {
        _ = try errors.check(imports.bpf_map__unpin(map.handle, @intFromPtr(path.ptr)), "unpin map", map.name);
    }

    /// True if `attach()` of a skeleton attaches the map, which is one of struct_ops.
    pub fn autoattach(map: AnyMap) bool {
        return imports.bpf_map__fd(map.handle) >= 0 and imports.bpf_map__autoattach(map.handle) != 0;
    }

    /// Registers a struct_ops map. The host needs the option `--allow-struct-ops`.
    pub fn attachStructOps(map: AnyMap) Error!Link {
        return Link.fromResult(imports.bpf_map__attach_struct_ops(map.handle), "attach map", map.name);
    }

    /// EINVAL if keys or values have other sizes than their types.
    pub fn checkSizes(map: AnyMap, key_size: usize, value_size: usize) Error!void {
        if (map.keySize() == key_size and map.valueSize() == value_size) return;
        var line: errors.Line = .{};
        line.add("it has keys of ");
        line.addNumber(map.keySize());
        line.add(" and values of ");
        line.addNumber(map.valueSize());
        line.add(" bytes, and the types have ");
        line.addNumber(key_size);
        line.add(" and ");
        line.addNumber(value_size);
        return errors.fail(error.EINVAL, "use map", map.name, line.slice());
    }
};

/// `BPF_MAP_TYPE_PERCPU_HASH`, `_PERCPU_ARRAY`, `_LRU_PERCPU_HASH` and `_PERCPU_CGROUP_STORAGE`.
const per_cpu_types = [_]u32{ 5, 6, 10, 21 };

/// True for a map with a value for each CPU.
pub fn isPerCpu(map: AnyMap) bool {
    const kind = map.mapType();
    for (per_cpu_types) |one| {
        if (one == kind) return true;
    }
    return false;
}

/// A map with keys `K` and values `V`. A queue or a stack has the key `void`.
pub fn Map(comptime K: type, comptime V: type) type {
    plain.assertPlain(K, "the key of a map");
    plain.assertPlain(V, "the value of a map");
    return struct {
        const Self = @This();

        /// The map without its types.
        any: AnyMap,

        /// An element.
        pub const Entry = struct { key: K, value: V };

        /// `any` with types. EINVAL if its keys or values have other sizes, or if it is per-CPU (see `PerCpuMap`).
        pub fn init(any: AnyMap) Error!Self {
            try any.checkSizes(@sizeOf(K), @sizeOf(V));
            if (isPerCpu(any)) return errors.fail(error.EINVAL, "use map", any.name, "it is per-CPU");
            return .{ .any = any };
        }

        /// Creates a map that belongs to no object, such as an inner map of a map of maps. `kind` is `enum bpf_map_type`.
        pub fn create(kind: u32, name: [:0]const u8, max_entries: u32) Error!Self {
            const sizes = [_]i32{ @sizeOf(K), @sizeOf(V) };
            const entries: i32 = @bitCast(max_entries);
            const fd = imports.bpf_map_create(@bitCast(kind), @intFromPtr(name.ptr), sizes[0], sizes[1], entries, 0);
            _ = try errors.check(fd, "create map", name);
            return .{ .any = .{ .handle = 0, .created = fd, .name = name } };
        }

        /// Closes a map of `create()`. The kernel keeps it while another map has it.
        pub fn close(map: *Self) void {
            if (map.any.handle == 0) descriptors.close(map.any.created);
            map.* = undefined;
        }

        /// The value of a key; null if there is none. For a queue or a stack, the next element, which stays.
        pub fn lookup(map: Self, key: K) Error!?V {
            var value: V = undefined;
            const result = imports.bpf_map_lookup_elem(try map.any.fd(), address(K, &key), @intFromPtr(&value));
            return if (try found(result, "look up in map", map.any.name)) value else null;
        }

        /// The value of a key, which is removed. `lookupAndDelete({})` takes the next element of a queue or a stack.
        pub fn lookupAndDelete(map: Self, key: K) Error!?V {
            var value: V = undefined;
            const fd = try map.any.fd();
            const result = imports.bpf_map_lookup_and_delete_elem(fd, address(K, &key), @intFromPtr(&value));
            return if (try found(result, "take from map", map.any.name)) value else null;
        }

        /// Sets the value of a key. `update({}, value, .any)` adds to a queue or a stack.
        ///
        /// EEXIST and ENOENT as `flags` say; E2BIG if the map is full.
        pub fn update(map: Self, key: K, value: V, flags: UpdateFlags) Error!void {
            const fd = try map.any.fd();
            const result = imports.bpf_map_update_elem(fd, address(K, &key), @intFromPtr(&value), flags.number());
            _ = try errors.check(result, "update map", map.any.name);
        }

        /// Removes a key. Returns false if there is none.
        pub fn delete(map: Self, key: K) Error!bool {
            const result = imports.bpf_map_delete_elem(try map.any.fd(), address(K, &key));
            return found(result, "delete from map", map.any.name);
        }

        /// Sets the values of several keys in one call (Linux 5.6). Returns the number of keys before an error.
        pub fn updateBatch(map: Self, batch_keys: []const K, values: []const V) Error!usize {
            std.debug.assert(batch_keys.len == values.len);
            if (values.len == 0) return 0;
            var count: u32 = @intCast(values.len);
            const fd = try map.any.fd();
            const places = [_]usize{ @intFromPtr(batch_keys.ptr), @intFromPtr(values.ptr) };
            const result = imports.bpf_map_update_batch(fd, places[0], places[1], @intFromPtr(&count), 0);
            _ = try errors.check(result, "update map", map.any.name);
            return count;
        }

        /// Removes several keys in one call (Linux 5.6). ENOENT at a key that does not exist.
        pub fn deleteBatch(map: Self, batch_keys: []const K) Error!usize {
            if (batch_keys.len == 0) return 0;
            var count: u32 = @intCast(batch_keys.len);
            const fd = try map.any.fd();
            const result = imports.bpf_map_delete_batch(fd, @intFromPtr(batch_keys.ptr), @intFromPtr(&count), 0);
            _ = try errors.check(result, "delete from map", map.any.name);
            return count;
        }

        /// Reads the elements of a hash or an array in batches (Linux 5.6).
        pub fn batches(map: Self) Batches {
            return .{ .map = map };
        }

        /// See `batches()`.
        pub const Batches = struct {
            map: Self,
            place: [@max(@sizeOf(K), 8)]u8 align(8) = @splat(0),
            state: enum { new, started, ended } = .new,

            /// Reads elements into both slices, which have the same length. Returns their number; 0 after the last one. ENOSPC if the
            /// slices are too short for a part of a hash.
            pub fn next(walk: *Batches, batch_keys: []K, values: []V) Error!usize {
                std.debug.assert(batch_keys.len == values.len);
                if (walk.state == .ended) return 0;
                var count: u32 = @intCast(values.len);
                const fd = try walk.map.any.fd();
                const place = @intFromPtr(&walk.place);
                const before = if (walk.state == .new) 0 else place;
                const slices = [_]usize{ @intFromPtr(batch_keys.ptr), @intFromPtr(values.ptr) };
                const result = imports.bpf_map_lookup_batch(fd, before, place, slices[0], slices[1], @intFromPtr(&count), 0);
                walk.state = if (try found(result, "read map", walk.map.any.name)) .started else .ended;
                return count;
            }
        };

        /// The keys. A key that programs add or remove meanwhile may be missing, or come twice.
        pub fn keys(map: Self) Keys(K) {
            return .{ .any = map.any };
        }

        /// The elements, without those that were removed since their key was read.
        pub fn iterator(map: Self) Iterator {
            return .{ .map = map, .keys = map.keys() };
        }

        /// See `iterator()`.
        pub const Iterator = struct {
            map: Self,
            keys: Keys(K),

            /// The next element; null after the last one.
            pub fn next(walk: *Iterator) Error!?Entry {
                while (try walk.keys.next()) |key| {
                    if (try walk.map.lookup(key)) |value| return .{ .key = key, .value = value };
                }
                return null;
            }
        };
    };
}

/// Walks the keys of a map.
pub fn Keys(comptime K: type) type {
    return struct {
        any: AnyMap,
        last: ?K = null,
        ended: bool = false,

        /// The next key; null after the last one.
        pub fn next(walk: *@This()) Error!?K {
            if (walk.ended) return null;
            walk.ended = true;
            var key: K = undefined;
            const before: usize = if (walk.last) |*last| @intFromPtr(last) else 0;
            const result = imports.bpf_map_get_next_key(try walk.any.fd(), before, @intFromPtr(&key));
            if (!try found(result, "walk map", walk.any.name)) return null;
            walk.last = key;
            walk.ended = false;
            return key;
        }
    };
}

/// The address of a key; 0 for that of a queue or a stack, which has none.
pub fn address(comptime K: type, key: *const K) usize {
    return if (@sizeOf(K) == 0) 0 else @intFromPtr(key);
}

/// False for ENOENT, which is not an error of a lookup.
pub fn found(result: i32, verb: []const u8, name: []const u8) Error!bool {
    if (errors.isError(result, error.ENOENT)) return false;
    _ = try errors.check(result, verb, name);
    return true;
}
