// SPDX-License-Identifier: MIT
//! Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
//! Shows: a typed skeleton, a constant set before load, a counter in shared memory, a ring buffer with a typed function and a context,
//! and a clean end with Ctrl-C. The BPF programs are those of bootstrap.

const std = @import("std");
const bpf = @import("wasm_bpf");
const bootstrap = @import("bootstrap_skel.zig");

const usage =
    \\usage: zig-bootstrap [MIN_DURATION_MS]
    \\
    \\Traces the start and the end of processes. With a duration, only processes that ran as long or longer, when they end.
    \\
;

const Output = struct {
    io: std.Io,
    writer: *std.Io.Writer,

    fn printEvent(output: *Output, event: *const bootstrap.types.event) !void {
        const writer = output.writer;
        try output.printClock();
        try writer.print(" {s:<5} {s:<16} {d:<7} {d:<7} ", .{
            if (event.is_exit != 0) "EXIT" else "EXEC",
            bpf.text(&event.comm),
            @as(u32, @bitCast(event.pid)),
            @as(u32, @bitCast(event.ppid)),
        });
        if (event.is_exit == 0) {
            try writer.print("{s}\n", .{bpf.text(&event.filename)});
        } else if (event.duration_ns == 0) {
            try writer.print("[{d}]\n", .{event.exit_code});
        } else {
            try writer.print("[{d}] ({d}ms)\n", .{ event.exit_code, event.duration_ns / std.time.ns_per_ms });
        }
    }

    /// The time of day in UTC.
    fn printClock(output: *Output) !void {
        const seconds: u64 = @intCast(std.Io.Clock.real.now(output.io).toSeconds());
        const clock = .{ seconds / 3600 % 24, seconds / 60 % 60, seconds % 60 };
        try output.writer.print("{d:0>2}:{d:0>2}:{d:0>2}", clock);
    }
};

pub fn main(init: std.process.Init) !u8 {
    const args = try init.minimal.args.toSlice(init.arena.allocator());
    const argument = if (args.len > 1) args[1] else "0";
    if (std.mem.eql(u8, argument, "--help") or std.mem.eql(u8, argument, "-h")) {
        try std.Io.File.stdout().writeStreamingAll(init.io, usage);
        return 0;
    }
    const parsed: ?u32 = if (args.len > 2) null else std.fmt.parseInt(u32, argument, 10) catch null;
    const min_duration_ms = parsed orelse {
        std.debug.print(usage, .{});
        return 2;
    };
    trace(init.io, init.gpa, min_duration_ms) catch |err| {
        std.debug.print("{s}\n", .{bpf.describe(err)});
        return 1;
    };
    return 0;
}

fn trace(io: std.Io, gpa: std.mem.Allocator, min_duration_ms: u64) !void {
    try bpf.signals.handle(&.{ bpf.signals.INT, bpf.signals.TERM });

    var skel = try bootstrap.Skeleton.open(gpa);
    defer skel.deinit();
    skel.rodata.min_duration_ns = min_duration_ms * std.time.ns_per_ms;
    try skel.load();
    try skel.attach();

    var buffer: [4096]u8 = undefined;
    var stdout = std.Io.File.stdout().writerStreaming(io, &buffer);
    var output: Output = .{ .io = io, .writer = &stdout.interface };
    var events = bpf.RingBuffer.init(gpa);
    defer events.deinit();
    try events.add(skel.maps.events, &output, Output.printEvent);

    try output.writer.print("{s:<8} {s:<5} {s:<16} {s:<7} {s:<7} {s}\n", .{
        "TIME", "EVENT", "COMM", "PID", "PPID", "FILENAME/EXIT CODE",
    });
    try output.writer.flush();
    var reported: u64 = 0;
    while (bpf.signals.caught() == null) {
        _ = try events.poll(1000);
        const lost = skel.bss.lost;
        if (lost != reported) std.debug.print("Lost {d} events\n", .{lost - reported});
        reported = lost;
        try output.writer.flush();
    }
}
