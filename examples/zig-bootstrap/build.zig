// SPDX-License-Identifier: MIT
const std = @import("std");

/// Builds the guest. `zig build --release=small` writes zig-out/bin/zig-bootstrap.wasm.
pub fn build(b: *std.Build) void {
    const guest = b.addExecutable(.{
        .name = "zig-bootstrap",
        .root_module = b.createModule(.{
            .root_source_file = b.path("src/main.zig"),
            .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi }),
            .optimize = b.standardOptimizeOption(.{ .preferred_optimize_mode = .ReleaseSmall }),
            .strip = true,
            .imports = &.{
                .{ .name = "wasm_bpf", .module = b.dependency("wasm_bpf", .{}).module("wasm_bpf") },
            },
        }),
    });
    // The host calls functions of the guest through its table.
    guest.export_table = true;
    b.installArtifact(guest);
}
