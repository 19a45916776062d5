import { assert, assertEquals } from "@std/assert";
import { MapType } from "../../ffi/mod.ts";
import { FakeGuest, MEMORY_BYTES } from "../../tests/doubles/guest.ts";
import { ProcExit } from "../core/cancellation.ts";
import { MapDescriptor } from "../core/descriptors.ts";
import type { WasmPtr } from "../core/memory.ts";
import { openGate } from "./map_elements.ts";

const ENOENT = -44;
const EBADF = -8;
const EFAULT = -21;
const EINVAL = -28;
const EEXIST = -20;
const EPERM = -63;
const KEY = 0x100;
const VALUE = 0x200;
const NEXT = 0x300;

const MAPS = {
  maps: [
    { name: "hash" },
    { name: "queue", type: MapType.QUEUE, keySize: 0 },
    { name: "outer", type: MapType.HASH_OF_MAPS },
    { name: "large", valueSize: 100 },
  ],
};

/** A guest of version 2 with its functions for elements. Its calls are direct after the first one. */
class ElementGuest implements Disposable {
  readonly guest: FakeGuest;
  readonly handle: bigint;
  readonly #gate: ReturnType<typeof openGate>;
  readonly #bits: 32 | 64;

  constructor(bits: 32 | 64, options: ConstructorParameters<typeof FakeGuest>[1] = {}) {
    this.#bits = bits;
    this.guest = new FakeGuest(MAPS, { ...options, addressBits: bits });
    this.handle = this.guest.load();
    this.#gate = openGate(this.guest.context, 0);
  }

  /** The guest's number of a map. */
  map(name: string): number {
    const { descriptors } = this.guest.context;
    const map = descriptors.maps.get(this.guest.map(this.handle, name));
    const fd = map && descriptors.add(new MapDescriptor(map));
    if (fd === undefined) throw new TypeError(`No map ${name}`);
    return fd;
  }

