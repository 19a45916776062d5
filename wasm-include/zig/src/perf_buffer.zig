// SPDX-License-Identifier: MIT
//! Perf event arrays.

const std = @import("std");
const errors = @import("errors.zig");
const imports = @import("imports.zig");
const AnyMap = @import("map.zig").AnyMap;
const records = @import("records.zig");
const Room = @import("room.zig").Room;

const Error = errors.Error;
const form = "fn (context: *Context, cpu: u32, record: []const u8) !void, or with record: *const T";

/// A buffer's context and counts, at an address that the host gets.
const State = struct {
    context: usize,
    failure: ?anyerror = null,
    lost: u64 = 0,
};

/// The buffers of all CPUs.
pub const PerfBuffer = struct {
    gpa: std.mem.Allocator,
    handle: usize,
    room: Room,
    state: *State,

    /// The size of the buffers.
    pub const Options = struct {
        /// The pages of data for each CPU: a power of two.
        pages: usize = 64,
    };

    /// Opens the buffers of `map`. `sample` gets the CPU and each record, with `context`: a pointer, or `{}`. The record is `[]const u8`,
    /// or `*const T`, and is valid during the call. An error that the function returns is that of the poll.
    ///
    /// `lost` gets the CPU and the number of records that did not fit, or is null: `lost()` has the sum.
    pub fn init(
        gpa: std.mem.Allocator,
        map: AnyMap,
        options: Options,
        context: anytype,
        comptime sample: anytype,
        comptime on_lost: anytype,
    ) (Error || error{OutOfMemory})!PerfBuffer {
        const Context = @TypeOf(context);
        const Record = records.parameterOf(sample, 3, 2, form);
        const Caller = struct {
            fn onSample(at: usize, cpu: i32, data: [*]const u8, size: u32) callconv(.c) void {
                const state: *State = @ptrFromInt(at);
                // libbpf gives a callback for samples no way to end a poll.
                if (state.failure != null) return;
                var copy: records.Copy(Record) = undefined;
                const record = records.recordAs(Record, data[0..size], &copy) catch |err| {
                    state.failure = err;
                    return;
                };
                state.failure = records.call(sample, .{ records.contextAt(Context, state.context), @as(u32, @bitCast(cpu)), record });
            }

            fn onLost(at: usize, cpu: i32, count: u64) callconv(.c) void {
                const state: *State = @ptrFromInt(at);
                state.lost += count;
                if (@TypeOf(on_lost) == @TypeOf(null)) return;
                const failure = records.call(on_lost, .{ records.contextAt(Context, state.context), @as(u32, @bitCast(cpu)), count });
                if (state.failure == null) state.failure = failure;
            }
        };
        const fd = try map.fd();
        const state = try gpa.create(State);
        errdefer gpa.destroy(state);
        state.* = .{ .context = records.addressOf(context) };
        const callers = [_]usize{ @intFromPtr(&Caller.onSample), @intFromPtr(&Caller.onLost) };
        const result = imports.perf_buffer__new(fd, options.pages, callers[0], callers[1], @intFromPtr(state), 0);
        const handle = try errors.check(result, "open perf buffer", map.name);
        return .{ .gpa = gpa, .handle = handle, .room = .{ .gpa = gpa }, .state = state };
    }

    /// Closes the buffers.
    pub fn deinit(buffer: *PerfBuffer) void {
        imports.perf_buffer__free(buffer.handle);
        buffer.gpa.destroy(buffer.state);
        buffer.room.deinit();
        buffer.* = undefined;
    }

    /// The number of records that did not fit into the buffers so far.
    pub fn lost(buffer: PerfBuffer) u64 {
        return buffer.state.lost;
    }

    /// Delivers all records, or waits for the first if there is none, at most this time; -1 waits forever.
    ///
    /// Returns the number of CPUs that had records; 0 after the time, and after a signal that the guest handles. Other errors are those of
    /// the functions, and RecordTooShort for a record that is shorter than its type.
    pub fn poll(buffer: *PerfBuffer, timeout_ms: i32) anyerror!usize {
        return buffer.deliver(.{timeout_ms}, imports.perf_buffer__poll);
    }

    /// Delivers all records without waiting.
    pub fn consume(buffer: *PerfBuffer) anyerror!void {
        _ = try buffer.deliver(.{}, imports.perf_buffer__consume);
    }

    fn deliver(buffer: *PerfBuffer, before: anytype, comptime function: anytype) anyerror!usize {
        const result = try buffer.room.deliver(buffer.handle, before, function, imports.perf_buffer__room);
        if (buffer.state.failure) |failure| {
            buffer.state.failure = null;
            return failure;
        }
        if (errors.isError(result, error.EINTR)) return 0;
        return errors.check(result, "read perf buffers", "");
    }
};
