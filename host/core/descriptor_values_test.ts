import { assertEquals } from "@std/assert";
import { MapType } from "../../ffi/mod.ts";
import { translateValue, version1Descriptors, version2Descriptors } from "./descriptor_values.ts";
import { DescriptorTable, KernelDescriptor } from "./descriptors.ts";

/** Translates a value whose descriptor is at `offset`. @returns the descriptor in it, or undefined if it was refused. */
function translated(table: DescriptorTable, type: number, fd: number, offset = 0): number | undefined {
  const value = new DataView(new ArrayBuffer(8));
  value.setInt32(offset, fd, true);
  const isOwn = translateValue(version2Descriptors(table), { type, valueSize: 8 }, value, 0);
  return isOwn ? value.getInt32(offset, true) : undefined;
}

Deno.test("version 2 translates descriptors in values, and refuses those of another kind", () => {
  using table = new DescriptorTable();
  // Programs have no number 0 in values.
  table.add(new KernelDescriptor("link", 69));
  const program = table.add(new KernelDescriptor("program", 70)) ?? -1;
  const event = table.add(new KernelDescriptor("perf_event", 71)) ?? -1;
  assertEquals(translated(table, MapType.PROG_ARRAY, program), 70);
  assertEquals(translated(table, MapType.PERF_EVENT_ARRAY, event), 71);
  for (const fd of [event, 70, -1, 9]) assertEquals(translated(table, MapType.PROG_ARRAY, fd), undefined);
  assertEquals(translated(table, MapType.ARRAY_OF_MAPS, program), undefined);
  assertEquals(translated(table, MapType.SOCKMAP, program), undefined);
  assertEquals(translated(table, MapType.CPUMAP, program, 4), 70);
  assertEquals(translated(table, MapType.CPUMAP, 0, 4), 0);
  assertEquals(translated(table, MapType.DEVMAP, event, 4), undefined);
});

Deno.test("version 1 has no programs, and a number of version 2 is none of its maps", () => {
  using table = new DescriptorTable();
  table.add(new KernelDescriptor("program", 70));
  const own = version1Descriptors(table);
  assertEquals([own.hostFd(0, "program"), own.hostFd(0, "map")], [undefined, undefined]);
});

Deno.test("KernelDescriptor closes the host's descriptor if it owns it", () => {
  let closed = 0;
  const table = new DescriptorTable();
  table.add(new KernelDescriptor("link", 70, () => closed++));
  table.add(new KernelDescriptor("program", 71));
  table[Symbol.dispose]();
  assertEquals(closed, 1);
});

Deno.test("DescriptorTable tells its listeners every change", () => {
  const seen: unknown[] = [];
  using table = new DescriptorTable();
  table.onChange((fd, entry) => seen.push([fd, entry?.kind]));
  table.add(new KernelDescriptor("link", 70));
  table.remove(0);
  table.remove(0);
  assertEquals(seen, [[0, "link"], [0, undefined]]);
});
