import { assertEquals } from "@std/assert";
import { HandleTable, objectHandle } from "./handles.ts";

Deno.test("HandleTable counts from 1, and never reuses a number", () => {
  const table = new HandleTable<"object", string>("object");
  const [a, b] = [table.add("a"), table.add("b")];
  assertEquals([a, b, table.find(a), table.remove(b), table.remove(b)], [
    objectHandle(1n),
    objectHandle(2n),
    "a",
    "b",
    undefined,
  ]);
  assertEquals(table.add("c"), objectHandle(3n));
  assertEquals(table.drain(), ["c", "a"]);
  assertEquals(table.find(a), undefined);
});

Deno.test("HandleTable finds nothing for numbers that are not handles", () => {
  const table = new HandleTable<"object", string>("object");
  table.add("a");
  for (const number of [0n, -1n, 2n, (1n << 32n) + 1n, 1n << 63n]) {
    assertEquals(table.find(objectHandle(number)), undefined);
  }
});
