import { assertEquals } from "@std/assert";
import { HandleKind, Handles } from "./handles.ts";

Deno.test("a HandleTable never reuses a number", () => {
  const table = new HandleKind<string>("thing").of(new Handles());
  const [a, b] = [table.add("a"), table.add("b")];
  assertEquals([a, b, table.find(a), table.remove(b), table.remove(b)], [1, 2, "a", "b", undefined]);
  assertEquals(table.add("c"), 3);
  assertEquals(table.drain(), ["c", "a"]);
  assertEquals(table.find(a), undefined);
});

Deno.test("a handle of one kind is not valid for another kind or another guest", () => {
  const [maps, programs] = [new HandleKind<string>("bpf_map"), new HandleKind<string>("bpf_program")];
  const [first, second] = [new Handles(), new Handles()];
  const map = maps.of(first).add("map");
  const program = programs.of(first).add("program");
  assertEquals([map, program], [1, 2]);
  assertEquals([maps.of(first).find(map), maps.of(first).find(program)], ["map", undefined]);
  assertEquals([programs.of(first).find(map), maps.of(second).find(map)], [undefined, undefined]);
});

Deno.test("a HandleTable finds nothing for numbers that are not handles", () => {
  const table = new HandleKind<string>("thing").of(new Handles());
  table.add("a");
  for (const number of [0, -1, 2, 1.5, 0n, -1n, 2n, (1n << 32n) + 1n, (1n << 63n) + 1n, (1n << 64n) - 1n]) {
    assertEquals(table.find(number), undefined);
  }
  assertEquals([table.find(1n), table.find(1)], ["a", "a"]);
});
