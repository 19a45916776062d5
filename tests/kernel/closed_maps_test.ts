/** Tests maps whose descriptors were closed while a buffer still has them. Their numbers may belong to other maps. Needs root. */

import { assertEquals, assertThrows } from "@std/assert";
import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";

const MAP =
  `struct { __uint(type, 1); __uint(max_entries, 8); __type(key, u32); __type(value, u32); } hash SEC(".maps");`;
/** The verifier refuses it. */
const BAD = `${MAP} SEC("raw_tp/sys_enter") int run(void *ctx) { return *(volatile int *)0; }`;
const ELEMENT = new Uint8Array(new Uint32Array([1, 7]).buffer);

Deno.test("a map by descriptor makes no calls after its owner has closed it", () => {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  using object = libbpf.openObject(compileSmall(MAP));
  object.load();
  const fd = object.findMap("hash")?.fd ?? -1;
  const map = libbpf.mapOf(fd);
  assertEquals(map.update(ELEMENT, 0, 4, 0), 0);
  map.end();
  assertEquals(map.delete(ELEMENT, 0, 0), -LINUX_ERRNO.EBADF);
  assertEquals(object.findMap("hash")?.delete(ELEMENT, 0, 0), 0);
});

Deno.test("a map has no descriptor after its object failed to load", () => {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  using other = libbpf.openObject(compileSmall(MAP));
  other.load();
  using object = libbpf.openObject(compileSmall(BAD));
  const name = new TextEncoder().encode("hash\0");
  const { value } = libbpf.calls.call("bpf_object__find_map_by_name", [object.ref, name], object.ref);
  if (typeof value !== "object") throw new TypeError("no map");
  assertEquals(libbpf.calls.call("bpf_map__reuse_fd", [value, other.findMap("hash")?.fd ?? -1]).errno, 0);
  const map = object.mapOf(value);
  assertEquals(map.update(ELEMENT, 0, 4, 0), 0);
  assertThrows(() => object.load(), BpfError);
  assertEquals(map.delete(ELEMENT, 0, 0), -LINUX_ERRNO.EBADF);
  assertThrows(() => map.fd, BpfError, "it is not in the kernel");
});
