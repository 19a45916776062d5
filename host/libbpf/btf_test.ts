import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { FakeGuest } from "../../tests/doubles/guest.ts";
import { LIBBPF_FUNCTIONS } from "../../tests/doubles/libbpf_functions.ts";

const NAME_AT = 16;
const BUFFER_AT = 1024;

/** Calls `btf__load_module_btf(name, buffer, size)` . */
function loadModuleBtf(guest: FakeGuest, name: string, size = 0): unknown {
  const bytes = new Uint8Array(guest.memory.buffer);
  bytes.set(new TextEncoder().encode(`${name}\0`), NAME_AT);
  return LIBBPF_FUNCTIONS["btf__load_module_btf"]?.(guest.context, [])(NAME_AT, BUFFER_AT, size);
}

Deno.test("btf__load_module_btf() reads only files in the directory of the kernel's BTF", () => {
  using guest = new FakeGuest();
  for (const name of ["", ".", "..", "../notes", "../../../etc/passwd", "/etc/passwd", "vmlinux/", "absent"]) {
    assertEquals(loadModuleBtf(guest, name), -WASI_ERRNO.ENOENT, name);
  }
});

Deno.test("btf__load_module_btf() copies as much as fits, and returns the whole size", async () => {
  using guest = new FakeGuest();
  const size = (await Deno.stat("/sys/kernel/btf/vmlinux")).size;
  assertEquals(loadModuleBtf(guest, "vmlinux"), size);
  assertEquals(loadModuleBtf(guest, "vmlinux", 4), size);
  // The number that BTF begins with, its version, and nothing after the four bytes.
  assertEquals([...new Uint8Array(guest.memory.buffer, BUFFER_AT, 5)], [0x9f, 0xeb, 1, 0, 0]);
  assertEquals(loadModuleBtf(guest, "vmlinux", 65536), -WASI_ERRNO.EFAULT);
});
