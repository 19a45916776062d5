/** The functions of module `wasm_bpf_sys` on files, called like a hostile guest. */

import { assertEquals } from "@std/assert";
import { LOOKUP_SYMLINK_FOLLOW, OFLAGS } from "../../host/wasi/types.ts";
import { RESULT_PTR, ROOT, wasiTest } from "./test_guest.ts";

const STAT_BYTES = 144;
/** The offset of `st_mode`. */
const MODE = 24;
const READ = 4;
const WRITE = 2;

function modeOf(path: string): number {
  return (Deno.lstatSync(path).mode ?? 0) & 0o7777;
}

wasiTest("path_stat() and path_access() stay in the directory", (newGuest) => {
  using guest = newGuest();
  Deno.symlinkSync("/etc/passwd", guest.path("out"));
  for (const path of ["../x", "/etc/passwd", "/", "out"]) {
    const put = guest.put(path);
    assertEquals(guest.linux("path_stat", ROOT, LOOKUP_SYMLINK_FOLLOW, ...put, RESULT_PTR), "EPERM", path);
    assertEquals(guest.linux("path_access", ROOT, ...put, 0), "EPERM", path);
  }
  assertEquals(guest.linux("path_stat", ROOT, 0, ...guest.put("out"), RESULT_PTR), "SUCCESS");
  assertEquals(guest.u32(MODE), 0o120777);
});

wasiTest("fd_stat() and path_stat() write nothing outside the memory", (newGuest) => {
  using guest = newGuest();
  const end = guest.memory.bytes.length;
  for (const at of [end - STAT_BYTES + 1, end, -1]) {
    assertEquals(guest.linux("fd_stat", ROOT, at), "EFAULT");
    assertEquals(guest.linux("path_stat", ROOT, 0, ...guest.put("."), at), "EFAULT");
    assertEquals(guest.linux("path_access", ROOT, at, STAT_BYTES, 0), "EFAULT");
  }
  assertEquals(guest.memory.bytes.subarray(end - STAT_BYTES).some((byte) => byte !== 0), false);
  assertEquals(guest.linux("fd_stat", ROOT, end - STAT_BYTES), "SUCCESS");
  assertEquals(guest.linux("fd_stat", 99, RESULT_PTR), "EBADF");
});

wasiTest("path_access() refuses to write in a read-only directory", (newGuest) => {
  using guest = newGuest({ readOnly: true });
  Deno.writeTextFileSync(guest.path("file"), "");
  const put = guest.put("file");
  assertEquals(guest.linux("path_access", ROOT, ...put, WRITE), "EROFS");
  assertEquals(guest.linux("path_access", ROOT, ...put, READ), "SUCCESS");
});

wasiTest("new_file_mode() is for one file", (newGuest) => {
  using guest = newGuest();
  const old = Deno.umask(0);
  try {
    assertEquals(guest.linux("new_file_mode", 0o104600), "SUCCESS");
    guest.opened("private", { oflags: OFLAGS.CREAT });
    guest.opened("public", { oflags: OFLAGS.CREAT });
    assertEquals(guest.linux("new_file_mode", 0o700), "SUCCESS");
    assertEquals(guest.onPath("path_create_directory", "directory"), "SUCCESS");
    assertEquals(guest.onPath("path_create_directory", "other"), "SUCCESS");
  } finally {
    Deno.umask(old);
  }
  const modes = ["private", "public", "directory", "other"].map((name) => modeOf(guest.path(name)));
  assertEquals(modes, [0o600, 0o666, 0o700, 0o777]);
});
