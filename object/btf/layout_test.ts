import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { Btf } from "./btf.ts";
import { Layouts, type Target } from "./layout.ts";
import { parseObject } from "../object.ts";
import { checkForWasm, compileObject, compileSource } from "../testdata/compile.ts";
import type { BtfStruct } from "./types.ts";

/** Structs whose layout comes from an attribute or an unnamed bit-field, which BTF does not record. */
const ALIGNED = ["aligned_members", "packed_and_aligned", "packed_union", "aligned_holder", "bits_with_gaps"];

/** C assertions that `struct` has the layout in `layouts`. */
function assertions(struct: BtfStruct, layouts: Layouts): string[] {
  const layout = layouts.ofStruct(struct);
  const name = `${struct.kind} ${struct.name}`;
  return [
    `_Static_assert(sizeof(${name}) == ${layout.sizeBytes}, "size of ${name}");`,
    `_Static_assert(_Alignof(${name}) == ${layout.alignBytes}, "alignment of ${name}");`,
    ...struct.members.flatMap(({ name: member, bitSize }, i) =>
      member === "" || bitSize !== 0
        ? []
        : [`_Static_assert(offsetof(${name}, ${member}) == ${(layout.bitOffsets[i] ?? 0) / 8}, "${name} ${member}");`]
    ),
  ];
}

function layoutsOf(target: Target) {
  const { btf } = parseObject(compileObject("layouts"));
  if (btf === undefined) throw new TypeError("no BTF");
  const layouts = new Layouts(btf, target);
  const structs = btf.types.filter((type): type is BtfStruct =>
    (type.kind === "struct" || type.kind === "union") && type.name !== "" && !ALIGNED.includes(type.name)
  );
  return { btf, layouts, structs };
}

for (const target of ["bpf", "wasm32"] as const) {
  Deno.test(`Layouts are those of clang for ${target}`, () => {
    const { layouts, structs } = layoutsOf(target);
    const source = [
      `#include "layouts.h"`,
      "#define offsetof(type, member) __builtin_offsetof(type, member)",
      ...structs.flatMap((struct) => assertions(struct, layouts)),
    ].join("\n");
    if (target === "bpf") compileSource(source);
    else checkForWasm(source);
    assertEquals(structs.length > 10, true);
  });
}

Deno.test("Layouts.ofStruct() distinguishes packed structs from others", () => {
  const { btf, layouts } = layoutsOf("bpf");
  const packed = ["packed", "holder", "bits", "packed_and_aligned", "aligned_members"].map((name) => {
    const struct = btf.find("struct", name);
    return struct && layouts.ofStruct(struct).packed;
  });
  assertEquals(packed, [true, false, false, true, false]);
});

/** A blob with these words as types, and "s" as the only name. */
function rawBtf(words: number[]): Uint8Array {
  const size = words.length * 4;
  const bytes = new Uint8Array(24 + size + 3);
  const view = new DataView(bytes.buffer);
  [0x0001eb9f, 24, 0, size, size, 3, ...words].forEach((word, i) => view.setUint32(i * 4, word, true));
  bytes.set(new TextEncoder().encode("s"), 24 + size + 1);
  return bytes;
}

Deno.test("Layouts.of() refuses types without size and types that contain themselves", () => {
  const { btf, layouts } = parseObject(compileSource("int f(void) { return 0; } struct s { struct s *next; } *head;"));
  assertEquals(layouts?.of(btf?.find("struct", "s")?.id ?? 0).sizeBytes, 8);
  const own = Btf.parse(rawBtf([1, (4 << 24) | 1, 8, 1, 1, 0]));
  assertThrows(() => new Layouts(own, "bpf").of(1), FormatError, "type 1 contains itself");
  assertThrows(() => layouts?.of(0), FormatError, 'type 0 (void "") has no size');
});
