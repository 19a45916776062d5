import { assertEquals } from "@std/assert";
import { MapType } from "../../ffi/mod.ts";
import { FakeGuest, MEMORY_BYTES } from "./fake_guest.ts";

const LOOKUP = 1;
const UPDATE = 2;
const DELETE = 3;
const NEXT_KEY = 4;
const ENOENT = -2;
const EBADF = -9;
const EFAULT = -14;
const EEXIST = -17;
const EINVAL = -22;

Deno.test("wasm_bpf_map_operate() updates, looks up, walks and deletes", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  guest.put(0x100, [7]);
  guest.put(0x200, [42]);
  assertEquals(guest.operate(fd, LOOKUP), ENOENT);
  assertEquals(guest.operate(fd, UPDATE), 0);
  assertEquals(guest.operate(fd, UPDATE, 1n), EEXIST);
  guest.put(0x200, [0]);
  assertEquals(guest.operate(fd, LOOKUP), 0);
  assertEquals(guest.peek(0x200), 42);
  assertEquals(guest.call("wasm_bpf_map_operate", fd, NEXT_KEY, 0, 0, 0x300, 0n), 0);
  assertEquals(guest.peek(0x300), 7);
  assertEquals(guest.operate(fd, NEXT_KEY), ENOENT);
  assertEquals(guest.operate(fd, DELETE), 0);
  assertEquals(guest.operate(fd, DELETE), ENOENT);
});

Deno.test("wasm_bpf_map_operate() takes pointers of 64 bits as well", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  guest.put(0x200, [5]);
  assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, 0x100n, 0x200n, 0n, 0n), 0);
  assertEquals(guest.call("wasm_bpf_map_operate", fd, LOOKUP, 0x100n, 0x400n, 0n, 0n), 0);
  assertEquals(guest.peek(0x400), 5);
});

Deno.test("wasm_bpf_map_operate() returns -EBADF for a number the guest did not get", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }, { name: "other" }] });
  const handle = guest.load();
  const fd = guest.map(handle, "hash");
  for (const number of [-2147483648, -1, 0, 1, 2, 3, fd - 1, fd + 1, fd + 1000, 2147483647]) {
    for (const command of [LOOKUP, UPDATE, DELETE, NEXT_KEY, 99]) assertEquals(guest.operate(number, command), EBADF);
  }
  guest.call("wasm_close_bpf_object", handle);
  assertEquals(guest.operate(fd, LOOKUP), EBADF);
});

Deno.test("wasm_bpf_map_operate() returns -EINVAL for unknown commands and flags", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  for (const command of [-1, 0, 5, 21, 2147483647]) assertEquals(guest.operate(fd, command), EINVAL);
  for (const flags of [1n << 32n, 1n << 48n, -1n, 1n << 62n, -(1n << 63n)]) {
    assertEquals(guest.operate(fd, UPDATE, flags), EINVAL);
  }
});

Deno.test("wasm_bpf_map_operate() returns -EFAULT for ranges that are not in memory", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash", keySize: 8, valueSize: 100 }] });
  const fd = guest.map(guest.load(), "hash");
  const call = (command: number, key: number, value: number, next: number) =>
    guest.call("wasm_bpf_map_operate", fd, command, key, value, next, 0n);
  for (const key of [MEMORY_BYTES - 7, MEMORY_BYTES, -1, -8, -2147483648, 2147483647]) {
    assertEquals(call(LOOKUP, key, 0x200, 0), EFAULT);
    assertEquals(call(UPDATE, key, 0x200, 0), EFAULT);
    assertEquals(call(DELETE, key, 0, 0), EFAULT);
    assertEquals(call(NEXT_KEY, key, 0, 0x300), EFAULT);
    assertEquals(call(NEXT_KEY, 0x100, 0, key), EFAULT);
  }
  for (const value of [MEMORY_BYTES - 99, MEMORY_BYTES, -1, -100]) {
    assertEquals(call(LOOKUP, 0x100, value, 0), EFAULT);
    assertEquals(call(UPDATE, 0x100, value, 0), EFAULT);
  }
  assertEquals(call(UPDATE, MEMORY_BYTES - 8, MEMORY_BYTES - 100, 0), 0);
});

Deno.test("wasm_bpf_map_operate() counts all CPUs' values, rounded up, as one element", () => {
  const maps = [{ name: "percpu", type: MapType.PERCPU_ARRAY, valueSize: 12 }];
  using guest = new FakeGuest({ maps }, { possibleCpus: 3 });
  const fd = guest.map(guest.load(), "percpu");
  const call = (value: number) => guest.call("wasm_bpf_map_operate", fd, UPDATE, 0x100, value, 0, 0n);
  assertEquals(call(MEMORY_BYTES - 3 * 16 + 1), EFAULT);
  assertEquals(call(MEMORY_BYTES - 3 * 16), 0);
});

