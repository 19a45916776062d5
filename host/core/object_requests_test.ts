import { assertEquals, assertThrows } from "@std/assert";
import { compileArena, compileSmall } from "../../object/testdata/hostile.ts";
import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { FakeLibbpf } from "../../tests/doubles/libbpf.ts";
import { FakeSystem } from "../../tests/doubles/system.ts";
import { openCheckedObject } from "./object_requests.ts";

const onPin = () => {};
const onUses = () => {};

function pinned(...names: string[]): Uint8Array<ArrayBuffer> {
  const maps = names.map((name) =>
    `struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u64);
      __uint(pinning, 1); } ${name} SEC(".maps");`
  );
  return compileSmall(maps.join("\n"));
}

/** An object with a pinned map whose name `name` need not be a C identifier. */
function pinnedAs(name: string): Uint8Array<ArrayBuffer> {
  const stand = "Q".repeat(name.length);
  const object = pinned(stand);
  const [from, to] = [stand, name].map((text) => new TextEncoder().encode(text));
  for (let at = object.indexOf(0x51); at >= 0; at = object.indexOf(0x51, at + 1)) {
    if (from?.every((byte, i) => object[at + i] === byte)) object.set(to ?? [], at);
  }
  return object;
}

function refusal(object: Uint8Array<ArrayBuffer>, pinPath?: string): string {
  using libbpf = new FakeLibbpf();
  using system = new FakeSystem();
  const load = () => openCheckedObject({ libbpf, system, onPin, onUses }, object, { objectName: "x", pinPath });
  const { message } = assertThrows(load, BpfError);
  assertEquals([libbpf.openObjects, ...libbpf.openDescriptors, ...system.openDescriptors], [0]);
  return message;
}

Deno.test("openCheckedObject() refuses to pin maps without a directory", () => {
  assertEquals(
    refusal(pinned("counts", "other")),
    'Cannot open object "x": EPERM: it pins map "counts" (hint: --pin DIR gives it a directory)',
  );
});

Deno.test("openCheckedObject() refuses a kernel configuration that libbpf would read beyond its end", () => {
  const open = (kconfig: string) => {
    using libbpf = new FakeLibbpf();
    using system = new FakeSystem();
    const { message } = assertThrows(
      () =>
        openCheckedObject({ libbpf, system, onPin, onUses }, compileSmall("int x;"), { objectName: "x" }, { kconfig }),
      BpfError,
    );
    return message;
  };
  const refused = 'Cannot open object "x": EINVAL: line 2 of its kernel configuration';
  assertEquals(open('CONFIG_A="a"\nCONFIG_B="\nCONFIG_C=y\n'), `${refused} has no end of its text`);
  assertEquals(open('CONFIG_A=y\nCONFIG_B="'), `${refused} has no end of its text`);
  assertEquals(open(`#\n#${"x".repeat(4000)}CONFIG_B=y`), `${refused} is longer than 4000 bytes`);
});

Deno.test("openCheckedObject() pins only by plain names", () => {
  for (const name of ["../counts", "a/b", "/", ".", "..", "secpin_dir_aaaa/../../../../tmp/secpin_made/xx"]) {
    assertEquals(
      refusal(pinnedAs(name), "/sys/fs/bpf/x"),
      `Cannot open object "x": EPERM: it pins map "${name}" in "/sys/fs/bpf/x": its name is not a plain file name`,
    );
  }
});

Deno.test("openCheckedObject() follows no symbolic link to a pinned map", () => {
  assertEquals(
    refusal(pinned("link"), "/sys/fs/bpf/x"),
    'Cannot open object "x": EPERM: it pins map "link" in "/sys/fs/bpf/x": a symbolic link is there',
  );
});

Deno.test("openCheckedObject() returns the directory for pinned maps, which must stay open until the object is loaded", () => {
  using libbpf = new FakeLibbpf();
  using system = new FakeSystem();
  const grants = { objectName: "x", pinPath: "/sys/fs/bpf/x" };
  const { object, pinDirectory } = openCheckedObject({ libbpf, system, onPin, onUses }, pinned("counts"), grants);
  assertEquals(libbpf.pinRootPaths, [`/proc/self/fd/${pinDirectory}`]);
  assertEquals([...system.openDescriptors], [pinDirectory]);
  object[Symbol.dispose]();
  system.closeDescriptor(pinDirectory ?? -1);
});

Deno.test("openCheckedObject() calls onPin before it opens the directory for pinned maps", () => {
  using libbpf = new FakeLibbpf();
  using system = new FakeSystem();
  const asked: string[] = [];
  const onPin = (map: string, directory: string) => {
    asked.push(`${map} in ${directory}`);
    if (map === "second") throw new BpfError({ operation: "open", kind: "object" }, LINUX_ERRNO.EPERM);
  };
  const grants = { objectName: "x", pinPath: "/nowhere" };
  const object = pinned("first", "second", "third");
  const { code } = assertThrows(() => openCheckedObject({ libbpf, system, onPin, onUses }, object, grants), BpfError);
  assertEquals([code, asked, libbpf.openObjects], ["EPERM", ["first in /nowhere", "second in /nowhere"], 0]);
});

Deno.test("openCheckedObject() allows an arena to choose its address if libbpf does not overwrite existing memory", () => {
  const object = compileArena("0x100000000000ull", 0, false);
  using system = new FakeSystem();
  using patched = new FakeLibbpf();
  using _object = openCheckedObject({ libbpf: patched, system, onPin, onUses }, object, { objectName: "x" }).object;
  using other = new FakeLibbpf({}, { isPatched: false });
  assertEquals(
    assertThrows(
      () => openCheckedObject({ libbpf: other, system, onPin, onUses }, object, { objectName: "x" }),
      BpfError,
    )
      .message,
    'Cannot open object "x": EOPNOTSUPP: arena "arena" needs a fixed address, ' +
      "where fake would overwrite existing memory",
  );
});
