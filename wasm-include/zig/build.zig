// SPDX-License-Identifier: MIT
const std = @import("std");

/// Offers the module `wasm_bpf`. `zig build test` tests the parts that call no imports, on this machine.
pub fn build(b: *std.Build) void {
    const root = b.path("src/wasm_bpf.zig");
    _ = b.addModule("wasm_bpf", .{ .root_source_file = root });

    const tests = b.addTest(.{
        .root_module = b.createModule(.{
            .root_source_file = root,
            .target = b.graph.host,
            .optimize = .Debug,
        }),
    });
    const step = b.step("test", "Run the tests");
    step.dependOn(&b.addRunArtifact(tests).step);
}
