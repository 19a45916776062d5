import { assertEquals, assertMatch } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { openVersion2 } from "../../tests/doubles/version2.ts";

Deno.test("pins are plain names in the directory of the guest", () => {
  const { guest, version2, made } = openVersion2({ grants: { pinPath: "/sys/fs/bpf/x" } });
  using _guest = guest;
  const pin = (path: string) =>
    version2.number("bpf_map__pin", version2.sources.handles["bpf_map"] ?? 0, guest.put(0x500, path));
  for (
    const path of [
      "/sys/fs/bpf/x",
      "/sys/fs/bpf/x/",
      "/sys/fs/bpf/x/..",
      "/sys/fs/bpf/x/a/b",
      "/sys/fs/bpf/xy",
      "a",
      "",
    ]
  ) {
    assertEquals(pin(path), -WASI_ERRNO.EPERM, path);
  }
  // The fake system has a symbolic link of this name.
  assertEquals(pin("/sys/fs/bpf/x/link"), -WASI_ERRNO.EPERM);
  assertEquals(made, []);
  assertEquals(pin("/sys/fs/bpf/x/map"), 0);
  const path = made[0]?.args[1];
  assertMatch(path instanceof Uint8Array ? new TextDecoder().decode(path) : "", /^\/proc\/self\/fd\/\d+\/map\0$/);
});

Deno.test("bpf_object__pin_programs() needs a directory, and bpf_object__pin_maps() does not", () => {
  const { guest, version2, made, handles } = openVersion2();
  using _guest = guest;
  const object = handles["bpf_object"] ?? 0;
  for (const name of ["pin", "unpin", "pin_programs", "unpin_programs"]) {
    assertEquals(version2.number(`bpf_object__${name}`, object, 0), -WASI_ERRNO.EINVAL, name);
  }
  assertEquals(made, []);
  for (const name of ["pin_maps", "unpin_maps"]) assertEquals(version2.number(`bpf_object__${name}`, object, 0), 0);
});
