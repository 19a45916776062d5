// SPDX-License-Identifier: MIT
//! Ring buffers.

const std = @import("std");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const AnyMap = @import("map.zig").AnyMap;
const records = @import("records.zig");
const Room = @import("room.zig").Room;

const Error = errors.Error;
const form = "fn (context: *Context, record: []const u8) !void, or with record: *const T";

/// A ring with its function and the function's context, at an address that the host gets.
const Ring = struct {
    context: usize,
    failure: ?anyerror = null,
    next: ?*Ring,
};

/// Rings to poll together.
pub const RingBuffer = struct {
    gpa: std.mem.Allocator,
    handle: usize = 0,
    room: Room,
    rings: ?*Ring = null,

    /// A ring buffer without rings.
    pub fn init(gpa: std.mem.Allocator) RingBuffer {
        return .{ .gpa = gpa, .room = .{ .gpa = gpa } };
    }

    /// Closes all rings. Records that nobody read stay in their maps.
    pub fn deinit(buffer: *RingBuffer) void {
        if (buffer.handle != 0) imports.ring_buffer__free(buffer.handle);
        while (buffer.rings) |ring| {
            buffer.rings = ring.next;
            buffer.gpa.destroy(ring);
        }
        buffer.room.deinit();
        buffer.* = undefined;
    }

    /// Adds the ring of `map`. `function` gets each record, with `context`: a pointer, or `{}`. Its second parameter is `[]const u8` for
    /// the bytes, or `*const T` for a record of this type. The record is valid during the call. An error that the function returns ends
    /// the poll, which returns it.
    pub fn add(
        buffer: *RingBuffer,
        map: AnyMap,
        context: anytype,
        comptime function: anytype,
    ) (Error || error{OutOfMemory})!void {
        const Context = @TypeOf(context);
        const Record = records.parameterOf(function, 2, 1, form);
        const Caller = struct {
            fn onRecord(at: usize, data: [*]const u8, size: usize) callconv(.c) i32 {
                const ring: *Ring = @ptrFromInt(at);
                var copy: records.Copy(Record) = undefined;
                const record = records.recordAs(Record, data[0..size], &copy) catch |err| {
                    ring.failure = err;
                    return records.stopped;
                };
                ring.failure = records.call(function, .{ records.contextAt(Context, ring.context), record });
                return if (ring.failure == null) 0 else records.stopped;
            }
        };
        const fd = try map.fd();
        const ring = try buffer.gpa.create(Ring);
        errdefer buffer.gpa.destroy(ring);
        ring.* = .{ .context = records.addressOf(context), .next = buffer.rings };
        const caller = @intFromPtr(&Caller.onRecord);
        if (buffer.handle == 0) {
            const result = imports.ring_buffer__new(fd, caller, @intFromPtr(ring), 0);
            buffer.handle = try errors.check(result, "open ring buffer", map.name);
        } else {
            const result = imports.ring_buffer__add(buffer.handle, fd, caller, @intFromPtr(ring));
            _ = try errors.check(result, "open ring buffer", map.name);
        }
        buffer.rings = ring;
    }

    /// Delivers all records, or waits for the first if there is none, at most this time; -1 waits forever.
    ///
    /// Returns the number of records that were delivered; 0 after the time, and after a signal that the guest handles. Other errors are
    /// those of the functions, and RecordTooShort for a record that is shorter than its type.
    pub fn poll(buffer: *RingBuffer, timeout_ms: i32) anyerror!usize {
        return buffer.deliver(.{timeout_ms}, imports.ring_buffer__poll);
    }

    /// Delivers all records without waiting.
    pub fn consume(buffer: *RingBuffer) anyerror!usize {
        return buffer.deliver(.{}, imports.ring_buffer__consume);
    }

    /// A descriptor that is readable while there are records.
    pub fn epollFd(buffer: RingBuffer) i32 {
        return imports.ring_buffer__epoll_fd(buffer.handle);
    }

    fn deliver(buffer: *RingBuffer, before: anytype, comptime function: anytype) anyerror!usize {
        if (buffer.handle == 0) return errors.fail(error.EINVAL, "read a ring buffer", "", "it has no ring");
        const result = try buffer.room.deliver(buffer.handle, before, function, imports.ring_buffer__room);
        var ring = buffer.rings;
        while (ring) |one| : (ring = one.next) {
            if (one.failure) |failure| {
                one.failure = null;
                return failure;
            }
        }
        if (errors.isError(result, error.EINTR)) return 0;
        return errors.check(result, "read a ring buffer", "");
    }
};
