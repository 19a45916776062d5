import { assertEquals } from "@std/assert";
import { makeMemory } from "../../tests/doubles/memory.ts";
import { fillRandom } from "./random.ts";
import { openSystem } from "./system.ts";

Deno.test("fillRandom() fills at most 32 MiB of a range, however long it is", () => {
  using system = openSystem();
  const { buffer } = makeMemory({ pages: 2 ** 16 + 1, addressBits: 64 });
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError("shared memory");
  const bytes = new Uint8Array(buffer);
  assertEquals(fillRandom(system.calls, bytes.subarray(2 ** 32, 2 ** 32 + 3)), 3);
  const filled = fillRandom(system.calls, bytes);
  assertEquals(filled, 2 ** 25 - 1);
  assertEquals(bytes.subarray(filled - 16, filled).some((byte) => byte !== 0), true);
  assertEquals(bytes.subarray(filled, filled + 4096).every((byte) => byte === 0), true);
});
