import { assert, assertEquals } from "@std/assert";
import { MapType, openSystem } from "../../ffi/mod.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { MAP_FLAG } from "../../object/bpf_numbers.ts";
import { ProcExit } from "../core/cancellation.ts";
import { LIBBPF_FUNCTIONS } from "../../tests/doubles/libbpf_functions.ts";
import { FakeGuest, makeAll, MEMORY_BYTES } from "../../tests/doubles/guest.ts";

const LOOKUP = 1;
const UPDATE = 2;
const DELETE = 3;
const NEXT_KEY = 4;
const LOOKUP_AND_DELETE = 21;
const ENOENT = -2;
const EBADF = -9;
const EFAULT = -14;
const EEXIST = -17;
const EINVAL = -22;

/** Each test runs on a guest that calls the way most do and on one whose calls are all JavaScript's. */
function test(
  name: string,
  run: (open: (...parameters: ConstructorParameters<typeof FakeGuest>) => FakeGuest) => void,
) {
  for (const mapCalls of ["i32", "any"] as const) {
    Deno.test(`${name} (${mapCalls})`, () =>
      run((definition, options) => new FakeGuest(definition, { mapCalls, ...options })));
  }
}

test("wasm_bpf_map_operate() updates, looks up, walks and deletes", (open) => {
  using guest = open({ maps: [{ name: "hash" }] });
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

for (const mapCalls of ["i64", "any"] as const) {
  Deno.test(`wasm_bpf_map_operate() takes pointers of 64 bits as well (${mapCalls})`, () => {
    using guest = new FakeGuest({ maps: [{ name: "hash" }] }, { mapCalls });
    const fd = guest.map(guest.load(), "hash");
    guest.put(0x200, [5]);
    assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, 0x100n, 0x200n, 0n, 0n), 0);
    assertEquals(guest.call("wasm_bpf_map_operate", fd, LOOKUP, 0x100n, 0x400n, 0n, 0n), 0);
    assertEquals(guest.peek(0x400), 5);
  });
}

test("wasm_bpf_map_operate() returns -EBADF for a number the guest did not get", (open) => {
  using guest = open({ maps: [{ name: "hash" }, { name: "other" }] });
  const handle = guest.load();
  const fd = guest.map(handle, "hash");
  for (const number of [-2147483648, -1, 0, 1, 2, 3, fd - 1, fd + 1, fd + 1000, 2147483647]) {
    for (const command of [LOOKUP, UPDATE, DELETE, NEXT_KEY, 99]) assertEquals(guest.operate(number, command), EBADF);
  }
  guest.call("wasm_close_bpf_object", handle);
  assertEquals(guest.operate(fd, LOOKUP), EBADF);
});

