import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { openVersion2 } from "../../tests/doubles/version2.ts";

const OBJECT = {
  programs: [{ name: "program", sectionName: "lsm/file_open", type: 29 }],
  maps: [{ name: ".bss", valueSize: 4, initialValue: new Uint8Array(4) }],
};

Deno.test("bpf_map__set_value_size() resizes variables only with this project's libbpf", () => {
  const resultWith = (options: { isPatched: boolean }) => {
    const { guest, version2, handles } = openVersion2(options, OBJECT);
    using _guest = guest;
    return version2.number("bpf_map__set_value_size", handles["bpf_map"] ?? 0, 8);
  };
  assertEquals(resultWith({ isPatched: true }), 0);
  assertEquals(resultWith({ isPatched: false }), -WASI_ERRNO.ENOTSUP);
});
