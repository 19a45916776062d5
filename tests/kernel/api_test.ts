/** Tests libbpf for TypeScript, the API of `mod.ts`, on the real kernel. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseElf } from "../../object/elf/elf.ts";
import * as api from "../../mod.ts";
import { BpfError, type BpfMap, type BpfObject, openLibbpf, UpdateFlag } from "../../mod.ts";

const GUESTS = new URL("../../.build/guests/", import.meta.url).pathname;

/** Runs `body` on the loaded maps of tests/guests/maps.bpf.c. */
function withMaps(body: (object: BpfObject, find: (name: string) => BpfMap) => void): void {
  using libbpf = openLibbpf();
  using object = libbpf.openObject(Deno.readFileSync(`${GUESTS}maps.bpf.o`), { name: "maps" });
  object.load();
  body(object, (name) => found(object.findMap(name)));
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not found");
  return value;
}

const u32 = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);
const u64 = (...numbers: number[]) => new Uint8Array(BigUint64Array.from(numbers.map(BigInt)).buffer);
const NOTHING = new Uint8Array();

Deno.test("mod.ts exports no native code", () => {
  assertEquals(Object.keys(api).sort(), [
    "ALLOW_ALL",
    "AttachType",
    "BpfError",
    "DEFAULT_POLICY",
    "GuestError",
    "MapType",
    "ProgramType",
    "Skeleton",
    "TypedMap",
    "UpdateFlag",
    "Variables",
    "codecs",
    "openLibbpf",
    "parsePreopen",
    "runGuest",
  ]);
});

Deno.test("BpfMap reads, puts and deletes elements of a hash", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    assertEquals(hash.lookup(u32(1)), undefined);
    hash.update(u32(1), u64(10));
    hash.update(u32(2), u64(20), UpdateFlag.NOEXIST);
    assertEquals(hash.lookup(u32(1)), u64(10));
    assertEquals(assertThrows(() => hash.update(u32(1), u64(11), UpdateFlag.NOEXIST), BpfError).code, "EEXIST");
    assertEquals(assertThrows(() => hash.update(u32(3), u64(11), UpdateFlag.EXIST), BpfError).code, "ENOENT");
    assertEquals(new Map([...hash.entries()].map(([key, value]) => [key[0], value[0]])), new Map([[1, 10], [2, 20]]));
    assertEquals([hash.delete(u32(2)), hash.delete(u32(2))], [true, false]);
    assertEquals(hash.lookupAndDelete(u32(1)), u64(10));
    assertEquals([hash.lookupAndDelete(u32(1)), hash.nextKey(), [...hash.keys()]], [undefined, undefined, []]);
  });
});

Deno.test("BpfMap.update() names the map and the kernel's reason", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    for (let key = 0; key < hash.maxEntries; key++) hash.update(u32(key), u64(key));
    assertEquals(assertThrows(() => hash.update(u32(100), u64(0)), BpfError).code, "E2BIG");
    const { message } = assertThrows(() => find("array").delete(u32(0)), BpfError);
    assert(message.startsWith('Cannot delete a key of map "array": EINVAL'), message);
  });
});

Deno.test("BpfMap.keys() allows deletion of the current key, and stops when keys are added and deleted without end", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    for (let key = 0; key < 8; key++) hash.update(u32(key), u64(key));
    let count = 0;
    for (const key of hash.keys()) {
      count++;
      assert(hash.delete(key));
    }
    assertEquals(count, 8);
    for (let key = 0; key < 2; key++) hash.update(u32(key), u64(key));
    // The kernel starts again after a deleted key. Each time, the next key is deleted and added again.
    const error = assertThrows(() => {
      for (const key of hash.keys()) {
        hash.update(key, u64(0));
        const next = hash.nextKey(key);
        if (next !== undefined) hash.delete(next);
        assert(++count < 100, "the walk does not end");
      }
    }, BpfError);
    assertEquals(error.code, "EAGAIN");
  });
});

Deno.test("BpfMap takes queues and stacks, whose keys have no bytes", () => {
  withMaps((_, find) => {
    for (const [name, first] of [["queue", 1], ["stack", 2]] as const) {
      const map = find(name);
      map.update(NOTHING, u64(1));
      map.update(NOTHING, u64(2));
      assertEquals(map.lookup(NOTHING), u64(first));
      assertEquals([map.lookupAndDelete(NOTHING), map.lookupAndDelete(NOTHING)], [u64(first), u64(3 - first)]);
      assertEquals(map.lookupAndDelete(NOTHING), undefined);
    }
  });
});