test("wasm_bpf_map_operate() returns -EINVAL for unknown commands and flags", (open) => {
  using guest = open({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  for (const command of [-1, 0, 5, 20, 22, 2147483647]) assertEquals(guest.operate(fd, command), EINVAL);
  for (const flags of [1n << 32n, 1n << 48n, -1n, 1n << 62n, -(1n << 63n)]) {
    assertEquals(guest.operate(fd, UPDATE, flags), EINVAL);
  }
});

test("wasm_bpf_map_operate() returns -EFAULT for ranges that are not in memory", (open) => {
  using guest = open({ maps: [{ name: "hash", keySize: 8, valueSize: 100 }] });
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

test("wasm_bpf_map_operate() counts all CPUs' values, rounded up, as one element", (open) => {
  const maps = [{ name: "percpu", type: MapType.PERCPU_ARRAY, valueSize: 12 }];
  using guest = open({ maps }, { possibleCpus: 3 });
  const fd = guest.map(guest.load(), "percpu");
  const call = (value: number) => guest.call("wasm_bpf_map_operate", fd, UPDATE, 0x100, value, 0, 0n);
  assertEquals(call(MEMORY_BYTES - 3 * 16 + 1), EFAULT);
  assertEquals(call(MEMORY_BYTES - 3 * 16), 0);
});

test("wasm_bpf_map_operate() needs no key for a map without keys", (open) => {
  using guest = open({ maps: [{ name: "queue", type: MapType.QUEUE, keySize: 0 }] });
  const fd = guest.map(guest.load(), "queue");
  assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, 0, 0x200, 0, 0n), 0);
  assertEquals(guest.call("wasm_bpf_map_operate", fd, UPDATE, MEMORY_BYTES, 0x200, 0, 0n), 0);
});

test("wasm_bpf_map_operate() takes an element out of a hash, and the next one out of a map without keys", (open) => {
  using guest = open({ maps: [{ name: "hash" }, { name: "queue", type: MapType.QUEUE, keySize: 0 }] });
  const handle = guest.load();
  for (const name of ["hash", "queue"]) {
    const fd = guest.map(handle, name);
    guest.put(0x100, [7]);
    guest.put(0x200, [42]);
    assertEquals(guest.operate(fd, UPDATE), 0);
    guest.put(0x200, [0]);
    assertEquals(guest.operate(fd, LOOKUP_AND_DELETE), 0);
    assertEquals(guest.peek(0x200), 42);
    assertEquals(guest.operate(fd, LOOKUP_AND_DELETE), ENOENT);
    for (const value of [MEMORY_BYTES - 3, MEMORY_BYTES, -1]) {
      assertEquals(guest.call("wasm_bpf_map_operate", fd, LOOKUP_AND_DELETE, 0x100, value, 0, 0n), EFAULT);
    }
  }
});

test("wasm_bpf_map_operate() takes out a map's element only by the guest's own descriptor", (open) => {
  using guest = open({ maps: [{ name: "storage", type: MapType.TASK_STORAGE }] });
  const fd = guest.map(guest.load(), "storage");
  guest.put(0x100, [3]);
  assertEquals(guest.operate(fd, LOOKUP_AND_DELETE), EBADF);
  assertEquals(guest.peek(0x100), 3);
});

test("wasm_bpf_map_operate() uses memory that grew", (open) => {
  using guest = open({ maps: [{ name: "hash" }] });
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
  test(`wasm_bpf_map_operate() puts no descriptor of the host into a map of type ${type}`, (open) => {
    using guest = open({ maps: [{ name: "map", type: MapType[type] }] });
    const fd = guest.map(guest.load(), "map");
    // Not 0, which is the guest's own stdin. The kernel checks if that is a cgroup.
    for (const number of [-1, 1, 2, 3, 50, fd + 1]) {
      guest.put(0x200, [number]);
      assertEquals(guest.operate(fd, UPDATE), EBADF, `${number}`);
      assertEquals(guest.peek(0x200), number);
    }
  });
}

test("wasm_bpf_map_operate() refuses keys and values for a map of an unknown type", (open) => {
  using guest = open({ maps: [{ name: "map", type: 99 }] });
  const fd = guest.map(guest.load(), "map");
  for (const command of [LOOKUP, UPDATE, DELETE]) assertEquals(guest.operate(fd, command), EBADF);
});

test("wasm_bpf_map_operate() puts the guest's own maps into maps of maps", (open) => {
  using guest = open({ maps: [{ name: "outer", type: MapType.HASH_OF_MAPS }, { name: "inner" }] });
  const handle = guest.load();
  const outer = guest.map(handle, "outer");
  guest.put(0x200, [guest.map(handle, "inner")]);
  assertEquals(guest.operate(outer, UPDATE), 0);
});

test("wasm_bpf_map_operate() accepts values of a device map without a program, and refuses a program of the host", (open) => {
  for (const type of [MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP]) {
    using guest = open({ maps: [{ name: "plain", type }, { name: "full", type, valueSize: 8 }] });
    const handle = guest.load();
    guest.put(0x200, [1, 55]);
    assertEquals(guest.operate(guest.map(handle, "plain"), UPDATE), 0);
    assertEquals(guest.operate(guest.map(handle, "full"), UPDATE), EBADF);
    guest.put(0x200, [1, 0]);
    assertEquals(guest.operate(guest.map(handle, "full"), UPDATE), 0);
  }
});

for (const type of ["SK_STORAGE", "TASK_STORAGE", "INODE_STORAGE", "CGRP_STORAGE"] as const) {
  test(`wasm_bpf_map_operate() reaches a map of type ${type} by no descriptor of the host`, (open) => {
    using guest = open({ maps: [{ name: "storage", type: MapType[type] }] });
    const fd = guest.map(guest.load(), "storage");
    for (const number of [-1, 3, 50, fd]) {
      guest.put(0x100, [number]);
      for (const command of [LOOKUP, UPDATE, DELETE]) assertEquals(guest.operate(fd, command), EBADF);
      assertEquals(guest.peek(0x100), number);
    }
    assertEquals(guest.call("wasm_bpf_map_operate", fd, LOOKUP, MEMORY_BYTES - 3, 0x200, 0, 0n), EFAULT);
  });
}

test("wasm_bpf_map_operate() reaches storage by the directory that the guest holds, as the host's descriptor", (open) => {
  using guest = open({ maps: [{ name: "storage", type: MapType.CGRP_STORAGE }] }, { directory: "/" });
  const fd = guest.map(guest.load(), "storage");
  guest.put(0x100, [3]);
  guest.put(0x200, [77]);
  assertEquals(guest.operate(fd, UPDATE), 0);
  assertEquals(guest.peek(0x100), 3);
  // The map got the host's number.
  guest.call("wasm_bpf_map_operate", fd, NEXT_KEY, 0x100, 0, 0x300, 0n);
  assertEquals(guest.operate(fd, LOOKUP), 0);
});

Deno.test("wasm_bpf_map_operate() calls the native function directly, except in cases for JavaScript", () => {
  const maps = [{ name: "hash" }, { name: "queue", type: MapType.QUEUE, keySize: 0 }, {
    name: "outer",
    type: MapType.HASH_OF_MAPS,
  }];
  for (const mapCalls of ["i32", "i64"] as const) {
    using guest = new FakeGuest({ maps }, { mapCalls });
    const handle = guest.load();
    const fd = guest.map(handle, "hash");
    const at = (address: number) => mapCalls === "i64" ? BigInt(address) : address;
    const call = (map: number, command: number, key = 0x100, value = 0x200, flags = 0n) =>
      guest.call("wasm_bpf_map_operate", map, command, at(key), at(value), at(0x300), flags);
    const directly = (run: () => unknown): number => {
      const before = guest.libbpf.directCalls;
      run();
      return guest.libbpf.directCalls - before;
    };
    call(fd, UPDATE); // in JavaScript, which makes way
    for (const command of [LOOKUP, UPDATE, NEXT_KEY, DELETE, LOOKUP_AND_DELETE]) {
      assertEquals(directly(() => call(fd, command)), 1);
    }
    assertEquals(directly(() => assertEquals(call(fd, UPDATE, 0x100, 0x200, 2n), ENOENT)), 1);
    // These calls go to JavaScript, which returns the same errors as without the direct path.
    assertEquals(directly(() => assertEquals(call(fd, 5), EINVAL)), 0);
    assertEquals(directly(() => assertEquals(call(fd, UPDATE, 0x100, 0x200, 1n << 32n), EINVAL)), 0);
    assertEquals(directly(() => assertEquals(call(fd, UPDATE, 0x100, MEMORY_BYTES - 3), EFAULT)), 0);
    assertEquals(directly(() => assertEquals(call(fd + 1000, LOOKUP), EBADF)), 0);
    assertEquals(directly(() => assertEquals(call(1 << 29, LOOKUP), EBADF)), 0);
    assertEquals(directly(() => call(guest.map(handle, "queue"), UPDATE)), 0);
    assertEquals(directly(() => call(guest.map(handle, "outer"), UPDATE)), 0);
    // Memory that grew is looked at once.
    guest.memory.grow(1);
    assertEquals(directly(() => assertEquals(call(fd, UPDATE, 0x100, MEMORY_BYTES), 0)), 0);
    assertEquals(directly(() => assertEquals(call(fd, UPDATE, 0x100, MEMORY_BYTES), 0)), 1);
    guest.call("wasm_close_bpf_object", handle);
    assertEquals(directly(() => assertEquals(call(fd, LOOKUP), EBADF)), 0);
  }
});

Deno.test("wasm_bpf_map_operate() stays in JavaScript in a guest that makes few calls", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] }, { worthIt: 3 });
  const fd = guest.map(guest.load(), "hash");
  const counts = Array.from({ length: 6 }, () => (guest.operate(fd, UPDATE), guest.libbpf.directCalls));
  assertEquals(counts, [0, 0, 0, 0, 1, 2]);
});

