// SPDX-License-Identifier: MIT
//! Does what the package wasm_bpf can do, and prints the results. With the argument "wait N", it opens and closes everything N times,
//! prints "ready", and waits for a signal.

const std = @import("std");
const bpf = @import("wasm_bpf");
const abilities = @import("abilities_skel.zig");

const event = abilities.types.event;
const pair = abilities.types.pair;

var out: *std.Io.Writer = undefined;

pub fn main(init: std.process.Init) !u8 {
    var buffer: [4096]u8 = undefined;
    var stdout = std.Io.File.stdout().writerStreaming(init.io, &buffer);
    out = &stdout.interface;
    defer out.flush() catch {};
    const args = try init.minimal.args.toSlice(init.arena.allocator());
    if (args.len == 3) {
        try wait(init.gpa, try std.fmt.parseInt(u32, args[2], 10));
        return 0;
    }
    run(init.gpa) catch |err| {
        try out.print("failed: {s}\n", .{bpf.describe(err)});
        return 1;
    };
    return 0;
}

fn run(gpa: std.mem.Allocator) !void {
    var skel = try abilities.Skeleton.open(gpa);
    defer skel.deinit();
    skel.rodata.count = 300;
    try out.print("before load: count {d}, total {d}\n", .{ skel.rodata.count, skel.data.total });
    skel.data.total = 1000;
    try skel.maps.squares.any.setMaxEntries(3);
    // It needs a map, so its section does not say everything.
    skel.progs.dump.setAutoattach(false);
    try skel.load();

    try maps(gpa, &skel);
    try batches(&skel);
    try commands(&skel);
    try out.print("kconfig: {}\n", .{skel.kconfig.LINUX_KERNEL_VERSION > 5 << 16});
    const elements = try iterate(gpa, &skel);
    defer gpa.free(elements);
    try out.print("iter: {s}", .{elements});
    try ring(gpa, &skel);
    try perf(gpa, &skel);
    try links(&skel);
    try failures(gpa, &skel);
}

fn maps(gpa: std.mem.Allocator, skel: *abilities.Skeleton) !void {
    const squares = skel.maps.squares;
    for (1..4) |number| try squares.update(@intCast(number), number * number, .no_exist);
    try out.print("lookup: {?d} {?d}\n", .{ try squares.lookup(2), try squares.lookup(9) });
    try report("exists", squares.update(2, 0, .no_exist));
    try report("missing", squares.update(9, 0, .exist));
    try report("full", squares.update(4, 16, .any));
    var sum: u64 = 0;
    var walk = squares.iterator();
    while (try walk.next()) |entry| sum += entry.key * 100 + entry.value;
    try out.print("iterator: {d}\n", .{sum});
    try out.print("delete: {} {}\n", .{ try squares.delete(1), try squares.delete(1) });
    try out.print("take: {?d} {?d}\n", .{ try squares.lookupAndDelete(3), try squares.lookupAndDelete(3) });

    const cpus = try bpf.possibleCpus();
    const values = try gpa.alloc(pair, cpus);
    defer gpa.free(values);
    for (values, 1..) |*value, number| {
        const cpu: u32 = @intCast(number);
        value.* = .{ .first = cpu, .second = cpu * 2, .third = cpu * 3 };
    }
    try skel.maps.pairs.update(gpa, 5, values, .any);
    const read = (try skel.maps.pairs.lookup(gpa, 5)).?;
    defer gpa.free(read);
    try out.print("per-CPU: {} {} {}\n", .{
        read.len == cpus,
        std.mem.eql(u8, std.mem.sliceAsBytes(read), std.mem.sliceAsBytes(values)),
        try skel.maps.pairs.lookup(gpa, 6) == null,
    });
    var keys = skel.maps.pairs.keys();
    while (try keys.next()) |key| try out.print("per-CPU key: {d}\n", .{key});
    try report("per-CPU values", skel.maps.pairs.update(gpa, 5, &.{}, .any));

    for (0..3) |number| try skel.maps.queue.update({}, @intCast(number + 10), .any);
    try out.print("queue: {?d} {?d} {?d}\n", .{
        try skel.maps.queue.lookup({}),
        try skel.maps.queue.lookupAndDelete({}),
        try skel.maps.queue.lookupAndDelete({}),
    });

    try skel.maps.outer.update(1, @intCast(try skel.maps.one.any.fd()), .any);
    const array = 2;
    var inner = try bpf.Map(u32, u64).create(array, "inner", 1);
    defer inner.close();
    try inner.update(0, 77, .any);
    try skel.maps.outer.update(0, @intCast(try inner.any.fd()), .any);
    try out.print("map of maps: {} {} {?d}\n", .{
        try skel.maps.outer.lookup(1) != null,
        try skel.maps.outer.lookup(0) != null,
        try inner.lookup(0),
    });
}

