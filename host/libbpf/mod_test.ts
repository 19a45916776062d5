/** Tests the imports of module `libbpf` on a fake libbpf. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { GuestError, WASI_ERRNO } from "../../errors/mod.ts";
import { MapType } from "../../ffi/mod.ts";
import { assemble } from "../../scripts/build_wat.ts";
import type { FakeGuest } from "../../tests/doubles/guest.ts";
import { openVersion2 } from "../../tests/doubles/version2.ts";
import { PROGRAMS } from "./kinds.ts";

const { EINVAL, EBADF, EFAULT, E2BIG, ENOTSUP, ENOENT } = WASI_ERRNO;
const STRUCT_AT = 0x3000;

/** Puts a struct of options: its size, then numbers of 32 bits. @returns its address. */
function putOptions(guest: FakeGuest, sizeBytes: number, ...fields: number[]): number {
  return guest.put(STRUCT_AT, [sizeBytes, 0, ...fields]);
}

Deno.test("a handle is refused when it is NULL, of another kind, or of a closed object", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  for (const handle of [0, -1, handles["bpf_object"] ?? 0, 1000]) {
    assertEquals(version2.number("bpf_map__key_size", handle), -EINVAL);
  }
  assertEquals(made, []);
  assertEquals(version2.number("bpf_map__key_size", handles["bpf_map"] ?? 0), 0);
  version2.number("bpf_object__close", handles["bpf_object"] ?? 0);
  made.length = 0;
  for (const [name, kind] of [["bpf_map__fd", "bpf_map"], ["bpf_program__name", "bpf_program"]] as const) {
    assertEquals(version2.number(name, handles[kind] ?? 0, 0, 0), -EINVAL);
  }
  assertEquals(made, []);
});

Deno.test("descriptors of an object's parts end with the object, and a stale number is refused", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const fd = version2.number("bpf_map__fd", handles["bpf_map"] ?? 0);
  assertEquals(version2.number("bpf_map__fd", handles["bpf_map"] ?? 0), fd);
  assertEquals(guest.context.descriptors.find(fd)?.kind, "map");
  assertEquals(version2.number("bpf_map_freeze", fd), 0);
  version2.number("bpf_object__close", handles["bpf_object"] ?? 0);
  assertEquals(guest.context.descriptors.find(fd), undefined);
  assertEquals(version2.number("bpf_map_freeze", fd), -EBADF);
});

Deno.test("wasm_close_bpf_object() ends the handles, descriptors and links of version 2", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const fd = version2.number("bpf_map__fd", handles["bpf_map"] ?? 0);
  assertEquals(guest.imports["wasm_close_bpf_object"]?.(BigInt(handles["bpf_object"] ?? 0)), 0);
  made.length = 0;
  assertEquals(version2.number("bpf_program__set_flags", handles["bpf_program"] ?? 0, 1), -EINVAL);
  assertEquals(version2.number("bpf_link__detach", handles["bpf_link"] ?? 0), -EINVAL);
  assertEquals([version2.number("bpf_map_freeze", fd), made], [-EBADF, []]);
});

Deno.test("bpf_map__fd() gives another number after the guest closed the first", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const fd = version2.number("bpf_map__fd", handles["bpf_map"] ?? 0);
  guest.context.descriptors.remove(fd)?.[Symbol.dispose]();
  const taken = guest.context.descriptors.find(fd);
  assertEquals([taken, version2.number("bpf_map__fd", handles["bpf_map"] ?? 0)], [undefined, fd]);
  assertEquals(guest.context.descriptors.find(fd)?.kind, "map");
});

Deno.test("a descriptor that the guest moved ends with its object, too", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const { descriptors } = guest.context;
  const fd = version2.number("bpf_map__fd", handles["bpf_map"] ?? 0);
  const moved = descriptors.remove(fd);
  if (moved === undefined) throw new TypeError("no entry");
  descriptors.set(50, moved);
  assertEquals(version2.number("bpf_map__fd", handles["bpf_map"] ?? 0), 50);
  assertEquals(version2.number("bpf_map_freeze", 50), 0);
  version2.number("bpf_object__close", handles["bpf_object"] ?? 0);
  assertEquals([descriptors.find(50), version2.number("bpf_map_freeze", 50)], [undefined, -EBADF]);
});

Deno.test("the next part after the last is 0, and a part that is not found an errno", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const { outcomes } = guest.libbpf.calls;
  outcomes.set("bpf_object__next_map", { value: undefined, errno: -22 });
  outcomes.set("bpf_object__find_map_by_name", { value: undefined, errno: -2 });
  assertEquals(version2.number("bpf_object__next_map", handles["bpf_object"] ?? 0, 0), 0);
  const name = guest.put(0x500, "x");
  assertEquals(version2.number("bpf_object__find_map_by_name", handles["bpf_object"] ?? 0, name), -ENOENT);
});

