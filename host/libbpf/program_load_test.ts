import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { openVersion2 } from "../../tests/doubles/version2.ts";
import { FIELDS } from "./struct_fields.ts";

const { EBADF, EINVAL } = WASI_ERRNO;
const OPTIONS_AT = 0x3000;

Deno.test("instructions get the host's descriptors of the guest's maps", () => {
  const { guest, version2, made } = openVersion2();
  using _guest = guest;
  const { fds } = version2.sources;
  const code = (fd: number) => guest.put(0x800, [0x1118, fd, 0, 0, 0x95, 0]); // r1 = map[fd]; exit
  const license = guest.put(0x500, "GPL");
  const load = (fd: number) => version2.number("bpf_prog_load", 1, 0, license, code(fd), 3, 0);
  assertEquals(load(fds.program ?? 0), -EBADF);
  assertEquals(load(500), -EBADF);
  assertEquals(made, []);
  guest.libbpf.calls.outcomes.set("bpf_prog_load", { value: -22, errno: -22 });
  assertEquals(load(fds.map ?? 0), -EINVAL);
  const bytes = made[0]?.args[3];
  if (!(bytes instanceof Uint8Array)) throw new TypeError("no instructions");
  const hostFd = guest.context.descriptors.find(fds.map ?? 0)?.hostFd;
  assertEquals(new DataView(bytes.buffer).getInt32(4, true), hostFd);
});

Deno.test("bpf_prog_load() refuses indices of fd_array before it, also where only a second half of a load has one", () => {
  const { guest, version2, made } = openVersion2();
  using _guest = guest;
  const license = guest.put(0x500, "GPL");
  const { fields, size } = FIELDS.bpf_prog_load_opts;
  const [fdArray] = fields.fd_array;
  const options = Array.from({ length: size / 4 }, () => 0);
  [options[0], options[fdArray / 4]] = [size, 0x900];
  const load = (...words: number[]) => {
    guest.put(0x900, [version2.sources.fds.map ?? 0, 1000]);
    guest.put(OPTIONS_AT, options);
    return version2.number("bpf_prog_load", 1, 0, license, guest.put(0x800, [...words, 0x95, 0]), 3, OPTIONS_AT);
  };
  assertEquals(load(0x5118, -1, 0, 0), -EINVAL); // r1 = fd_array[-1]
  assertEquals(load(0x18, 0, 0x00012085, 0), -EBADF); // r0 = 0, with a call of fd_array[1] as second half
  assertEquals(made, []);
  guest.libbpf.calls.outcomes.set("bpf_prog_load", { value: -1, errno: -1 });
  assertEquals(load(0x5118, 0, 0, 0), -WASI_ERRNO.EPERM);
  assertEquals(made.length, 1);
});
