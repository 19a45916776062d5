// SPDX-License-Identifier: MIT
//! Bit-fields of C structs, for generated types. Bits are counted from the lowest one of the first byte.

/// The unsigned value of `count` bits from bit `shift` on.
pub fn get(bytes: []const u8, shift: usize, count: usize) u64 {
    var value: u64 = 0;
    for (0..count) |bit| {
        const set_bit = bytes[(shift + bit) / 8] >> @intCast((shift + bit) % 8) & 1;
        value |= @as(u64, set_bit) << @intCast(bit);
    }
    return value;
}

/// As `get()`, for a signed bit-field.
pub fn getSigned(bytes: []const u8, shift: usize, count: usize) i64 {
    const unused: u6 = @intCast(64 - count);
    const value: i64 = @bitCast(get(bytes, shift, count) << unused);
    return value >> unused;
}

/// Sets `count` bits from bit `shift` on to the lowest bits of `value`.
pub fn set(bytes: []u8, shift: usize, count: usize, value: u64) void {
    for (0..count) |bit| {
        const mask = @as(u8, 1) << @intCast((shift + bit) % 8);
        const byte = &bytes[(shift + bit) / 8];
        byte.* = if (value >> @intCast(bit) & 1 != 0) byte.* | mask else byte.* & ~mask;
    }
}

const testing = @import("std").testing;

test "bits are set and read across bytes, and others stay" {
    var bytes: [4]u8 = @splat(0xff);
    set(&bytes, 5, 12, 0xabc);
    try testing.expectEqual(@as(u64, 0xabc), get(&bytes, 5, 12));
    try testing.expectEqual(@as(u64, 0x1f), get(&bytes, 0, 5));
    try testing.expectEqual(@as(u64, 0x7fff), get(&bytes, 17, 15));
}

test "signed bits keep their sign, and 64 bits are possible" {
    var bytes: [9]u8 = @splat(0);
    set(&bytes, 15, 5, @bitCast(@as(i64, -3)));
    try testing.expectEqual(@as(i64, -3), getSigned(&bytes, 15, 5));
    try testing.expectEqual(@as(u64, 0b11101), get(&bytes, 15, 5));
    set(&bytes, 3, 64, 0xfedcba9876543210);
    try testing.expectEqual(@as(u64, 0xfedcba9876543210), get(&bytes, 3, 64));
}