Deno.test("libbpf's own error numbers reach the guest as they are", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  guest.libbpf.calls.outcomes.set("bpf_map__set_numa_node", { value: -4007, errno: -4007 });
  assertEquals(version2.number("bpf_map__set_numa_node", handles["bpf_map"] ?? 0, 0), -4007);
});

Deno.test("a string is cut to the guest's buffer, with a NUL, and its full length returned", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const map = handles["bpf_map"] ?? 0;
  guest.put(0x600, [-1, -1]);
  assertEquals(version2.number("bpf_map__name", map, 0x600, 3), 4);
  assertEquals([...new Uint8Array(guest.memory.buffer, 0x600, 4)], [0x74, 0x65, 0, 0xff]);
  assertEquals(version2.number("bpf_map__name", map, 0, 0), 4);
  assertEquals(version2.number("bpf_map__name", map, 65534, 5), -EFAULT);
  guest.libbpf.calls.outcomes.set("bpf_map__pin_path", { value: undefined, errno: 0 });
  assertEquals(version2.number("bpf_map__pin_path", map, 0x600, 8), -ENOENT);
});

Deno.test("structs of options are read by their size", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const attach = (options: number) =>
    version2.number(
      "bpf_program__attach_kprobe_opts",
      handles["bpf_program"] ?? 0,
      guest.put(0x500, "vfs_read"),
      options,
    );
  assertEquals(attach(putOptions(guest, 7)), -EINVAL);
  assertEquals(attach(putOptions(guest, 5000)), -E2BIG);
  assertEquals(attach(65530), -EFAULT);
  // 8 bytes after the fields that the host knows.
  assertEquals(attach(putOptions(guest, 40, 0, 0, 0, 0, 0, 0, 1, 0)), -E2BIG);
  assertEquals(made, []);
  assertMatch(`${attach(putOptions(guest, 40, 0, 0, 0, 0, 0, 0, 0, 0))}`, /^\d+$/);
  assertMatch(`${attach(putOptions(guest, 24, 5, 0, 7, 0, 99))}`, /^\d+$/);
  const options = made.at(-1)?.args[2];
  if (typeof options !== "object" || options === null || !("bytes" in options)) throw new TypeError("no struct");
  // The field beyond the guest's size is zero.
  assertEquals([...new Uint32Array(options.bytes.buffer)], [24, 0, 5, 0, 7, 0, 0, 0]);
});

Deno.test("lists in structs have 64-bit elements for both widths", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  guest.put(0x900, [guest.put(0x500, "vfs_read"), 0, guest.put(0x540, "vfs_write"), 0]);
  const attach = (count: number) => {
    const options = putOptions(guest, 48, 0x900, 0, 0, 0, 0, 0, count, 0, 0, 0);
    return version2.number("bpf_program__attach_kprobe_multi_opts", handles["bpf_program"] ?? 0, 0, options);
  };
  assertEquals(attach(2) > 0, true);
  assertEquals(made.length, 1);
  assertEquals(attach(0x20000000), -E2BIG);
  guest.put(0x908, [0x10000, 0]);
  assertEquals(attach(2), -EFAULT);
  // Beyond 32 bits there is no memory.
  guest.put(0x908, [0x500, 1]);
  assertEquals(attach(2), -EFAULT);
});

Deno.test("a field that is not offered must be zero", () => {
  const { guest, version2 } = openVersion2();
  using _guest = guest;
  const name = guest.put(0x500, "m");
  const options = putOptions(guest, 56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);
  assertEquals(version2.number("bpf_map_create", MapType.ARRAY, name, 4, 4, 1, options), -ENOTSUP);
});

Deno.test("a descriptor in a struct is translated, and refused when it is of another kind", () => {
  const { guest, version2, made } = openVersion2();
  using _guest = guest;
  const name = guest.put(0x500, "m");
  const { fds } = version2.sources;
  const create = (fd: number) =>
    version2.number("bpf_map_create", MapType.ARRAY, name, 4, 4, 1, putOptions(guest, 32, 0, 0, 0, 0, fd));
  assertEquals(create(fds.program ?? 0), -EBADF);
  assertEquals(create(77), -EBADF);
  assertEquals(made, []);
});

