// SPDX-License-Identifier: MIT
//! Checks at compile time that a type is plain bytes: keys and values of maps, records, variables.

const std = @import("std");

/// Fails to compile unless every pattern of bytes is a value of `T`, and every byte belongs to a field. Generated types are plain; their
/// gaps are fields. `what` begins the message: "the key of a map".
pub fn assertPlain(comptime T: type, comptime what: []const u8) void {
    comptime {
        // Structs of the kernel have many members.
        @setEvalBranchQuota(1_000_000);
        if (reasonAgainst(T)) |reason| {
            @compileError("wasm_bpf: " ++ what ++ " cannot be " ++ @typeName(T) ++ ": " ++ reason);
        }
    }
}

fn reasonAgainst(comptime T: type) ?[]const u8 {
    switch (@typeInfo(T)) {
        .void, .float => return null,
        .int => return if (@bitSizeOf(T) == 8 * @sizeOf(T)) null else "its number of bits is not that of its bytes",
        .array => |info| return reasonAgainst(info.child),
        .@"enum" => |info| return if (isOpen(info)) reasonAgainst(info.tag_type) else "an enum needs `_`, since a program can have other numbers",
        .bool => return "a program can have other bytes than 0 and 1; use u8",
        .pointer, .optional => return "a guest's address has no meaning in the kernel; use u64",
        .@"struct" => |info| {
            if (info.layout == .auto) return "it is not an extern struct";
            if (info.layout == .@"packed") {
                return if (@bitSizeOf(T) == 8 * @sizeOf(T)) null else "its number of bits is not that of its bytes";
            }
            var size: usize = 0;
            for (fieldTypes(info)) |Field| {
                if (reasonAgainst(Field)) |reason| return reason;
                size += @sizeOf(Field);
            }
            return if (size == @sizeOf(T)) null else "it has gaps; make them fields";
        },
        .@"union" => |info| return if (info.layout == .auto) "it is not an extern union" else null,
        else => return "it is not made of numbers",
    }
}

/// The types of the fields of a struct, from its type information in Zig before and after 0.17.
fn fieldTypes(comptime info: anytype) []const type {
    if (@hasField(@TypeOf(info), "field_types")) return info.field_types;
    var types: []const type = &.{};
    for (info.fields) |field| types = types ++ &[_]type{field.type};
    return types;
}

fn isOpen(comptime info: anytype) bool {
    if (@hasField(@TypeOf(info), "mode")) return info.mode == .nonexhaustive;
    return !info.is_exhaustive;
}

/// The types of the parameters of a function, from its type information in Zig before and after 0.17.
pub fn parameterTypes(comptime F: type) []const ?type {
    const info = @typeInfo(F).@"fn";
    if (@hasField(@TypeOf(info), "param_types")) return info.param_types;
    var types: []const ?type = &.{};
    for (info.params) |parameter| types = types ++ &[_]?type{parameter.type};
    return types;
}

/// The text in an array of C characters, up to its NUL.
pub fn text(bytes: []const u8) []const u8 {
    for (bytes, 0..) |byte, at| {
        if (byte == 0) return bytes[0..at];
    }
    return bytes;
}

const testing = std.testing;

test "reasonAgainst() accepts what generated types have" {
    const Color = enum(i32) { red, _ };
    const Inner = extern struct { value: u64 align(1), tag: u8 };
    const Number = extern union { word: u32, bytes: [4]u8 };
    const Good = extern struct { a: u8, pad: [7]u8, b: u64, color: Color, number: Number, inner: [2]Inner, end: [6]u8 };
    inline for (.{ u8, i64, f32, [3]u16, void, Color, Inner, Number, Good }) |T| {
        try testing.expectEqual(@as(?[]const u8, null), comptime reasonAgainst(T));
    }
}

test "reasonAgainst() finds gaps, booleans, pointers and other layouts" {
    inline for (.{
        extern struct { a: u8, b: u64 },
        extern struct { a: bool },
        extern struct { a: *u8 },
        extern struct { a: enum(u8) { x } },
        struct { a: u8 },
        u3,
        []const u8,
    }) |T| {
        try testing.expect(comptime reasonAgainst(T) != null);
    }
}

test "text() ends at the NUL" {
    try testing.expectEqualStrings("sh", text("sh\x00x"));
    try testing.expectEqualStrings("full", text("full"));
}