Deno.test("wasm_bpf_map_operate() needs no key for a map without keys", () => {
  using guest = new FakeGuest({ maps: [{ name: "queue", type: MapType.QUEUE, keySize: 0 }] });
  const fd = guest.map(guest.load(), "queue");
  assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, 0, 0x200, 0, 0n), 0);
  assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, MEMORY_BYTES, 0x200, 0, 0n), 0);
});

Deno.test("wasm_bpf_map_operate() sees memory that grew", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  const call = () => guest.call("wasm_bpf_map_operate", fd, UPDATE, MEMORY_BYTES, MEMORY_BYTES, 0, 0n);
  assertEquals(call(), EFAULT);
  guest.memory.grow(1);
  assertEquals(call(), 0);
});

const NOTHING_IS_OWN = [
  "PROG_ARRAY",
  "PERF_EVENT_ARRAY",
  "SOCKMAP",
  "SOCKHASH",
  "XSKMAP",
  "REUSEPORT_SOCKARRAY",
  "STRUCT_OPS",
] as const;

for (const type of [...NOTHING_IS_OWN, "ARRAY_OF_MAPS", "HASH_OF_MAPS", "CGROUP_ARRAY"] as const) {
  Deno.test(`wasm_bpf_map_operate() puts no descriptor of the host into a map of type ${type}`, () => {
    using guest = new FakeGuest({ maps: [{ name: "map", type: MapType[type] }] });
    const fd = guest.map(guest.load(), "map");
    // Not 0: it is the guest's own stdin. That it is no cgroup is for the kernel to say.
    for (const number of [-1, 1, 2, 3, 50, fd + 1]) {
      guest.put(0x200, [number]);
      assertEquals(guest.operate(fd, UPDATE), EBADF, `${number}`);
      assertEquals(guest.peek(0x200), number);
    }
  });
}

Deno.test("wasm_bpf_map_operate() puts the guest's own maps into maps of maps", () => {
  using guest = new FakeGuest({ maps: [{ name: "outer", type: MapType.HASH_OF_MAPS }, { name: "inner" }] });
  const handle = guest.load();
  const outer = guest.map(handle, "outer");
  guest.put(0x200, [guest.map(handle, "inner")]);
  assertEquals(guest.operate(outer, UPDATE), 0);
});

Deno.test("wasm_bpf_map_operate() lets a device map go without a program, but not with one of the host's", () => {
  for (const type of [MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP]) {
    using guest = new FakeGuest({ maps: [{ name: "plain", type }, { name: "full", type, valueSize: 8 }] });
    const handle = guest.load();
    guest.put(0x200, [1, 55]);
    assertEquals(guest.operate(guest.map(handle, "plain"), UPDATE), 0);
    assertEquals(guest.operate(guest.map(handle, "full"), UPDATE), EBADF);
    guest.put(0x200, [1, 0]);
    assertEquals(guest.operate(guest.map(handle, "full"), UPDATE), 0);
  }
});

for (const type of ["SK_STORAGE", "TASK_STORAGE", "INODE_STORAGE", "CGRP_STORAGE"] as const) {
  Deno.test(`wasm_bpf_map_operate() reaches a map of type ${type} by no descriptor of the host`, () => {
    using guest = new FakeGuest({ maps: [{ name: "storage", type: MapType[type] }] });
    const fd = guest.map(guest.load(), "storage");
    for (const number of [-1, 3, 50, fd]) {
      guest.put(0x100, [number]);
      for (const command of [LOOKUP, UPDATE, DELETE]) assertEquals(guest.operate(fd, command), EBADF);
      assertEquals(guest.peek(0x100), number);
    }
    assertEquals(guest.call("wasm_bpf_map_operate", fd, LOOKUP, MEMORY_BYTES - 3, 0x200, 0, 0n), EFAULT);
  });
}

Deno.test("wasm_bpf_map_operate() reaches storage by the directory that the guest holds, as the host's descriptor", () => {
  using guest = new FakeGuest({ maps: [{ name: "storage", type: MapType.CGRP_STORAGE }] }, { directory: "/" });
  const fd = guest.map(guest.load(), "storage");
  guest.put(0x100, [3]);
  guest.put(0x200, [77]);
  assertEquals(guest.operate(fd, UPDATE), 0);
  assertEquals(guest.peek(0x100), 3);
  // The map got the host's number.
  guest.call("wasm_bpf_map_operate", fd, NEXT_KEY, 0x100, 0, 0x300, 0n);
  assertEquals(guest.operate(fd, LOOKUP), 0);
});