fn batches(skel: *abilities.Skeleton) !void {
    const squares = skel.maps.squares;
    const added = try squares.updateBatch(&.{ 4, 5 }, &.{ 16, 25 });
    var keys: [8]u32 = undefined;
    var values: [8]u64 = undefined;
    var count: usize = 0;
    var sum: u64 = 0;
    var walk = squares.batches();
    while (true) {
        const length = try walk.next(&keys, &values);
        if (length == 0) break;
        count += length;
        for (keys[0..length], values[0..length]) |key, value| sum += key * 100 + value;
    }
    try out.print("batches: {d} {d} {d} {d}\n", .{ added, count, sum, try squares.deleteBatch(&.{ 4, 5 }) });
    try report("batch", squares.deleteBatch(&.{4}));
}

fn commands(skel: *abilities.Skeleton) !void {
    var ring_to_kernel = try bpf.UserRingBuffer.init(skel.maps.commands);
    defer ring_to_kernel.deinit();
    for ([_]u64{ 30, 12 }) |number| try ring_to_kernel.send(std.mem.asBytes(&number));
    const result = try skel.progs.drain.testRun(.{});
    try out.print("user ring: {d} {d}\n", .{ result.return_value, skel.bss.received });
    try report("full user ring", ring_to_kernel.send(&@as([5000]u8, @splat(0))));
}

/// The elements of a map as text, which the caller frees.
fn iterate(gpa: std.mem.Allocator, skel: *abilities.Skeleton) ![]u8 {
    var link = try skel.progs.dump.attachIter(.{ .map = try skel.maps.squares.any.fd() });
    defer link.deinit();
    var iter = try link.iterate();
    defer iter.deinit();
    return iter.readAll(gpa);
}

const Totals = struct {
    records: u64 = 0,
    sum: u64 = 0,
    lost: u64 = 0,
    fails_at: u64 = std.math.maxInt(u64),

    fn onEvent(totals: *Totals, one: *const event) !void {
        if (!std.mem.eql(u8, bpf.text(&one.name), "event") or one.square != one.number * one.number) return error.Damaged;
        totals.records += 1;
        totals.sum += one.number;
        if (one.number == totals.fails_at) return error.Enough;
    }

    fn onSample(totals: *Totals, _: u32, bytes: []const u8) void {
        totals.records += 1;
        totals.sum += bytes.len;
    }

    fn onLost(totals: *Totals, _: u32, count: u64) void {
        totals.lost += count;
    }
};

fn tooLong(_: void, _: *const [25]u8) void {}

fn ring(gpa: std.mem.Allocator, skel: *abilities.Skeleton) !void {
    var totals: Totals = .{ .fails_at = 5 };
    var events = bpf.RingBuffer.init(gpa);
    defer events.deinit();
    try report("no ring", events.poll(0));
    try events.add(skel.maps.events, &totals, Totals.onEvent);
    const result = try skel.progs.emit.testRun(.{});
    try out.print("run: {d}, total {d}\n", .{ result.return_value, skel.data.total });
    // 8192 bytes have room for 255 records of 24 bytes with 8 bytes each for the kernel.
    try out.print("ring lost: {?d}\n", .{try skel.maps.events__lost.sum(gpa, 0)});
    try report("callback", events.poll(1000));
    try out.print("ring: {d} {d} {d}\n", .{ try events.poll(1000), totals.records, totals.sum });
    try out.print("empty: {d} {d}\n", .{ try events.poll(0), try events.consume() });

    var short = bpf.RingBuffer.init(gpa);
    defer short.deinit();
    try short.add(skel.maps.events, {}, tooLong);
    _ = try skel.progs.emit.testRun(.{});
    try report("short", short.poll(1000));
}

