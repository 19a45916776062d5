import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { MAX_OBJECT_BYTES } from "../core/allowances.ts";
import { FakeGuest } from "../../tests/doubles/guest.ts";
import { Version2Guest } from "../../tests/doubles/version2.ts";

const OBJECT = { programs: [{ name: "program", sectionName: "lsm/file_open", type: 29 }], maps: [{ name: "hash" }] };

Deno.test("bpf_program__set_log_buf() gives libbpf a buffer of the host, and the guest its content after load", () => {
  using guest = new FakeGuest(OBJECT);
  const version2 = new Version2Guest(guest);
  const { made } = guest.libbpf.calls;
  const program = version2.sources.handles["bpf_program"] ?? 0;
  const set = (at: number, size: number) => version2.number("bpf_program__set_log_buf", program, at, size);
  assertEquals(set(0, 8), -WASI_ERRNO.EINVAL);
  assertEquals(set(0x700, 0), -WASI_ERRNO.EINVAL);
  assertEquals(set(65530, 8), -WASI_ERRNO.EFAULT);
  assertEquals(set(0x700, 4), 0);
  const buffer = made.at(-1)?.args[1];
  if (!(buffer instanceof Uint8Array)) throw new TypeError("no buffer");
  buffer.set([1, 2, 3, 0]);
  assertEquals(guest.peek(0x700), 0);
  version2.number("bpf_object__load", version2.sources.handles["bpf_object"] ?? 0);
  assertEquals(guest.peek(0x700), 0x030201);
});

Deno.test("bpf_program__set_log_buf() counts only the last buffer of a program", () => {
  using guest = new FakeGuest(OBJECT);
  const version2 = new Version2Guest(guest);
  const program = version2.sources.handles["bpf_program"] ?? 0;
  for (let i = 0; i < MAX_OBJECT_BYTES / 32768 + 10; i++) {
    if (version2.number("bpf_program__set_log_buf", program, 0x700, 32768) !== 0) throw new Error(`refused after ${i}`);
  }
});
