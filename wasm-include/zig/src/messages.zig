// SPDX-License-Identifier: MIT
//! The messages of libbpf. They are kept for `log()`, or passed to a function of the guest.

const imports = @import("imports.zig");

/// The importance of a message.
pub const Level = enum { warn, info, debug };

/// A function that gets each message.
pub const Print = fn (level: Level, text: []const u8) void;

const max_text = 4096;
/// Longer logs of the verifier keep their end.
const max_log = 64 * 1024;

const Log = struct {
    buffer: [max_log]u8 = undefined,
    len: usize = 0,

    fn add(self: *Log, text: []const u8) void {
        const added = text[text.len - @min(text.len, max_log) ..];
        const room = max_log - added.len;
        if (self.len > room) {
            const excess = self.len - room;
            for (0..room) |at| self.buffer[at] = self.buffer[at + excess];
            self.len = room;
        }
        @memcpy(self.buffer[self.len..][0..added.len], added);
        self.len += added.len;
    }
};

/// One log has the messages since the last call, the other those of the last call that was refused.
var logs: [2]Log = undefined;
var current: usize = 0;
var lengths_set = false;
var listens = false;
var print: ?*const Print = null;
var text_buffer: [max_text]u8 = undefined;

/// Gives each message of libbpf to `function`, also those for debugging. Without it, `log()` has the warnings of the last error.
pub fn setPrint(function: *const Print) void {
    print = function;
    listen();
}

/// Keeps libbpf's messages from now on. The host prints them otherwise.
pub fn listen() void {
    if (listens) return;
    listens = true;
    _ = imports.libbpf_set_print(@intFromPtr(&onMessage), @intFromPtr(&text_buffer), max_text);
}

/// Forgets the messages since the last call.
pub fn forget() void {
    start();
    logs[current].len = 0;
}

/// Keeps the messages since the last call as those of an error.
pub fn keep() void {
    start();
    current = 1 - current;
    logs[current].len = 0;
}

/// The messages of the last error.
pub fn kept() []const u8 {
    start();
    const log = &logs[1 - current];
    return log.buffer[0..log.len];
}

/// The buffers are not initialized, so that the module does not contain them.
fn start() void {
    if (lengths_set) return;
    lengths_set = true;
    for (&logs) |*log| log.len = 0;
}

fn onMessage(level: i32, text: [*:0]const u8) callconv(.c) void {
    var len: usize = 0;
    while (len < max_text and text[len] != 0) len += 1;
    if (print) |function| {
        // The text is copied, since a call of `function` may bring the next one.
        var copy: [max_text]u8 = undefined;
        @memcpy(copy[0..len], text[0..len]);
        function(switch (level) {
            0 => .warn,
            1 => .info,
            else => .debug,
        }, copy[0..len]);
    } else if (level == 0) {
        start();
        logs[current].add(text[0..len]);
    }
}

const testing = @import("std").testing;

test "a log keeps its end" {
    const log = try testing.allocator.create(Log);
    defer testing.allocator.destroy(log);
    log.len = 0;
    for (0..max_log) |_| log.add("a");
    log.add("end");
    try testing.expectEqual(@as(usize, max_log), log.len);
    try testing.expectEqualStrings("aend", log.buffer[max_log - 4 ..]);
}

test "keep() separates the messages of an error from later ones" {
    print = null;
    forget();
    onMessage(0, "first\n");
    onMessage(2, "for debugging\n");
    keep();
    onMessage(0, "second\n");
    try testing.expectEqualStrings("first\n", kept());
    forget();
    try testing.expectEqualStrings("first\n", kept());
    keep();
    try testing.expectEqualStrings("", kept());
}
