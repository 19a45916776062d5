import { assertEquals, assertThrows } from "@std/assert";
import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { Files } from "../../ffi/system/files.ts";
import { openSystem } from "../../ffi/mod.ts";
import { contains, openPreopen, parsePreopen } from "./preopens.ts";

Deno.test("parsePreopen() takes HOST, HOST::GUEST, and :ro after them", () => {
  assertEquals(parsePreopen("/data"), { hostPath: "/data", guestPath: "/data", readOnly: false });
  assertEquals(parsePreopen("a:b::/c"), { hostPath: "a:b", guestPath: "/c", readOnly: false });
  assertEquals(parsePreopen(".:ro"), { hostPath: ".", guestPath: ".", readOnly: true });
  assertEquals(parsePreopen("/data::/:ro"), { hostPath: "/data", guestPath: "/", readOnly: true });
});

Deno.test("parsePreopen() refuses empty paths", () => {
  for (const text of ["", "::", "::/x", "/x::", ":ro"]) {
    assertThrows(() => parsePreopen(text), RangeError, `Cannot give directory "${text}"`);
  }
});

Deno.test("contains() compares as a guest's libc does", () => {
  const guestPath = (path: string) => ({ hostPath: "/", guestPath: path, readOnly: false });
  const under = (directory: string, ...paths: string[]) => paths.map((path) => contains(guestPath(directory), path));
  assertEquals(under("/etc", "/etc", "/etc/", "/etc/a", "etc/a", "./etc/a", "//etc/a"), Array(6).fill(true));
  assertEquals(under("/etc", "/", "/et", "/etc2", "/a/etc", "../etc/a", ""), Array(6).fill(false));
  assertEquals(under("etc/a/", "/etc/a", "etc/a/b", "/etc", "/etc/ab"), [true, true, false, false]);
  for (const root of ["/", ".", "./", "./."]) assertEquals(under(root, "/etc", "a", "."), [true, true, true]);
  assertEquals(under(".hidden", ".hidden/a", "hidden/a"), [true, false]);
});

Deno.test("openPreopen() names the directory that cannot be opened, with the reason", () => {
  using system = openSystem();
  const files = new Files(system.calls);
  const give = (hostPath: string) => () => openPreopen(files, { hostPath, guestPath: "/", readOnly: false });
  assertThrows(give("/not/there"), BpfError, 'Cannot give the guest directory "/not/there": ENOENT');
  assertThrows(give("/etc/passwd/x"), BpfError, "ENOTDIR");
});

Deno.test("openPreopen() refuses a kernel that cannot hold a guest inside", () => {
  class FilesBefore56 extends Files {
    override openBeneath(): number {
      return -LINUX_ERRNO.ENOSYS;
    }
  }
  using system = openSystem();
  const files = new FilesBefore56(system.calls);
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = open();
  assertThrows(() => openPreopen(files, { hostPath: "/tmp", guestPath: "/", readOnly: false }), BpfError, "Linux 5.6");
  assertEquals(open(), before);
});