fn perf(gpa: std.mem.Allocator, skel: *abilities.Skeleton) !void {
    var totals: Totals = .{};
    var buffer = try bpf.PerfBuffer.init(gpa, skel.maps.samples, .{ .pages = 1 }, &totals, Totals.onSample, Totals.onLost);
    defer buffer.deinit();
    // A lost record is reported with the next one that fits, on the same CPU.
    const runs = 20;
    for (0..runs) |_| {
        _ = try skel.progs.sample.testRun(.{ .context = &@as([16]u8, @splat(0)) });
        _ = try buffer.poll(0);
    }
    try out.print("perf: {} {} {}\n", .{
        buffer.lost() > 0 and buffer.lost() == totals.lost,
        totals.records > 0,
        totals.sum % totals.records == 0 and totals.sum / totals.records >= @sizeOf(event),
    });
    // At most the losses of the last run of each CPU are not reported yet.
    try out.print("perf all: {}\n", .{totals.records + buffer.lost() <= runs * 300 and
        totals.records + buffer.lost() >= runs * 300 - 300 * try bpf.possibleCpus()});
}

fn links(skel: *abilities.Skeleton) !void {
    try skel.attach();
    try out.print("attached: {} {} {}\n", .{
        skel.links.count_calls != null,
        skel.links.emit != null,
        skel.links.sample != null,
    });
    _ = try skel.maps.squares.lookup(2);
    try out.print("calls: {}\n", .{skel.bss.calls > 0});
    skel.detach();
    const calls = skel.bss.calls;
    for (0..10) |_| _ = try skel.maps.squares.lookup(2);
    try out.print("detached: {}\n", .{skel.bss.calls == calls});
    var link = try skel.progs.count_calls.attachRawTracepoint("sys_exit");
    try report("detach", link.detach());
    link.deinit();
    try report("no place", skel.progs.sample.attach());
    try report("no tracepoint", skel.progs.count_calls.attachRawTracepoint("no_such"));
}

fn failures(gpa: std.mem.Allocator, skel: *abilities.Skeleton) !void {
    try report("no map", skel.object.anyMap("no_such"));
    try report("no program", skel.object.program("no_such"));
    try report("types", skel.object.map(u32, u32, "squares"));
    try report("single", skel.object.map(u32, pair, "pairs"));
    try report("damaged", bpf.Object.open("damaged", "damaged"));
    var bad = try abilities.Skeleton.open(gpa);
    defer bad.deinit();
    try bad.progs.refused.setAutoload(true);
    const result = bad.load();
    try out.print("refused: {s}\n", .{if (result) "" else |err| @errorName(err)});
    try out.print("log: {}\n", .{std.mem.indexOf(u8, bpf.log(), "invalid mem access") != null});
    try report("before load", bad.maps.squares.lookup(1));
}

/// Prints the line of an error.
fn report(what: []const u8, result: anytype) !void {
    if (result) |_| {
        try out.print("{s}: no error\n", .{what});
    } else |err| {
        try out.print("{s}: {s}\n", .{ what, bpf.describe(err) });
    }
}

fn wait(gpa: std.mem.Allocator, rounds: u32) !void {
    try bpf.signals.handle(&.{ bpf.signals.INT, bpf.signals.TERM });
    for (0..rounds) |_| {
        var skel = try abilities.Skeleton.open(gpa);
        defer skel.deinit();
        skel.progs.dump.setAutoattach(false);
        try skel.load();
        try skel.attach();
        var events = bpf.RingBuffer.init(gpa);
        defer events.deinit();
        var totals: Totals = .{};
        try events.add(skel.maps.events, &totals, Totals.onEvent);
        var samples = try bpf.PerfBuffer.init(gpa, skel.maps.samples, .{ .pages = 1 }, &totals, Totals.onSample, null);
        defer samples.deinit();
        gpa.free(try iterate(gpa, &skel));
    }
    var skel = try abilities.Skeleton.open(gpa);
    defer skel.deinit();
    try skel.load();
    var events = bpf.RingBuffer.init(gpa);
    defer events.deinit();
    try events.add(skel.maps.events, {}, tooLong);
    try out.print("ready\n", .{});
    try out.flush();
    while (bpf.signals.caught() == null) _ = try events.poll(-1);
    try out.print("signal {d}\n", .{bpf.signals.caught().?});
}