Deno.test("BpfMap moves a value for each CPU", () => {
  withMaps((_, find) => {
    const map = find("percpu_odd");
    const cpus = map.elementBytes / 16;
    assertEquals(map.valueSize, 12);
    assertThrows(() => map.update(u32(0), new Uint8Array(12)), RangeError);
    const value = new Uint8Array(map.elementBytes).map((_, at) => at % 16 < 12 ? 1 + at / 16 : 0);
    map.update(u32(0), value);
    assertEquals(map.lookup(u32(0)), value);
    assert(cpus >= navigator.hardwareConcurrency);
  });
});

Deno.test("BpfMap refuses keys, values and flags of another size, and touches no byte beside them", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    hash.update(u32(1), u64(10));
    const beside = new Uint8Array(64).fill(0xee);
    for (const key of [NOTHING, new Uint8Array(3), new Uint8Array(5), beside, beside.subarray(8, 10)]) {
      const calls = [
        () => hash.lookup(key),
        () => hash.update(key, u64(0)),
        () => hash.delete(key),
        () => hash.nextKey(key),
        () => hash.lookupAndDelete(key),
      ];
      for (const call of calls) assertThrows(call, RangeError, `the key has ${key.length} bytes, not 4`);
    }
    for (const value of [NOTHING, new Uint8Array(7), new Uint8Array(9), beside]) {
      assertThrows(() => hash.update(u32(1), value), RangeError, `the value has ${value.length} bytes, not 8`);
    }
    for (const flags of [-1, 0.5, NaN, 2 ** 32]) {
      assertThrows(() => hash.lookup(u32(1), flags), RangeError, "flags");
      assertThrows(() => hash.update(u32(1), u64(1), flags), RangeError, "flags");
    }
    assertEquals(hash.lookup(u32(1)), u64(10));
    assertEquals(beside, new Uint8Array(64).fill(0xee));
  });
});

Deno.test("BpfMap takes views, shared and resizable buffers, and refuses detached ones", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    const view = new Uint8Array(64).fill(0xee).subarray(8, 12);
    view.set(u32(5));
    hash.update(view, u64(50));
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set(u32(5));
    assertEquals(hash.lookup(shared), u64(50));
    const resizable = new Uint8Array(new ArrayBuffer(4, { maxByteLength: 64 }));
    resizable.set(u32(5));
    assertEquals(hash.lookup(resizable), u64(50));
    resizable.buffer.resize(2);
    assertThrows(() => hash.lookup(resizable), RangeError);
    const detached = u32(5);
    detached.buffer.transfer();
    assertThrows(() => hash.lookup(detached), RangeError);
    assertThrows(() => hash.updateBatch({ keys: detached, values: NOTHING }), RangeError);
  });
});

Deno.test("BpfMap returns bytes that belong to the caller", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    hash.update(u32(1), u64(10));
    const first = found(hash.lookup(u32(1)));
    hash.update(u32(1), u64(11));
    found(hash.lookup(u32(1)));
    assertEquals([first, first.buffer.byteLength], [u64(10), 8]);
  });
});

Deno.test("BpfMap moves elements in batches, with a cursor", () => {
  withMaps((_, find) => {
    for (const name of ["hash", "array"]) {
      const map = find(name);
      map.updateBatch({ keys: u32(0, 1, 2, 3, 4, 5, 6, 7), values: u64(0, 10, 20, 30, 40, 50, 60, 70) });
      // A hash returns whole buckets, so the buffers have room for all elements.
      const buffers = { keys: new Uint8Array(6 * 4), values: new Uint8Array(6 * 8) };
      const cursor = map.batchCursor();
      const seen = new Map<number, number>();
      let calls = 0;
      while (!cursor.done) {
        const count = map.lookupBatch(buffers, { cursor });
        for (let i = 0; i < count; i++) seen.set(buffers.keys[i * 4] ?? -1, buffers.values[i * 8] ?? -1);
        assert(++calls < 10);
      }
      assert(calls >= 2);
      assertEquals([...seen].sort(([a], [b]) => a - b), [0, 1, 2, 3, 4, 5, 6, 7].map((key) => [key, 10 * key]));
      assertEquals(map.lookupBatch(buffers, { cursor }), 0);
    }
  });
});