Deno.test("names that libbpf would put into files of tracefs are checked", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const program = handles["bpf_program"] ?? 0;
  for (const name of ["a\nb", "a b", "", "../x"]) {
    assertEquals(version2.number("bpf_program__attach_kprobe", program, 0, guest.put(0x500, name)), -EINVAL);
  }
  const [good, bad] = [guest.put(0x500, "sched"), guest.put(0x540, "..")];
  assertEquals(version2.number("bpf_program__attach_tracepoint", program, good, bad), -EINVAL);
  assertEquals(
    version2.number("bpf_program__attach_kprobe_multi_opts", program, guest.put(0x500, "*****"), 0),
    -EINVAL,
  );
  assertEquals(made, []);
});

Deno.test("the definition of an inner map has only its properties, and ends when its object is loaded", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const inner = version2.number("bpf_map__inner_map", handles["bpf_map"] ?? 0);
  assertEquals(version2.number("bpf_map__value_size", inner), 0);
  assertEquals(version2.number("bpf_map__fd", inner), -EINVAL);
  assertEquals(version2.number("bpf_map__set_max_entries", inner, 1), -EINVAL);
  assertEquals(version2.number("bpf_object__load", handles["bpf_object"] ?? 0), 0);
  assertEquals(version2.number("bpf_map__value_size", inner), -EINVAL);
});

Deno.test("links count against the allowance until they are destroyed, and end with the guest", () => {
  const { guest, version2, made, handles } = openVersion2({ maxLinks: 2 });
  const program = handles["bpf_program"] ?? 0;
  const second = version2.number("bpf_program__attach_lsm", program);
  assertEquals(version2.number("bpf_program__attach_lsm", program), -WASI_ERRNO.EMFILE);
  assertEquals(version2.number("bpf_link__destroy", second), 0);
  assertEquals(version2.number("bpf_link__destroy", second), -EINVAL);
  assertEquals(version2.number("bpf_link__destroy", 0), 0);
  version2.number("bpf_program__attach_lsm", program);
  made.length = 0;
  guest[Symbol.dispose]();
  assertEquals(made.map(({ name }) => name), ["bpf_link__destroy", "bpf_link__destroy"]);
});

Deno.test("a disconnected link outlives its handle, and ends with the guest", () => {
  const { guest, version2, made, handles } = openVersion2();
  const link = handles["bpf_link"] ?? 0;
  version2.number("bpf_link__disconnect", link);
  assertEquals(version2.number("bpf_link__destroy", link), 0);
  assertEquals(made, []);
  guest[Symbol.dispose]();
  assertEquals(made.map(({ name }) => name), ["bpf_link__destroy"]);
});

Deno.test("a failed attachment is reported, and a failed probe is not", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  const { outcomes } = guest.libbpf.calls;
  outcomes.set("bpf_program__attach_raw_tracepoint", { value: undefined, errno: -22 });
  outcomes.set("bpf_raw_tracepoint_open", { value: -2, errno: -2 });
  const name = guest.put(0x500, "none");
  const program = handles["bpf_program"] ?? 0;
  assertEquals(version2.number("bpf_program__attach_raw_tracepoint", program, name), -EINVAL);
  assertEquals(version2.number("bpf_raw_tracepoint_open", name, version2.sources.fds.program ?? 0), -ENOENT);
  assertEquals(guest.problems, ['Cannot attach program "program" to raw_tracepoint none: EINVAL: invalid argument']);
});

Deno.test("messages go to the guest's function, in parts that fit its buffer", () => {
  const module = `(module (import "e" "m" (memory 1)) (table (export "t") funcref (elem $print))
    (func $print (param i32 i32)
      (i32.store (i32.const 0x700) (local.get 0))
      (i32.store (i32.const 0x704) (i32.add (i32.load (i32.const 0x704)) (i32.const 1)))))`;
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 2 });
  const { guest, version2, handles } = openVersion2({ table });
  using _guest = guest;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble(module)), { e: { m: guest.memory } });
  const { t } = instance.exports;
  if (!(t instanceof WebAssembly.Table)) throw new TypeError("no table");
  table.set(1, t.get(0));
  const { calls } = guest.libbpf;
  assertEquals(version2.number("libbpf_set_print", 1, 0x710, 1), -EINVAL);
  assertEquals(version2.number("libbpf_set_print", 7, 0x710, 16), -EINVAL);
  assertEquals(version2.number("libbpf_set_print", 1, 0x710, 5), 0);
  assertEquals(calls.logLevel, 2);
  calls.messages.push({ level: 2, text: "abcdefghij" });
  version2.number("bpf_map__type", handles["bpf_map"] ?? 0);
  assertEquals([guest.peek(0x700), guest.peek(0x704)], [2, 3]);
  assertEquals([...new Uint8Array(guest.memory.buffer, 0x710, 3)], [0x69, 0x6a, 0]);
  assertEquals(version2.number("libbpf_set_print", 0, 0, 0), 0);
  calls.messages.push({ level: 0, text: "unseen" });
  version2.number("bpf_map__type", handles["bpf_map"] ?? 0);
  assertEquals(guest.peek(0x704), 3);
});

