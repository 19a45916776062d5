/** Tests objects with several programs or maps of one name, which no compiler makes. Needs root. */

import { assertEquals } from "@std/assert";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";

const SOURCE = `
struct { __uint(type, 1); __uint(max_entries, 8); __type(key, u32); __type(value, u32); } map_a SEC(".maps");
struct { __uint(type, 3); __uint(max_entries, 2); __type(key, u32); __type(value, u32); } map_b SEC(".maps");
SEC("raw_tp/sys_enter") int run_a(void *ctx) { return 0; }
SEC("uprobe") int run_b(void *ctx) { return 0; }`;

/** Replaces each `from` in the file by `to`, which has the same length. */
function renamed(file: Uint8Array<ArrayBuffer>, from: string, to: string): Uint8Array<ArrayBuffer> {
  const [old, replacement] = [from, to].map((text) => new TextEncoder().encode(text));
  if (old === undefined || replacement === undefined) throw new TypeError("no names");
  for (let at = 0; at + old.length <= file.length; at++) {
    if (old.every((byte, index) => file[at + index] === byte)) file.set(replacement, at);
  }
  return file;
}

Deno.test("programs and maps of one name are not confused: checks and calls see the same one", () => {
  const file = renamed(renamed(compileSmall(SOURCE), "map_b", "map_a"), "run_b", "run_a");
  using system = openSystem();
  using libbpf = openLibbpf(system);
  using object = libbpf.openObject(file);
  const [first, second] = object.maps();
  assertEquals([first?.name, second?.name], ["map_a", "map_a"]);
  assertEquals([first?.type, second?.type], [1, 3]);
  assertEquals(object.programs().map(({ name, sectionName }) => [name, sectionName]), [
    ["run_a", "raw_tp/sys_enter"],
    ["run_a", "uprobe"],
  ]);
  assertEquals(object.findMap("map_a"), first);
});
