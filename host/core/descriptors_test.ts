import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Descriptor, DescriptorTable, MAX_DESCRIPTORS } from "./descriptors.ts";

/** An entry that counts how often it was closed. */
class Entry implements Descriptor {
  readonly kind = "file";
  readonly hostFd = 77;
  readonly passedFd: number | undefined;
  closed = 0;

  constructor(passedFd?: number) {
    this.passedFd = passedFd;
  }

  [Symbol.dispose](): void {
    this.closed++;
  }
}

Deno.test("DescriptorTable.add() gives the lowest free number, and none beyond the limit", () => {
  using table = new DescriptorTable();
  const entries = Array.from({ length: MAX_DESCRIPTORS }, () => new Entry());
  assertEquals(entries.map((one) => table.add(one)), entries.map((_, fd) => fd));
  assertEquals(table.add(new Entry()), undefined);
  assertStrictEquals(table.remove(7), entries[7]);
  assertEquals([table.find(7), table.remove(7), entries[7]?.closed], [undefined, undefined, 0]);
  assertEquals(table.add(new Entry()), 7);
});

Deno.test("DescriptorTable finds nothing at numbers that the guest did not get", () => {
  using table = new DescriptorTable();
  table.set(3, new Entry(50));
  for (const fd of [-1, 0, 4, 50, 2147483647, -2147483648]) {
    assertEquals([table.find(fd), table.remove(fd)], [undefined, undefined]);
  }
  assertEquals(table.find(3)?.passedFd, 50);
});

Deno.test("DescriptorTable closes the remaining entries", () => {
  const table = new DescriptorTable();
  const [kept, removed] = [new Entry(), new Entry()];
  table.add(kept);
  table.set(9, removed);
  table.remove(9);
  table[Symbol.dispose]();
  table[Symbol.dispose]();
  assertEquals([kept.closed, removed.closed], [1, 0]);
});