Deno.test("BpfMap removes elements in batches, and returns the progress of a refused batch", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    hash.updateBatch({ keys: u32(1, 2, 3), values: u64(1, 2, 3) });
    hash.deleteBatch(u32(3, 1));
    assertEquals([...hash.keys()], [u32(2)]);
    const { code, message } = assertThrows(() => hash.deleteBatch(u32(2, 9, 8)), BpfError);
    assertEquals(code, "ENOENT");
    assert(message.includes("refused after 1 of 3 elements"), message);
    hash.updateBatch({ keys: u32(4, 5), values: u64(40, 50) });
    const buffers = { keys: new Uint8Array(32), values: new Uint8Array(64) };
    assertEquals(hash.lookupAndDeleteBatch(buffers), 2);
    assertEquals([...hash.keys()], []);
    assertEquals(assertThrows(() => find("queue").updateBatch({ keys: NOTHING, values: u64(1) })).name, "RangeError");
  });
});

Deno.test("BpfMap refuses batches whose buffers do not fit, and cursors of other maps", () => {
  withMaps((_, find) => {
    const hash = find("hash");
    const bad: [Uint8Array, Uint8Array][] = [[NOTHING, NOTHING], [new Uint8Array(7), u64(1)], [u32(1), NOTHING]];
    bad.push([u32(1, 2), u64(1)], [u32(1), u64(1, 2)]);
    for (const [keys, values] of bad) {
      assertThrows(() => hash.updateBatch({ keys, values }), RangeError);
      assertThrows(() => hash.lookupBatch({ keys, values }), RangeError);
      assertThrows(() => hash.lookupAndDeleteBatch({ keys, values }), RangeError);
    }
    assertThrows(() => hash.deleteBatch(new Uint8Array(3)), RangeError);
    const buffers = { keys: u32(1), values: u64(1) };
    assertThrows(() => hash.updateBatch(buffers, { flags: -1 }), RangeError);
    assertThrows(() => hash.lookupBatch(buffers, { cursor: find("array").batchCursor() }), TypeError, "cursor");
    assertThrows(() => hash.lookupBatch(buffers, { cursor: { done: false } }), TypeError, "cursor");
  });
});

Deno.test("BpfObject describes its maps before load, and takes constants for them", () => {
  using libbpf = openLibbpf();
  using object = libbpf.openObject(Deno.readFileSync(`${GUESTS}shared_memory.bpf.o`), { name: "shared" });
  const array = found(object.findMap("cells"));
  const data = found(object.findMap(".data"));
  assert(object.maps().includes(array) && object.maps().includes(data));
  assertEquals(assertThrows(() => array.fd, BpfError).code, "ENOENT");
  assertEquals(assertThrows(() => array.lookup(new Uint8Array(array.keySize)), BpfError).code, "EBADF");
  assertEquals(array.initialValue(), undefined);
  assertEquals(assertThrows(() => array.setInitialValue(new Uint8Array(array.valueSize)), BpfError).code, "EINVAL");
  const constants = found(data.initialValue()).fill(7);
  assertThrows(() => data.setInitialValue(constants.subarray(1)), RangeError);
  data.setInitialValue(constants);
  object.load();
  assert(array.fd > 0);
  assertEquals(data.lookup(u32(0)), constants);
  assertEquals(assertThrows(() => data.setInitialValue(constants), BpfError).code, "EBUSY");
});

Deno.test("BpfObject closes its links first, and everything of it throws a TypeError afterwards", () => {
  const libbpf = openLibbpf();
  const object = libbpf.openObject(Deno.readFileSync(`${GUESTS}targets.bpf.o`));
  for (const program of object.programs()) program.autoload = program.name === "raw_by_section";
  object.load();
  const program = found(object.findProgram("raw_by_section"));
  const [first, second] = [program.attach(), program.attach()];
  assert(found(first.fd) > 0 && found(second.fd) > 0);
  first[Symbol.dispose]();
  assertEquals(first.fd, undefined);
  const link = Deno.readTextFileSync(`/proc/self/fdinfo/${second.fd}`);
  assert(link.includes("link_type:\traw_tracepoint"), link);
  const id = /link_id:\t(\d+)/.exec(link)?.[1];
  object[Symbol.dispose]();
  assertEquals(second.fd, undefined);
  second[Symbol.dispose]();
  const shown = new Deno.Command("bpftool", { args: ["link", "show", "id", `${id}`] }).outputSync();
  assertEquals(shown.stdout.length, 0);
  object[Symbol.dispose]();
  const calls = [() => object.load(), () => object.maps(), () => object.findMap("x"), () => program.attach()];
  for (const call of calls) assertThrows(call, TypeError, "closed");
  libbpf[Symbol.dispose]();
});

