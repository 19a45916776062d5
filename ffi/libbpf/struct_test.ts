import { assert, assertEquals, assertThrows } from "@std/assert";
import { Struct } from "./struct.ts";

Deno.test("Struct fills in sz, numbers and strings", () => {
  const uprobe = new Struct("bpf_uprobe_opts").u64("bpf_cookie", 2 ** 40).u8("retprobe", 1).string("func_name", "main");
  const view = new DataView(uprobe.bytes.buffer);
  assertEquals([view.getBigUint64(0, true), view.getBigUint64(16, true), view.getUint8(24)], [40n, 1n << 40n, 1]);
  const name = Deno.UnsafePointer.create(view.getBigUint64(32, true));
  assert(name !== null);
  assertEquals(Deno.UnsafePointerView.getCString(name), "main");
  assertEquals(new Struct("bpf_uprobe_opts").string("func_name", undefined).bytes.subarray(32), new Uint8Array(8));

  const place = new Struct("sockaddr_ll").u16("sll_family", 17).u16("sll_protocol", 3, { littleEndian: false });
  assertEquals([...place.bytes.subarray(0, 4)], [17, 0, 0, 3]);
  assertEquals([...new Struct("bpf_netfilter_opts").i32("priority", -1).bytes.subarray(16, 20)], [255, 255, 255, 255]);
});

Deno.test("Struct refuses a string with a NUL inside", () => {
  assertThrows(() => new Struct("bpf_uprobe_opts").string("func_name", "a\0b"), TypeError);
});