/** Calls `use` with the descriptor of a file with one page, which can be mapped as an array can. */
function withPage(use: (fd: number) => void): void {
  const path = Deno.makeTempFileSync();
  using system = openSystem();
  const fd = system.calls.open(path, O.RDWR);
  try {
    Deno.truncateSync(path, system.calls.pageSizeBytes);
    use(fd);
  } finally {
    system.calls.close(fd);
    Deno.removeSync(path);
  }
}

Deno.test("wasm_bpf_map_operate() goes through JavaScript as soon as map memory is copied, which updates the copies", () => {
  withPage((page) => {
    const array = { name: "array", type: MapType.ARRAY, valueSize: 8, maxEntries: 1, flags: MAP_FLAG.BPF_F_MMAPABLE };
    const definition = { maps: [{ name: "hash" }, { ...array, fd: page }] };
    using guest = new FakeGuest(definition, { sharedMemory: "copy" });
    const handle = guest.load();
    const [hash, fd] = [guest.map(handle, "hash"), guest.map(handle, "array")];
    for (let i = 0; i < 3; i++) assertEquals(guest.operate(hash, UPDATE), 0);
    assertEquals(guest.libbpf.directCalls, 2);
    const mapMmap = makeAll(LIBBPF_FUNCTIONS, guest.context)["bpf_map_mmap"];
    assertEquals(mapMmap?.(fd, 0, MEMORY_BYTES), 8);
    guest.put(0, [7]);
    assertEquals(guest.operate(hash, UPDATE), 0);
    assertEquals(guest.libbpf.directCalls, 2);
    const bytes = new Uint8Array(8);
    using file = Deno.openSync(`/proc/self/fd/${page}`);
    file.readSync(bytes);
    assertEquals([...bytes], [7, 0, 0, 0, 0, 0, 0, 0]);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

Deno.test("wasm_bpf_map_operate() stops at proc_exit, and goes through JavaScript while map memory is copied", () => {
  using guest = new FakeGuest({ maps: [{ name: "hash" }] });
  const fd = guest.map(guest.load(), "hash");
  for (let i = 0; i < 2; i++) assertEquals(guest.operate(fd, UPDATE), 0);
  assertEquals(guest.libbpf.directCalls, 1);
  guest.context.shared.follow();
  assertEquals(guest.context.shared.copying, false, "nothing is shared, so that nothing is copied");
  assertEquals(guest.operate(fd, UPDATE), 0);
  assertEquals(guest.libbpf.directCalls, 2);
  const exit = thrown(() => guest.context.cancellation.exit(3));
  assert(exit instanceof ProcExit);
  assertEquals(thrown(() => guest.operate(fd, UPDATE)), exit);
  assertEquals(guest.libbpf.directCalls, 2);
});
