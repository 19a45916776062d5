// SPDX-License-Identifier: MIT
//! Functions of the guest that get records. Each has a context, and gets a record as bytes or as a pointer to a type.

const std = @import("std");
const plain = @import("plain.zig");

/// Returned to the host to end a poll. No error has this number.
pub const stopped: i32 = std.math.minInt(i32);

/// The type of the parameter of `function` with this number. Fails to compile if the function has another number of parameters.
pub fn parameterOf(comptime function: anytype, comptime count: usize, comptime number: usize, comptime form: []const u8) type {
    const types = plain.parameterTypes(@TypeOf(function));
    if (types.len != count) @compileError("wasm_bpf: the function must have the form " ++ form);
    return types[number] orelse @compileError("wasm_bpf: the parameters of the function must have types: " ++ form);
}

/// The record as the function takes it: bytes, or a pointer to a type, whose size a record must have at least.
pub fn recordAs(comptime Record: type, bytes: []const u8, copy: *Copy(Record)) error{RecordTooShort}!Record {
    if (Record == []const u8) return bytes;
    const T = Copy(Record);
    if (bytes.len < @sizeOf(T)) return error.RecordTooShort;
    if (@intFromPtr(bytes.ptr) % @alignOf(T) == 0) return @ptrCast(@alignCast(bytes.ptr));
    @memcpy(std.mem.asBytes(copy), bytes[0..@sizeOf(T)]);
    return copy;
}

/// The type behind a pointer to a record; nothing for bytes.
pub fn Copy(comptime Record: type) type {
    if (Record == []const u8) return void;
    const info = @typeInfo(Record);
    if (info != .pointer or info.pointer.size != .one) {
        @compileError("wasm_bpf: a record is []const u8, or *const T, and not " ++ @typeName(Record));
    }
    plain.assertPlain(info.pointer.child, "a record");
    return info.pointer.child;
}

/// Calls `function`, which may return an error. Returns it.
pub fn call(comptime function: anytype, arguments: anytype) ?anyerror {
    const result = @call(.auto, function, arguments);
    if (@typeInfo(@TypeOf(result)) == .error_union) {
        result catch |err| return err;
    }
    return null;
}

/// The address of a context: of a pointer, or of nothing.
pub fn addressOf(context: anytype) usize {
    const Context = @TypeOf(context);
    if (Context == void) return 0;
    const info = @typeInfo(Context);
    if (info != .pointer or info.pointer.size != .one) @compileError("wasm_bpf: a context is a pointer or {}");
    return @intFromPtr(context);
}

/// The context behind an address.
pub fn contextAt(comptime Context: type, address: usize) Context {
    return if (Context == void) {} else @ptrFromInt(address);
}

const testing = std.testing;

test "recordAs() refuses a record that is too short, and copies one that is not aligned" {
    const bytes: [12]u8 align(8) = .{ 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0 };
    var copy: u32 = 0;
    try testing.expectEqual(@as(u32, 1), (try recordAs(*const u32, &bytes, &copy)).*);
    try testing.expectEqual(@as(u32, 0), copy);
    try testing.expectEqual(@as(u32, 0x02000000), (try recordAs(*const u32, bytes[1..], &copy)).*);
    try testing.expectEqual(@as(u32, 0x02000000), copy);
    try testing.expectError(error.RecordTooShort, recordAs(*const u32, bytes[9..], &copy));
    var nothing: void = {};
    try testing.expectEqualStrings("\x03", try recordAs([]const u8, bytes[8..9], &nothing));
}

fn refuse(context: *u32, record: []const u8) !void {
    context.* += @intCast(record.len);
    return error.Refused;
}

fn accept(_: void, _: []const u8) void {}

test "call() returns the error of a function, and nothing for others" {
    var context: u32 = 0;
    const again = contextAt(*u32, addressOf(&context));
    try testing.expectEqual(@as(?anyerror, error.Refused), call(refuse, .{ again, @as([]const u8, "abc") }));
    try testing.expectEqual(@as(u32, 3), context);
    try testing.expectEqual(@as(?anyerror, null), call(accept, .{ contextAt(void, addressOf({})), @as([]const u8, "") }));
}
