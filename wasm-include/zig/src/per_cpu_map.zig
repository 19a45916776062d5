// SPDX-License-Identifier: MIT
//! Maps with a value for each CPU.

const std = @import("std");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const maps = @import("map.zig");
const plain = @import("plain.zig");

const Allocator = std.mem.Allocator;
const Error = errors.Error;

/// The number of possible CPUs, which is the number of values in an element of a per-CPU map.
pub fn possibleCpus() Error!usize {
    return errors.check(imports.libbpf_num_possible_cpus(), "count the CPUs", "");
}

/// A per-CPU map with keys `K` and, for each possible CPU, a value `V`.
pub fn PerCpuMap(comptime K: type, comptime V: type) type {
    plain.assertPlain(K, "the key of a map");
    plain.assertPlain(V, "the value of a map");
    return struct {
        const Self = @This();

        /// The map without its types.
        any: maps.AnyMap,

        /// The kernel rounds each value up to 8 bytes.
        const words = (@sizeOf(V) + 7) / 8;

        /// `any` with types. EINVAL if its keys or values have other sizes, or if it is not per-CPU.
        pub fn init(any: maps.AnyMap) Error!Self {
            try any.checkSizes(@sizeOf(K), @sizeOf(V));
            if (!maps.isPerCpu(any)) return errors.fail(error.EINVAL, "use map", any.name, "it is not per-CPU");
            return .{ .any = any };
        }

        /// The values of a key, one for each possible CPU, which the caller frees; null if there is no such key.
        pub fn lookup(map: Self, gpa: Allocator, key: K) (Error || error{OutOfMemory})!?[]V {
            const cpus = try possibleCpus();
            const room = try gpa.alloc(u64, cpus * words);
            defer gpa.free(room);
            const result = imports.bpf_map_lookup_elem(try map.any.fd(), maps.address(K, &key), @intFromPtr(room.ptr));
            if (!try maps.found(result, "look up in map", map.any.name)) return null;
            const values = try gpa.alloc(V, cpus);
            for (values, 0..) |*value, cpu| {
                @memcpy(std.mem.asBytes(value), std.mem.sliceAsBytes(room[cpu * words ..][0..words])[0..@sizeOf(V)]);
            }
            return values;
        }

        /// The sum of the values of a key, which must be numbers; null if there is no such key.
        pub fn sum(map: Self, gpa: Allocator, key: K) (Error || error{OutOfMemory})!?V {
            const values = try map.lookup(gpa, key) orelse return null;
            defer gpa.free(values);
            var total: V = 0;
            for (values) |value| total +%= value;
            return total;
        }

        /// Sets the values of a key, one for each possible CPU. EINVAL for another number of values.
        pub fn update(map: Self, gpa: Allocator, key: K, values: []const V, flags: maps.UpdateFlags) (Error || error{OutOfMemory})!void {
            const cpus = try possibleCpus();
            if (values.len != cpus) {
                return errors.fail(error.EINVAL, "update map", map.any.name, "it needs a value for each possible CPU");
            }
            const room = try gpa.alloc(u64, cpus * words);
            defer gpa.free(room);
            @memset(room, 0);
            for (values, 0..) |*value, cpu| {
                @memcpy(std.mem.sliceAsBytes(room[cpu * words ..][0..words])[0..@sizeOf(V)], std.mem.asBytes(value));
            }
            const fd = try map.any.fd();
            const result = imports.bpf_map_update_elem(fd, maps.address(K, &key), @intFromPtr(room.ptr), flags.number());
            _ = try errors.check(result, "update map", map.any.name);
        }

        /// Removes a key. Returns false if there is none.
        pub fn delete(map: Self, key: K) Error!bool {
            const result = imports.bpf_map_delete_elem(try map.any.fd(), maps.address(K, &key));
            return maps.found(result, "delete from map", map.any.name);
        }

        /// The keys. A key that programs add or remove meanwhile may be missing, or come twice.
        pub fn keys(map: Self) maps.Keys(K) {
            return .{ .any = map.any };
        }
    };
}
