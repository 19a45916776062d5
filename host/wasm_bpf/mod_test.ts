/** Tests the calls other than map calls and targets: handles, names, and the remaining resources. */

import { assertEquals, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { MapType, ProgramType } from "../../ffi/mod.ts";
import { Allowance } from "../core/allowances.ts";
import { FakeGuest, MEMORY_BYTES } from "../../tests/doubles/guest.ts";

const ENOENT = -2;
const EBADF = -9;
const EFAULT = -14;
const EINVAL = -22;
const EMFILE = -24;

const PROGRAM = { name: "program", sectionName: "tp/sched/sched_switch", type: ProgramType.TRACEPOINT };
const OBJECT = { programs: [PROGRAM], maps: [{ name: "ring", type: MapType.RINGBUF }, { name: "guest.bss" }] };

Deno.test("wasm_load_bpf_object() returns small handles, each only once", () => {
  using guest = new FakeGuest(OBJECT);
  const first = guest.load();
  guest.call("wasm_close_bpf_object", first);
  assertEquals([first, guest.load(), guest.load()], [1n, 2n, 3n]);
});

Deno.test("wasm_load_bpf_object() returns 0 for ranges that are not in memory, and for objects that libbpf refuses", () => {
  using guest = new FakeGuest(OBJECT);
  for (const [at, size] of [[0, -1], [0, MEMORY_BYTES + 1], [1, MEMORY_BYTES], [-1, 1], [-16, 32], [0, -2147483648]]) {
    assertEquals(guest.call("wasm_load_bpf_object", at ?? 0, size ?? 0), 0n);
  }
  assertEquals(guest.problems, []);
  assertEquals(guest.call("wasm_load_bpf_object", 0, 0), 0n);
  guest.libbpf.loadError = new BpfError({ operation: "load", kind: "object", subject: "guest" }, 1, {
    hint: "run as root",
  });
  assertEquals(guest.load(), 0n);
  assertEquals(guest.problems, [
    'Cannot open object "guest": EINVAL: ELF: it does not begin with \\x7fELF',
    'Cannot load object "guest": EPERM: operation not permitted (hint: run as root)',
  ]);
  assertEquals(guest.libbpf.openObjects, 0);
});

Deno.test("wasm_bpf refuses invalid handles", () => {
  using guest = new FakeGuest(OBJECT);
  const handle = guest.load();
  const name = guest.put(0x100, "program");
  for (const wrong of [0n, -1n, handle + 1n, handle + (1n << 32n), 1n << 63n]) {
    assertEquals(guest.call("wasm_close_bpf_object", wrong), EINVAL);
    assertEquals(guest.call("wasm_attach_bpf_program", wrong, name, 0), EINVAL);
    assertEquals(guest.call("wasm_attach_bpf_program_fd", wrong, name, -1), EINVAL);
    assertEquals(guest.call("wasm_bpf_map_fd_by_name", wrong, name), EINVAL);
  }
  assertEquals(guest.call("wasm_close_bpf_object", handle), 0);
  assertEquals(guest.call("wasm_close_bpf_object", handle), EINVAL);
});

Deno.test("wasm_bpf refuses invalid names", () => {
  using guest = new FakeGuest(OBJECT);
  const handle = guest.load();
  const unknown = guest.put(0x100, "nosuch");
  assertEquals(guest.call("wasm_attach_bpf_program", handle, unknown, 0), ENOENT);
  assertEquals(guest.call("wasm_attach_bpf_program_fd", handle, unknown, -1), ENOENT);
  assertEquals(guest.call("wasm_bpf_map_fd_by_name", handle, unknown), ENOENT);
  const noProgram = 'Cannot attach program "nosuch": the object has none of this name (it has program)';
  const noMap = 'Cannot find map "nosuch": the object has none of this name (it has ring, guest.bss)';
  assertEquals(guest.problems, [noProgram, noProgram, noMap]);
  assertEquals(guest.context.guard.failures, 3);
  new Uint8Array(guest.memory.buffer).fill(65);
  for (const at of [-1, MEMORY_BYTES, MEMORY_BYTES - 1, 0]) {
    assertEquals(guest.call("wasm_attach_bpf_program", handle, at, 0), EFAULT);
    assertEquals(guest.call("wasm_bpf_map_fd_by_name", handle, at), EFAULT);
  }
});

Deno.test("wasm_bpf lists some names of an object with many, and reports an object without any", () => {
  const maps = Array.from({ length: 25 }, (_, index) => ({ name: `m${index}` }));
  using many = new FakeGuest({ maps });
  many.call("wasm_bpf_map_fd_by_name", many.load(), many.put(0x100, "n"));
  const first = maps.slice(0, 20).map(({ name }) => name).join(", ");
  assertEquals(many.problems, [`Cannot find map "n": the object has none of this name (it has ${first}, 5 more)`]);
  using empty = new FakeGuest({});
  empty.call("wasm_bpf_map_fd_by_name", empty.load(), empty.put(0x100, "n"));
  assertEquals(empty.problems, ['Cannot find map "n": the object has none of this name (it has none)']);
});

Deno.test("wasm_bpf_map_fd_by_name() finds a section of globals under any object name of a skeleton", () => {
  using guest = new FakeGuest(OBJECT);
  const handle = guest.load();
  assertEquals(guest.map(handle, "other.bss"), guest.map(handle, "guest.bss"));
  assertEquals(guest.map(handle, ".bss"), guest.map(handle, "guest.bss"));
  assertEquals(guest.map(handle, "other.data"), ENOENT);
});

Deno.test("wasm_attach_bpf_program() attaches until the object is closed", () => {
  using guest = new FakeGuest(OBJECT);
  const [first, second] = [guest.load(), guest.load()];
  const name = guest.put(0x100, "program");
  assertEquals(guest.call("wasm_attach_bpf_program", first, name, 0), 0);
  assertEquals(guest.call("wasm_attach_bpf_program", second, name, guest.put(0x200, "")), 0);
  assertEquals(guest.libbpf.attached.length, 2);
  guest.call("wasm_close_bpf_object", first);
  assertEquals(guest.libbpf.attached.length, 1);
});

Deno.test("wasm_attach_bpf_program() attaches a struct_ops map by its name", () => {
  using guest = new FakeGuest({ maps: [{ name: "ops", type: MapType.STRUCT_OPS }, { name: "hash" }] });
  const handle = guest.load();
  assertEquals(guest.call("wasm_attach_bpf_program", handle, guest.put(0x100, "ops"), 0), 0);
  assertEquals(guest.libbpf.attached, [{ what: "map ops", target: undefined }]);
  assertEquals(guest.call("wasm_attach_bpf_program", handle, guest.put(0x100, "hash"), 0), ENOENT);
});

Deno.test("wasm_attach_bpf_program_fd() takes the guest's own directories", () => {
  using guest = new FakeGuest({ programs: [{ name: "ops", sectionName: "sockops", type: ProgramType.SOCK_OPS }] }, {
    directory: "/",
  });
  const handle = guest.load();
  const name = guest.put(0x100, "ops");
  for (const fd of [4, 100, 2147483647]) {
    assertEquals(guest.call("wasm_attach_bpf_program_fd", handle, name, fd), EBADF);
  }
  assertEquals(guest.call("wasm_attach_bpf_program_fd", handle, name, 3), 0);
  assertEquals(guest.call("wasm_attach_bpf_program_fd", handle, name, -1), 0);
  assertEquals(guest.libbpf.attached.map(({ target }) => target?.kind), ["cgroup", "section"]);
});

Deno.test("wasm_bpf_buffer_poll() refuses a guest without a table", () => {
  using guest = new FakeGuest(OBJECT);
  const handle = guest.load();
  const ring = guest.map(handle, "ring");
  assertEquals(guest.call("wasm_bpf_buffer_poll", handle, ring, 0, 0, 0, 0, 0), EINVAL);
});

Deno.test("wasm_attach_bpf_program() creates no more links than a guest may have", () => {
  using guest = new FakeGuest({ ...OBJECT, maps: [{ name: "ops", type: MapType.STRUCT_OPS }] }, {
    directory: "/",
    maxLinks: 3,
  });
  const [first, second] = [guest.load(), guest.load()];
  const name = guest.put(0x100, "program");
  const ops = guest.put(0x200, "ops");
  assertEquals(guest.call("wasm_attach_bpf_program", first, name, 0), 0);
  assertEquals(guest.call("wasm_attach_bpf_program_fd", first, name, -1), 0);
  assertEquals(guest.call("wasm_attach_bpf_program", second, ops, 0), 0);
  assertEquals(guest.call("wasm_attach_bpf_program", second, name, 0), EMFILE);
  assertEquals(guest.call("wasm_attach_bpf_program_fd", second, name, -1), EMFILE);
  assertEquals(guest.call("wasm_attach_bpf_program", first, ops, 0), EMFILE);
  const reason = "EMFILE: the guest has 3 links, and may have 3 (hint: --max-links N allows more)";
  assertEquals(guest.problems, [
    `Cannot attach "program": ${reason}`,
    `Cannot attach "program": ${reason}`,
    `Cannot attach "ops": ${reason}`,
  ]);
  assertEquals(guest.libbpf.attached.length, 3);
  guest.call("wasm_close_bpf_object", first);
  for (let i = 0; i < 2; i++) assertEquals(guest.call("wasm_attach_bpf_program", second, name, 0), 0);
  assertEquals(guest.call("wasm_attach_bpf_program", second, name, 0), EMFILE);
});

Deno.test("wasm_attach_bpf_program() counts no link that libbpf refused", () => {
  using guest = new FakeGuest({ programs: [{ name: "xdp", sectionName: "xdp", type: ProgramType.XDP }] }, {
    maxLinks: 1,
  });
  const handle = guest.load();
  const name = guest.put(0x100, "xdp");
  for (let i = 0; i < 3; i++) {
    assertEquals(guest.call("wasm_attach_bpf_program", handle, name, guest.put(0x200, "nosuch")), -19);
  }
  assertEquals(guest.call("wasm_attach_bpf_program", handle, name, guest.put(0x200, "lo")), 0);
});

Deno.test("wasm_load_bpf_object() opens 64 objects at once, and counts none that libbpf refused", () => {
  using guest = new FakeGuest(OBJECT);
  for (let i = 0; i < 100; i++) assertEquals(guest.call("wasm_load_bpf_object", 0, 0), 0n);
  const handles = Array.from({ length: 64 }, () => guest.load());
  guest.problems.length = 0;
  assertEquals(guest.call("wasm_load_bpf_object", 0, 1), 0n);
  assertEquals(guest.problems, ['Cannot open object "guest": EMFILE: the guest has 64 objects, and may have 64']);
  assertEquals(guest.libbpf.openObjects, 64);
  guest.call("wasm_close_bpf_object", handles[7] ?? 0n);
  assertEquals(guest.load(), 65n);
});

Deno.test("Allowance counts bytes as well, without overflow", () => {
  const allowance = new Allowance("bytes of objects", 1 << 28);
  allowance.take({ operation: "open", kind: "object" }, 1 << 28);
  for (const count of [1, 2 ** 32, Infinity]) {
    assertThrows(() => allowance.take({ operation: "open", kind: "object" }, count), BpfError, "EMFILE");
  }
  allowance.give(1);
  allowance.take({ operation: "open", kind: "object" }, 1);
  assertThrows(
    () => allowance.take({ operation: "open", kind: "object" }, 1),
    BpfError,
    "the guest has 268435456 bytes of objects",
  );
});

Deno.test("GuestContext closes everything that a guest left open", () => {
  const guest = new FakeGuest(OBJECT);
  guest.call("wasm_attach_bpf_program", guest.load(), guest.put(0x100, "program"), 0);
  guest.load();
  guest[Symbol.dispose]();
  const { libbpf, system } = guest;
  assertEquals([libbpf.openObjects, libbpf.attached], [0, []]);
  assertEquals([...libbpf.openDescriptors, ...system.openDescriptors], []);
});

Deno.test("wasm_load_bpf_object() refuses a malicious object", () => {
  using guest = new FakeGuest(OBJECT);
  guest.memory.grow((1 << 28) / MEMORY_BYTES);
  assertEquals(guest.call("wasm_load_bpf_object", 0, (1 << 28) + 1), 0n);
  assertEquals(guest.problems, ['Cannot open object "guest": E2BIG: argument list too long']);
});
