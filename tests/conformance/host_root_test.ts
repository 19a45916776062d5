import { assertEquals } from "@std/assert";
import { OFLAGS, RIGHTS } from "../../host/wasi/types.ts";
import { TestGuest } from "./test_guest.ts";

const READ = { rights: RIGHTS.FD_READ, inheriting: 0n };

/** A guest that was given only this directory of the host. */
function guestWith(hostPath: string): TestGuest {
  return new TestGuest({ preopens: [{ hostPath, guestPath: hostPath, readOnly: true }] });
}

Deno.test("a guest with the host's root follows absolute links", () => {
  using guest = guestWith("/");
  Deno.writeTextFileSync(guest.path("file"), "here");
  Deno.symlinkSync(guest.path("file"), guest.path("link"));
  const link = guest.path("link").slice(1);
  assertEquals(guest.read(guest.opened(link, READ)), "here");
  assertEquals(guest.read(guest.opened(`../..${guest.path("file")}`, READ)), "here");
  assertEquals(guest.open(guest.path("link"), READ), "EPERM", "a path for path_open is relative");
  assertEquals(guest.open(link, { ...READ, rights: RIGHTS.FD_WRITE }), "EROFS");
  assertEquals(guest.open("proc/self/cwd", { ...READ, oflags: OFLAGS.DIRECTORY }), "ELOOP", "a magic link");
});

Deno.test("path_filestat_get gives the device and inode of a namespace, which a guest cannot open", () => {
  const own = Deno.statSync("/proc/self/ns/pid");
  for (const [directory, path] of [["/", "proc/self/ns/pid"], ["/proc", "self/ns/pid"]] as const) {
    using guest = guestWith(directory);
    assertEquals(guest.stat(path), "SUCCESS");
    assertEquals([guest.u64(0), guest.u64(8)], [BigInt(own.dev), BigInt(own.ino ?? 0)]);
    assertEquals(guest.open(path, READ), "ELOOP");
    assertEquals(guest.stat(path.replace("ns/pid", "cwd")), "ELOOP");
  }
});
