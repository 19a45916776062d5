/** Writes the guest in Zig that prints layouts; see `main.ts`. */

import type { ObjectModel } from "../../../../codegen/model.ts";
import { ZigTypes } from "../../../../codegen/zig/types.ts";
import { printedFields } from "./layout_lines.ts";

/** Members of unions have no offset in Zig, so their addresses are compared. */
export function zigProgram(model: ObjectModel): string {
  const types = new ZigTypes(model);
  const lines = model.records.flatMap((record) => {
    const [type, local] = [`types.${types.nameOf(record.name)}`, `a_${record.name}`];
    const fields = printedFields(record);
    return [
      `    try out.print("${record.name} {d}\\n", .{@sizeOf(${type})});`,
      ...(record.isUnion && fields.length > 0 ? [`    var ${local}: ${type} = std.mem.zeroes(${type});`] : []),
      ...fields.map(({ name }) =>
        `    try out.print("${record.name}.${name} {d}\\n", .{${
          record.isUnion ? `@intFromPtr(&${local}.@"${name}") - @intFromPtr(&${local})` : `@offsetOf(${type}, "${name}")`
        }});`
      ),
    ];
  });
  return `const std = @import("std");
const types = @import("types.zig");

pub fn main(init: std.process.Init) !void {
    var buffer: [4096]u8 = undefined;
    var stdout = std.Io.File.stdout().writerStreaming(init.io, &buffer);
    const out = &stdout.interface;
${lines.join("\n")}
    var flags = std.mem.zeroes(types.flags);
    flags.set_low(5);
    flags.set_middle(0xabc);
    flags.set_negative(-3);
    flags.set_high(0x1234567890);
    try out.print("{d} {d} {d} {d}\\n", .{ flags.low(), flags.middle(), flags.negative(), flags.high() });
    var bits = std.mem.zeroes(types.packed_bits);
    bits.set_kind(5);
    bits.set_wide(0x2abc);
    bits.set_cross(0xabcdef);
    bits.set_rest(0x9876543210);
    bits.set_minus(-33);
    try out.print("{d} {d} {d} {d} {d}\\n", .{ bits.kind(), bits.wide(), bits.cross(), bits.rest(), bits.minus() });
    try out.print("{d} {d}\\n", .{ @backingInt(types.color.BLUE), @backingInt(types.wide.WIDE) });
    try out.print("{d} {d}\\n", .{ @backingInt(types.deep.LOWEST), @backingInt(types.deep.HIGHEST) });
    try out.flush();
}
`;
}