Deno.test("a function for messages whose types do not fit is a trap of the guest", () => {
  const module = `(module (table (export "t") funcref (elem $print $print)) (func $print (param i64 i64)))`;
  const { t } = new WebAssembly.Instance(new WebAssembly.Module(assemble(module))).exports;
  if (!(t instanceof WebAssembly.Table)) throw new TypeError("no table");
  const { guest, version2, handles } = openVersion2({ table: t });
  using _guest = guest;
  assertEquals(version2.number("libbpf_set_print", 1, 0x710, 16), 0);
  guest.libbpf.calls.messages.push({ level: 0, text: "text" });
  assertThrows(
    () => version2.number("bpf_map__type", handles["bpf_map"] ?? 0),
    GuestError,
    "the function for messages of libbpf has types that do not fit",
  );
});

Deno.test("a handle of a program does not keep its object alive", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  assertEquals(PROGRAMS.of(guest.context.handles).values().length, 1);
  version2.number("bpf_object__close", handles["bpf_object"] ?? 0);
  assertEquals(PROGRAMS.of(guest.context.handles).values().length, 0);
  assertEquals(guest.libbpf.openObjects, 0);
});

Deno.test("the array of a query has the size that the kernel gets", () => {
  const { guest, version2, made } = openVersion2({ directory: "/" });
  using _guest = guest;
  const at = guest.put(0x700, [3]);
  assertEquals(version2.number("bpf_prog_query", 3, 1, 0, 0, 0x710, at), 0);
  const [ids, count] = [made[0]?.args[4], made[0]?.args[5]];
  if (!(ids instanceof Uint8Array) || !(count instanceof Uint8Array)) throw new TypeError("no bytes");
  assertEquals([ids.length, ...count], [12, 3, 0, 0, 0]);
  guest.put(0x700, [0x40000000]);
  assertEquals(version2.number("bpf_prog_query", 3, 1, 0, 0, 0x710, at), -EFAULT);
});

Deno.test("bpf_map__reuse_fd() refuses a map that is in the kernel, whose descriptor it would change", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const reuse = () => version2.number("bpf_map__reuse_fd", handles["bpf_map"] ?? 0, version2.sources.fds.map ?? 0);
  assertEquals(reuse(), -WASI_ERRNO.EBUSY);
  assertEquals(made.map(({ name }) => name), ["bpf_map__fd"]);
  guest.libbpf.calls.outcomes.set("bpf_map__fd", { value: -1, errno: -1 });
  assertEquals(reuse(), 0);
});

Deno.test("bpf_link__update_map() refuses links that are not of struct_ops", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const map = handles["bpf_map"] ?? 0;
  const other = version2.number("bpf_program__attach_lsm", handles["bpf_program"] ?? 0);
  made.length = 0;
  assertEquals(version2.number("bpf_link__update_map", other, map), -EINVAL);
  assertEquals(made, []);
  assertEquals(version2.number("bpf_link__update_map", handles["bpf_link"] ?? 0, map), 0);
});

Deno.test("bpf_map__fd() is -1 for a map that loading skips, for which libbpf has an empty file", () => {
  const { guest, version2, handles } = openVersion2();
  using _guest = guest;
  guest.libbpf.calls.outcomes.set("bpf_map__autocreate", { value: false, errno: 0 });
  assertEquals(version2.number("bpf_map__fd", handles["bpf_map"] ?? 0), -1);
});

Deno.test("a list of strings that are all the same one has a limit", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const text = guest.put(0x4000, "x".repeat(0x4000));
  const list = guest.put(0x9000, Array.from({ length: 4096 }, (_, index) => index % 2 === 0 ? text : 0));
  // struct bpf_kprobe_multi_opts: syms, addrs, cookies, cnt.
  const options = (count: number) => putOptions(guest, 48, list, 0, 0, 0, 0, 0, count, 0, 0, 0);
  const attach = (count: number) =>
    version2.number("bpf_program__attach_kprobe_multi_opts", handles["bpf_program"] ?? 0, 0, options(count));
  assertEquals(attach(2048), -E2BIG);
  assertEquals(made, []);
  assertMatch(`${attach(1)}`, /^\d+$/);
});
