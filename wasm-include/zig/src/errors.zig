// SPDX-License-Identifier: MIT
//! Errors: the error set, and the line that describes the last one.

const imports = @import("imports.zig");
const messages = @import("messages.zig");

/// The errors of the kernel and of libbpf, by Linux's names. `Unexpected` is a number without a name.
pub const Error = imports.Error;

const max_line = 1024;

/// The last call that was refused. A guest has one thread.
var last: struct { code: ?anyerror = null, line: Line = .{} } = .{};

/// Text in a buffer of its own. What does not fit is left out.
pub const Line = struct {
    buffer: [max_line]u8 = undefined,
    len: usize = 0,

    /// Appends text.
    pub fn add(line: *Line, text: []const u8) void {
        const count = @min(text.len, line.buffer.len - line.len);
        @memcpy(line.buffer[line.len..][0..count], text[0..count]);
        line.len += count;
    }

    /// Appends a number.
    pub fn addNumber(line: *Line, number: u64) void {
        var digits: [20]u8 = undefined;
        var at = digits.len;
        var rest = number;
        while (true) {
            at -= 1;
            digits[at] = '0' + @as(u8, @intCast(rest % 10));
            rest /= 10;
            if (rest == 0) break;
        }
        line.add(digits[at..]);
    }

    /// The text so far.
    pub fn slice(line: *const Line) []const u8 {
        return line.buffer[0..line.len];
    }
};

/// One line about an error of this package: the operation, the error's name, and libbpf's last message. The name of any other error.
///
/// The text is valid until the next call is refused.
pub fn describe(err: anyerror) []const u8 {
    if (last.code) |code| {
        if (code == err) return last.line.slice();
    }
    return @errorName(err);
}

/// The messages of libbpf and of the verifier about the last call that was refused, one a line. Empty after `setPrint()`, whose function
/// gets them instead. The text is valid until the next call is refused.
pub fn log() []const u8 {
    return messages.kept();
}

/// The error of WASI's number, with Linux's.
fn rowOf(wasi: i64) ?imports.ErrorRow {
    for (imports.errors) |row| {
        if (row.wasi == wasi) return row;
    }
    return null;
}

/// True for a negative result of this error.
pub fn isError(result: i64, code: Error) bool {
    if (result >= 0) return false;
    const row = rowOf(-result) orelse return false;
    return row.code == code;
}

/// The result of an import, or the error if it is negative. `describe()` has `operation`, and `name` in quotes unless it is empty.
pub fn check(result: i64, operation: []const u8, name: []const u8) Error!usize {
    if (result >= 0) {
        messages.forget();
        return @intCast(result);
    }
    messages.keep();
    const row = rowOf(-result);
    const code = if (row) |found| found.code else error.Unexpected;
    begin(code, operation, name);
    if (row) |_| {
        last.line.add(@errorName(code));
    } else {
        last.line.add("error ");
        last.line.addNumber(@intCast(-result));
    }
    const reason = lastLine(messages.kept());
    if (reason.len > 0) {
        last.line.add(": ");
        last.line.add(reason);
    }
    return code;
}

/// Sets the line of an error of this package itself, and returns the error.
pub fn fail(code: Error, operation: []const u8, name: []const u8, reason: []const u8) Error {
    messages.keep();
    begin(code, operation, name);
    last.line.add(@errorName(code));
    if (reason.len > 0) {
        last.line.add(": ");
        last.line.add(reason);
    }
    return code;
}

fn begin(code: Error, operation: []const u8, name: []const u8) void {
    last.code = code;
    last.line.len = 0;
    last.line.add("Cannot ");
    last.line.add(operation);
    if (name.len > 0) {
        for ([_][]const u8{ " \"", name, "\"" }) |part| last.line.add(part);
    }
    last.line.add(": ");
}

/// The last line of a text that is not empty, without libbpf's name before it.
pub fn lastLine(text: []const u8) []const u8 {
    var end = text.len;
    while (end > 0 and isSpace(text[end - 1])) end -= 1;
    var start = end;
    while (start > 0 and text[start - 1] != '\n') start -= 1;
    const line = text[start..end];
    const prefix = "libbpf: ";
    if (line.len >= prefix.len and eql(line[0..prefix.len], prefix)) return line[prefix.len..];
    return line;
}

fn isSpace(byte: u8) bool {
    return byte == ' ' or byte == '\n' or byte == '\t' or byte == '\r';
}

fn eql(a: []const u8, b: []const u8) bool {
    if (a.len != b.len) return false;
    for (a, b) |one, other| {
        if (one != other) return false;
    }
    return true;
}

const testing = @import("std").testing;

test "lastLine() leaves out empty lines and the name of libbpf" {
    try testing.expectEqualStrings("second", lastLine("libbpf: first\nlibbpf: second\n\n"));
    try testing.expectEqualStrings("only", lastLine("only"));
    try testing.expectEqualStrings("", lastLine("\n"));
}

test "check() converts WASI's numbers, and describe() tells the operation of the last error" {
    try testing.expectEqual(@as(usize, 7), try check(7, "load the object", ""));
    try testing.expectError(error.EPERM, check(-63, "load object", "x"));
    try testing.expectEqualStrings("Cannot load object \"x\": EPERM", describe(error.EPERM));
    try testing.expectEqualStrings("ENOENT", describe(error.ENOENT));
    try testing.expectError(error.Unexpected, check(-4001, "read a ring buffer", ""));
    try testing.expectEqualStrings("Cannot read a ring buffer: error 4001", describe(error.Unexpected));
}

test "Line.add() cuts text that does not fit" {
    var line: Line = .{};
    for (0..max_line) |_| line.add("ab");
    try testing.expectEqual(@as(usize, max_line), line.slice().len);
}

test "Line.addNumber() writes all digits" {
    var line: Line = .{};
    line.addNumber(0);
    line.add(" ");
    line.addNumber(18446744073709551615);
    try testing.expectEqualStrings("0 18446744073709551615", line.slice());
}