  lookup(fd: number, key = KEY, value = VALUE, flags = 0n): number {
    return Number(this.#gate.bpf_map_lookup_elem_flags(fd, this.#ptr(key), this.#ptr(value), flags));
  }

  update(fd: number, key = KEY, value = VALUE, flags = 0n): number {
    return Number(this.#gate.bpf_map_update_elem(fd, this.#ptr(key), this.#ptr(value), flags));
  }

  delete(fd: number, key = KEY): number {
    return Number(this.#gate.bpf_map_delete_elem(fd, this.#ptr(key)));
  }

  next(fd: number, key = KEY, next = NEXT): number {
    return Number(this.#gate.bpf_map_get_next_key(fd, this.#ptr(key), this.#ptr(next)));
  }

  take(fd: number, key = KEY, value = VALUE): number {
    return Number(this.#gate.bpf_map_lookup_and_delete_elem(fd, this.#ptr(key), this.#ptr(value)));
  }

  /** Adds a page to the memory. */
  grow(): void {
    Reflect.apply(WebAssembly.Memory.prototype.grow, this.guest.memory, [this.#ptr(1)]);
  }

  /** The number of direct calls that `run` makes, with its result. */
  directly<T>(run: () => T): [calls: number, result: T] {
    const before = this.guest.libbpf.directCalls;
    const result = run();
    return [this.guest.libbpf.directCalls - before, result];
  }

  #ptr(value: number): WasmPtr {
    return this.#bits === 64 ? BigInt(value) : value | 0;
  }

  [Symbol.dispose](): void {
    this.guest[Symbol.dispose]();
  }
}

/** Each test runs for guests of both widths. */
function test(
  name: string,
  run: (open: (options?: ConstructorParameters<typeof FakeGuest>[1]) => ElementGuest) => void,
): void {
  for (const bits of [32, 64] as const) {
    Deno.test(`${name} (${bits} bits)`, () => run((options) => new ElementGuest(bits, options)));
  }
}

test("the functions for elements have the same results with and without JavaScript", (open) => {
  for (const worthIt of [true, false]) {
    using guest = open();
    const hash = guest.map("hash");
    if (worthIt) guest.update(hash), guest.delete(hash);
    const [direct, results] = guest.directly(() => {
      guest.guest.put(KEY, [7]);
      guest.guest.put(VALUE, [42]);
      const first = [guest.lookup(hash), guest.update(hash), guest.update(hash, KEY, VALUE, 1n)];
      guest.guest.put(VALUE, [0]);
      const second = [guest.lookup(hash), guest.guest.peek(VALUE), guest.next(hash, 0), guest.guest.peek(NEXT)];
      const third = [guest.next(hash), guest.take(hash), guest.take(hash), guest.delete(hash)];
      return [...first, ...second, ...third];
    });
    assertEquals(results, [ENOENT, 0, EEXIST, 0, 42, 0, 7, ENOENT, 0, ENOENT, ENOENT]);
    assertEquals(direct, worthIt ? 9 : 8);
  }
});

test("the functions for elements call the native function directly, except in cases for JavaScript", (open) => {
  using guest = open();
  const [hash, queue, outer, large] = ["hash", "queue", "outer", "large"].map((name) => guest.map(name));
  if (hash === undefined || queue === undefined || outer === undefined || large === undefined) throw new TypeError();
  guest.update(hash);
  assertEquals(guest.directly(() => guest.update(hash)), [1, 0]);
  assertEquals(guest.directly(() => guest.update(hash, KEY, VALUE, 1n << 32n)), [0, EINVAL]);
  // NULL is an address that JavaScript refuses.
  assertEquals(guest.directly(() => guest.lookup(hash, 0)), [0, EFAULT]);
  assertEquals(guest.directly(() => guest.lookup(hash, KEY, 0)), [0, EFAULT]);
  assertEquals(guest.directly(() => guest.next(hash, KEY, 0)), [0, EFAULT]);
  assertEquals(guest.directly(() => guest.update(queue, 0)), [0, 0]);
  assertEquals(guest.directly(() => guest.update(queue)), [0, EINVAL]);
  guest.guest.put(VALUE, [hash]);
  assertEquals(guest.directly(() => guest.update(outer)), [0, 0]);
  for (const own of [0, 1, 2, 50, queue + 100, -1]) {
    guest.guest.put(VALUE, [own]);
    assertEquals(guest.directly(() => guest.update(outer)), [0, EBADF]);
  }
  for (const fd of [-1, hash + 100, 2047, 2048, 1 << 29, 2 ** 31 - 1]) {
    assertEquals(guest.directly(() => guest.lookup(fd)), [0, EBADF]);
  }
});

test("the functions for elements check ranges up to the last byte", (open) => {
  using guest = open();
  const large = guest.map("large");
  guest.update(large);
  const end = guest.guest.memory.buffer.byteLength;
  assertEquals(guest.directly(() => guest.update(large, end - 4, end - 100)), [1, 0]);
  for (const key of [end - 3, end, -1, -4, -(2 ** 31), 2 ** 31 - 1]) {
    assertEquals(guest.directly(() => guest.lookup(large, key)), [0, EFAULT]);
    assertEquals(guest.directly(() => guest.delete(large, key)), [0, EFAULT]);
    assertEquals(guest.directly(() => guest.next(large, KEY, key)), [0, EFAULT]);
  }
  for (const value of [end - 99, end, -1, -100]) {
    assertEquals(guest.directly(() => guest.lookup(large, KEY, value)), [0, EFAULT]);
    assertEquals(guest.directly(() => guest.update(large, KEY, value)), [0, EFAULT]);
    assertEquals(guest.directly(() => guest.take(large, KEY, value)), [0, EFAULT]);
  }
});

test("the functions for elements use memory that grew, and no map that was closed", (open) => {
  using guest = open();
  const hash = guest.map("hash");
  guest.update(hash);
  guest.grow();
  assertEquals(guest.directly(() => guest.update(hash, KEY, MEMORY_BYTES)), [0, 0]);
  assertEquals(guest.directly(() => guest.update(hash, KEY, MEMORY_BYTES)), [1, 0]);
  guest.guest.context.descriptors.remove(hash);
  assertEquals(guest.directly(() => guest.lookup(hash)), [0, EBADF]);
  assertEquals([guest.map("large"), guest.directly(() => guest.lookup(hash, KEY, MEMORY_BYTES))[0]], [hash, 1]);
});

test("the functions for elements ask a policy each time", (open) => {
  let refused = false;
  const policy = {
    refusal: ({ kind }: { kind: string }) => kind === "element" && refused ? "not now" : undefined,
  };
  refused = true;
  using guest = open({ policy });
  const hash = guest.map("hash");
  refused = false;
  assertEquals([1, 2].map(() => guest.directly(() => guest.update(hash))), [[0, 0], [0, 0]]);
  refused = true;
  assertEquals(guest.update(hash), EPERM);
});

test("the functions for elements stop at proc_exit", (open) => {
  using guest = open();
  const hash = guest.map("hash");
  assertEquals([guest.update(hash), guest.directly(() => guest.update(hash))], [0, [1, 0]]);
  assertThrowsExit(() => guest.guest.context.cancellation.exit(3));
  assertEquals(guest.directly(() => assertThrowsExit(() => guest.update(hash)))[0], 0);
});

function assertThrowsExit(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    assert(error instanceof ProcExit);
    return;
  }
  throw new Error("It did not exit");
}