Deno.test("Libbpf closes every object, and its maps throw a TypeError afterwards", () => {
  const libbpf = openLibbpf();
  const object = libbpf.openObject(Deno.readFileSync(`${GUESTS}maps.bpf.o`), { name: "maps" });
  object.load();
  const hash = found(object.findMap("hash"));
  const { fd } = hash;
  libbpf[Symbol.dispose]();
  assertThrows(() => Deno.readLinkSync(`/proc/self/fd/${fd}`), Deno.errors.NotFound);
  const buffers = { keys: u32(1), values: u64(1) };
  const calls = [
    () => hash.fd,
    () => hash.lookup(u32(1)),
    () => hash.update(u32(1), u64(1)),
    () => hash.delete(u32(1)),
    () => hash.nextKey(),
    () => [...hash.keys()],
    () => [...hash.entries()],
    () => hash.lookupAndDelete(u32(1)),
    () => hash.lookupBatch(buffers),
    () => hash.lookupAndDeleteBatch(buffers),
    () => hash.updateBatch(buffers),
    () => hash.deleteBatch(u32(1)),
    () => hash.initialValue(),
    () => hash.setInitialValue(u64(1)),
    () => hash.attachStructOps(),
    () => object.load(),
    () => libbpf.openObject(new Uint8Array(1)),
    () => libbpf.interfaceIndex("lo"),
    () => libbpf.version,
    () => libbpf.possibleCpus,
  ];
  for (const call of calls) assertThrows(call, TypeError, "closed");
  assertEquals(hash.name, "hash");
  libbpf[Symbol.dispose]();
  object[Symbol.dispose]();
});

Deno.test("Libbpf closes only descriptors that it opened", () => {
  using libbpf = openLibbpf();
  const fd = libbpf.openNetworkNamespace("/proc/self/ns/net");
  for (const other of [0, 1, 2, -1, NaN, fd + 1000]) {
    assertThrows(() => libbpf.closeDescriptor(other), TypeError, "not opened here");
  }
  libbpf.closeDescriptor(fd);
  assertThrows(() => libbpf.closeDescriptor(fd), TypeError);
  assertThrows(() => Deno.readLinkSync(`/proc/self/fd/${fd}`), Deno.errors.NotFound);
});

/** Moves the symbol of `handle_exec` so that the sum of its offset and size wraps around. */
function damageProgramSymbol(object: Uint8Array<ArrayBuffer>): void {
  const { symbols, sections } = parseElf(object);
  const table = found(sections.find(({ name }) => name === ".symtab"));
  const index = symbols.findIndex(({ name }) => name === "handle_exec");
  const entryBytes = 24;
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length);
  const first = view.byteLength / entryBytes - symbols.length; // the null symbol may be left out
  view.setBigUint64((first + index) * entryBytes + 8, 2n ** 64n - 8n, true);
}

Deno.test("Libbpf.openObject() refuses bytes that are not an object, in one line", () => {
  using libbpf = openLibbpf();
  for (const bytes of [new Uint8Array(), new Uint8Array(100)]) {
    const { message } = assertThrows(() => libbpf.openObject(bytes, { name: "x" }), BpfError);
    assert(message.startsWith('Cannot open object "x": '), message);
  }
  // The program begins far outside its section. Some versions of libbpf would read there.
  const damaged = Deno.readFileSync(new URL("../../examples/bootstrap/bootstrap.bpf.o", import.meta.url));
  damageProgramSymbol(damaged);
  const { message } = assertThrows(() => libbpf.openObject(damaged), BpfError);
  assert(/EINVAL: ELF.* 18446744073709551608/.test(message), message);
  const detached = Deno.readFileSync(`${GUESTS}maps.bpf.o`);
  detached.buffer.transfer();
  assertThrows(() => libbpf.openObject(detached), TypeError);
});

/** (module (func (export "_start")) (memory (export "memory") 1)) */
const EMPTY_GUEST = Uint8Array.from(
  atob("AGFzbQEAAAABBAFgAAADAgEABQMBAAEHEwIGX3N0YXJ0AAAGbWVtb3J5AgAKBAECAAs="),
  (c) => c.charCodeAt(0),
);

Deno.test("runGuest() refuses standard streams that are not open descriptors", () => {
  for (const name of ["stdin", "stdout", "stderr"]) {
    for (const fd of [999, -1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 32 + 1]) {
      const error = assertThrows(() => api.runGuest(EMPTY_GUEST, { [name]: fd }), BpfError);
      assertEquals(error.message, `Cannot run guest: EBADF: ${name} is not an open descriptor`);
    }
  }
  assertEquals(api.runGuest(EMPTY_GUEST, { stdin: 2, stdout: 2, stderr: 2 }), 0);
});
