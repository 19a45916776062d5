/**
 * Guests in Zig, on top of the package in wasm-include/zig/.
 *
 * @module
 */

import { cacheVariables, findByMark, skeletonModule, writeSources } from "./build_tool.ts";
import type { GuestBuild, GuestName, GuestObject, GuestTemplate, Language } from "./language.ts";
import { findZig } from "./zig_tools.ts";

/** The file that shows that a directory has a guest in Zig. */
const MARK = "build.zig";

/** See the module's documentation. */
export const ZIG: Language = {
  name: "zig",
  title: "Zig",
  mark: MARK,
  template,
  find: findByMark(MARK, nameIn),
  compile,
};

/** The name of the executable. */
function nameIn(text: string): string | undefined {
  return /addExecutable\(\.\{\s*\.name = "([\w-]+)"/.exec(text)?.[1];
}

function compile(build: GuestBuild, objects: readonly GuestObject[]): void {
  const { tools, directory, output, module, step } = build;
  const zig = findZig(tools);
  const skeletonOf = (program: string) => `${output}/${skeletonModule(program)}.zig`;
  writeSources(build, objects, { language: "zig", bindings: `${output}/zig`, skeletonOf });
  const places = ["--prefix", ".", "--prefix-exe-dir", ".", "--cache-dir", ".output/zig-cache"];
  step("guest", module, () =>
    tools.runIn({
      file: zig,
      args: ["build", "--release=small", ...places],
      directory,
      variables: cacheVariables(tools, "ZIG_GLOBAL_CACHE_DIR", output),
    }));
}

function template({ name }: GuestName): GuestTemplate {
  return {
    files: { [MARK]: buildText(name), "src/main.zig": source(name) },
    main: "src/main.zig",
    about:
      "It uses the package in `.output/zig`. After the first build, `zig build --release=small` builds it too, into `zig-out/bin`.",
    ignored: [".zig-cache/", "zig-out/"],
  };
}

function buildText(name: string): string {
  const skeleton = skeletonModule(name);
  return `const std = @import("std");

pub fn build(b: *std.Build) void {
    const guest = b.addExecutable(.{
        .name = "${name}",
        .root_module = b.createModule(.{
            .root_source_file = b.path("src/main.zig"),
            .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi }),
            .optimize = b.standardOptimizeOption(.{ .preferred_optimize_mode = .ReleaseSmall }),
        }),
    });
    // The host calls functions of the guest through its table.
    guest.export_table = true;

    // wasm-bpf build writes the package, and a skeleton for each BPF program. Add the names of more programs to the list.
    const bpf = b.createModule(.{ .root_source_file = b.path(".output/zig/src/wasm_bpf.zig") });
    guest.root_module.addImport("wasm_bpf", bpf);
    for ([_][]const u8{"${skeleton}"}) |name| {
        const module = b.createModule(.{ .root_source_file = b.path(b.fmt(".output/{s}.zig", .{name})) });
        module.addImport("wasm_bpf", bpf);
        guest.root_module.addImport(name, module);
    }

    b.installArtifact(guest);
}
`;
}

function source(name: string): string {
  return `//! Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events. Needs Zig 0.16 or newer.

const std = @import("std");
const bpf = @import("wasm_bpf");
const skeleton = @import("${skeletonModule(name)}");

fn printEvent(writer: *std.Io.Writer, event: *const skeleton.types.event) !void {
    // Zig prints "+" before a number that is not unsigned, if it has a width.
    const pid: u32 = @intCast(event.pid);
    const ppid: u32 = @intCast(event.ppid);
    try writer.print("{s:<16} pid {d:<7} ppid {d:<7} uid {d}\\n", .{ bpf.text(&event.comm), pid, ppid, event.uid });
}

fn run(io: std.Io, gpa: std.mem.Allocator, only_uid: u32) !void {
    try bpf.signals.handle(&.{ bpf.signals.INT, bpf.signals.TERM });

    var skel = try skeleton.Skeleton.open(gpa);
    defer skel.deinit();
    skel.rodata.only_uid = only_uid;
    try skel.load();
    try skel.attach();

    var buffer: [4096]u8 = undefined;
    var stdout = std.Io.File.stdout().writerStreaming(io, &buffer);
    const writer = &stdout.interface;
    var events = bpf.RingBuffer.init(gpa);
    defer events.deinit();
    try events.add(skel.maps.events, writer, printEvent);

    try writer.writeAll("Programs that start, until Ctrl-C:\\n");
    try writer.flush();
    while (bpf.signals.caught() == null) {
        _ = try events.poll(100);
        try writer.flush();
    }
}

pub fn main(init: std.process.Init) !u8 {
    const args = try init.minimal.args.toSlice(init.arena.allocator());
    const only_uid = std.fmt.parseInt(u32, if (args.len > 1) args[1] else "0", 10) catch {
        std.debug.print("usage: ${name} [UID]\\n", .{});
        return 2;
    };
    run(init.io, init.gpa, only_uid) catch |err| {
        std.debug.print("{s}\\n", .{bpf.describe(err)});
        return 1;
    };
    return 0;
}
`;
}
