import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { FSTFLAGS, LOOKUP_SYMLINK_FOLLOW, OFLAGS, RIGHTS } from "../../host/wasi/types.ts";
import { RESULT_PTR, ROOT, wasiTest } from "./test_guest.ts";

const NEW = { oflags: OFLAGS.CREAT, rights: 0n, inheriting: 0n };
const READ = { rights: RIGHTS.FD_READ, inheriting: 0n };

wasiTest("path_open() walks dots and doubled slashes inside the directory", (newGuest) => {
  using guest = newGuest();
  Deno.mkdirSync(guest.path("dir/nested"), { recursive: true });
  Deno.writeTextFileSync(guest.path("dir/nested/file"), "here");
  for (const path of ["dir/nested/file", "dir/.//nested/../../dir/nested/../nested///./file"]) {
    assertEquals(guest.read(guest.opened(path, READ)), "here");
  }
  for (const path of ["dir/nested/", "dir/nested///", "dir/nested/."]) guest.opened(path, READ);
  for (const path of ["dir/nested/file/", "dir/nested/file///", "dir/nested/file/.", "dir/nested/file/x"]) {
    assertEquals(guest.open(path, READ), "ENOTDIR", path);
  }
});

/** Attempts to leave the directory: each function must refuse each path with EPERM. */
const OUTSIDE = ["..", "../x", "dir/../../x", "/etc/passwd", "/", "out/x", "absolute", "absolute/passwd", "dir/up"];

wasiTest("no path leads out of the directory", (newGuest) => {
  using guest = newGuest();
  Deno.mkdirSync(guest.path("dir"));
  Deno.writeTextFileSync(guest.path("file"), "");
  Deno.symlinkSync("..", guest.path("out"));
  Deno.symlinkSync("/etc", guest.path("absolute"));
  Deno.symlinkSync("../../x", guest.path("dir/up"));
  for (const path of OUTSIDE) {
    assertEquals(guest.open(path, READ), "EPERM", `path_open("${path}")`);
    assertEquals(guest.open(path, NEW), "EPERM", `path_open("${path}", CREAT)`);
    assertEquals(guest.stat(path), "EPERM", `path_filestat_get("${path}")`);
    const times = guest.call(
      "path_filestat_set_times",
      ROOT,
      LOOKUP_SYMLINK_FOLLOW,
      ...guest.put(path),
      1n,
      1n,
      FSTFLAGS.MTIM,
    );
    assertEquals(times, "EPERM", `path_filestat_set_times("${path}")`);
  }
  for (const path of ["../x", "dir/../../x", "/x", "/", "out/x", "absolute/x", "..//x/", "..", "dir/../../"]) {
    assertEquals(guest.onPath("path_create_directory", path), "EPERM", `path_create_directory("${path}")`);
    assertEquals(guest.onPath("path_remove_directory", path), "EPERM");
    assertEquals(guest.onPath("path_unlink_file", path), "EPERM");
    assertEquals(guest.onPath("path_readlink", path, 8000, 100, RESULT_PTR), "EPERM");
    assertEquals(guest.rename("file", path), "EPERM");
    assertEquals(guest.rename(path, "file"), "EPERM");
    assertEquals(guest.link("file", path), "EPERM");
    assertEquals(guest.link(path, "new"), "EPERM");
    assertEquals(guest.symlink("file", path), "EPERM");
  }
  assertEquals([...Deno.readDirSync(guest.directory)].length, 4, "nothing was made");
});

wasiTest("no descriptor of a subdirectory leads above it", (newGuest) => {
  using guest = newGuest();
  Deno.mkdirSync(guest.path("dir"));
  const fd = guest.opened("dir", { oflags: OFLAGS.DIRECTORY, rights: RIGHTS.PATH_OPEN });
  assertEquals(guest.open("..", { at: fd, rights: 0n }), "EPERM");
  assertEquals(guest.open("../dir", { at: fd, rights: 0n }), "EPERM");
});

wasiTest("magic links are not followed", (newGuest) => {
  using guest = newGuest({ preopens: [{ hostPath: "/proc/self", guestPath: "/", readOnly: false }] });
  for (const path of ["root", "cwd", "exe", "fd/0"]) {
    const errno = guest.open(path, READ);
    assert(errno === "EPERM" || errno === "ELOOP", `${path}: ${errno}`);
    assertEquals(guest.stat(path, { follow: false }), "SUCCESS");
  }
});

wasiTest("a directory exchanged for a link between two lookups leads nowhere", async (newGuest) => {
  using guest = newGuest();
  const outside = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${outside}/victim`, "secret");
  Deno.mkdirSync(guest.path("in"));
  Deno.writeTextFileSync(guest.path("in/victim"), "inside");
  Deno.symlinkSync(outside, guest.path("out"));
  // The shell ends after a whole round, so that no mv writes to the directory afterwards.
  const script = "trap 'ended=1' TERM; while [ ! $ended ]; do mv -T in d; mv -T d in; mv -T out d; mv -T d out; done";
  const racer = new Deno.Command("sh", { args: ["-c", script], cwd: guest.directory, stderr: "null" }).spawn();
  let [opened, refused] = [0, 0];
  try {
    for (const end = Date.now() + 10_000; Date.now() < end && (opened < 200 || refused < 200);) {
      const fd = guest.open("d/victim", READ);
      if (fd === "EPERM") refused++;
      if (typeof fd === "number") {
        opened++;
        assertEquals(guest.read(fd), "inside");
        guest.ok("fd_close", fd);
      }
      guest.onPath("path_create_directory", "d/new");
    }
  } finally {
    racer.kill("SIGTERM");
    await racer.status;
  }
  assertGreaterOrEqual(Math.min(opened, refused), 200, "the race was run");
  assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name), ["victim"], "nothing was made outside");
  Deno.removeSync(outside, { recursive: true });
});

wasiTest("paths that are not UTF-8, have a NUL, are empty or too long are refused", (newGuest) => {
  using guest = newGuest();
  for (const bytes of [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80]]) {
    assertEquals(guest.open(Uint8Array.from(bytes), NEW), "EILSEQ");
    assertEquals(guest.onPath("path_create_directory", Uint8Array.from(bytes)), "EILSEQ");
  }
  assertEquals(guest.open("file\0", NEW), "EILSEQ");
  assertEquals(guest.open("", NEW), "ENOENT");
  assertEquals(guest.stat(""), "ENOENT");
  assertEquals(guest.symlink("", "link"), "ENOENT");
  assertEquals(guest.open("x".repeat(256), NEW), "ENAMETOOLONG");
  assertEquals(guest.open("x/".repeat(2048), NEW), "ENAMETOOLONG");
  assertEquals(guest.open("ünïcödé 文件", { ...NEW, ...READ }), 4);
  assertEquals([...Deno.readDirSync(guest.directory)].map(({ name }) => name), ["ünïcödé 文件"]);
});

wasiTest("path_create_directory() and path_remove_directory() with and without a slash", (newGuest) => {
  using guest = newGuest();
  for (const path of ["dir", "dir/", "dir///"]) {
    assertEquals(guest.onPath("path_create_directory", path), "SUCCESS", path);
    assertEquals(guest.onPath("path_create_directory", path), "EEXIST", path);
    assertEquals(guest.onPath("path_unlink_file", path), "EISDIR", path);
    assertEquals(guest.onPath("path_remove_directory", path), "SUCCESS", path);
    assertEquals(guest.onPath("path_remove_directory", path), "ENOENT", path);
  }
  assertEquals(guest.onPath("path_create_directory", "no/dir"), "ENOENT");
  assertEquals(guest.onPath("path_create_directory", "."), "EEXIST");
  assertEquals(guest.onPath("path_remove_directory", "."), "EINVAL");
  Deno.mkdirSync(guest.path("full/inside"), { recursive: true });
  assertEquals(guest.onPath("path_remove_directory", "full"), "ENOTEMPTY");
  Deno.writeTextFileSync(guest.path("file"), "");
  assertEquals(guest.onPath("path_remove_directory", "file"), "ENOTDIR");
  assertEquals(guest.onPath("path_remove_directory", "file/"), "ENOTDIR");
});

wasiTest("path_unlink_file() refuses a slash after a file", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "");
  assertEquals(guest.onPath("path_unlink_file", "file/"), "ENOTDIR");
  assertEquals(guest.onPath("path_unlink_file", "file"), "SUCCESS");
  assertEquals(guest.onPath("path_unlink_file", "file"), "ENOENT");
  assertEquals(guest.onPath("path_unlink_file", "."), "EISDIR");
});

wasiTest("path_rename() replaces as rename(2) does", (newGuest) => {
  using guest = newGuest();
  const has = (name: string) => guest.stat(name, { follow: false }) === "SUCCESS";
  Deno.mkdirSync(guest.path("source"));
  assertEquals(guest.rename("source", "target"), "SUCCESS");
  assertEquals([has("source"), has("target")], [false, true]);
  Deno.mkdirSync(guest.path("source"));
  assertEquals(guest.rename("source", "target"), "SUCCESS", "over an empty directory");
  Deno.mkdirSync(guest.path("source"));
  Deno.writeTextFileSync(guest.path("target/file"), "");
  assertEquals(guest.rename("source", "target"), "ENOTEMPTY");
  assertEquals(guest.rename("source", "target/file"), "ENOTDIR");
  assertEquals(guest.rename("target", "target/inside"), "EINVAL", "into itself");
  Deno.writeTextFileSync(guest.path("a"), "a");
  Deno.writeTextFileSync(guest.path("b"), "b");
  assertEquals(guest.rename("a", "b"), "SUCCESS");
  assertEquals([has("a"), Deno.readTextFileSync(guest.path("b"))], [false, "a"]);
  assertEquals(guest.rename("b", "source"), "EISDIR");
  assertEquals(guest.rename("b/", "c"), "ENOTDIR");
  assertEquals(guest.rename("b", "c/"), "ENOTDIR");
  assertEquals(guest.rename("none", "c"), "ENOENT");
  for (const [from, to] of [["source/", "x"], ["x", "source/"], ["source/", "y/"], ["y", "source"]] as const) {
    assertEquals(guest.rename(from, to), "SUCCESS", `${from} to ${to}`);
  }
});

wasiTest("path_link() makes hard links, of links too, and follows none", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "text");
  Deno.mkdirSync(guest.path("dir"));
  assertEquals(guest.link("file", "dir/link"), "SUCCESS");
  assertEquals(guest.stat("file"), "SUCCESS");
  const inode = guest.u64(8);
  assertEquals(guest.u64(24), 2n);
  assertEquals(guest.stat("dir/link"), "SUCCESS");
  assertEquals(guest.u64(8), inode);
  for (const to of ["file", "dir", "dir/link"]) assertEquals(guest.link("file", to), "EEXIST", to);
  assertEquals(guest.link("dir", "new"), "EPERM", "a directory");
  assertEquals(guest.link("dir/", "new"), "EPERM", "a directory");
  assertEquals(guest.link(".", "new"), "EPERM", "a directory");
  assertEquals(guest.link("file/", "new"), "ENOTDIR");
  assertEquals(guest.link("file", "new/"), "ENOENT");
  assertEquals(guest.link("none", "new"), "ENOENT");
  assertEquals(guest.symlink("nowhere", "dangling"), "SUCCESS");
  assertEquals(guest.link("dangling", "copy"), "SUCCESS");
  assertEquals(Deno.readLinkSync(guest.path("copy")), "nowhere");
  assertEquals(guest.link("file", "dangling"), "EEXIST");
  assertEquals(guest.link("dangling", "new", LOOKUP_SYMLINK_FOLLOW), "EINVAL");
});

wasiTest("path_link() shows nothing of files outside, also with a slash after a link", (newGuest) => {
  using guest = newGuest();
  Deno.symlinkSync("/etc", guest.path("there"));
  Deno.symlinkSync("/not-there", guest.path("missing"));
  assertEquals(guest.link("there/", "new"), "EPERM");
  assertEquals(guest.link("missing/", "new"), "EPERM");
});

wasiTest("path_symlink() keeps its text, and refuses absolute ones", (newGuest) => {
  using guest = newGuest();
  assertEquals(guest.symlink("../anywhere", "up"), "SUCCESS");
  assertEquals(Deno.readLinkSync(guest.path("up")), "../anywhere");
  assertEquals(guest.symlink("/etc/passwd", "absolute"), "EPERM");
  assertEquals(guest.symlink("x", "new/"), "ENOENT");
  Deno.mkdirSync(guest.path("dir"));
  Deno.writeTextFileSync(guest.path("file"), "");
  for (const path of ["dir", "dir/", "dir/..", "file", "up"]) assertEquals(guest.symlink("x", path), "EEXIST", path);
  assertEquals([guest.symlink("x", "file/"), guest.link("file", "file/")], ["ENOTDIR", "ENOTDIR"]);
});

wasiTest("links: dangling, in a loop, followed and not", (newGuest) => {
  using guest = newGuest();
  guest.symlink("target", "link");
  const links = (options: { follow: boolean; oflags?: number }) => guest.open("link", { ...READ, ...options });
  assertEquals(links({ follow: true }), "ENOENT", "dangling");
  assertEquals(links({ follow: false }), "ELOOP");
  assertEquals(links({ follow: false, oflags: OFLAGS.DIRECTORY }), "ENOTDIR");
  Deno.mkdirSync(guest.path("target"));
  assertEquals(typeof links({ follow: true, oflags: OFLAGS.DIRECTORY }), "number");
  assertEquals(links({ follow: false, oflags: OFLAGS.DIRECTORY }), "ENOTDIR");
  Deno.removeSync(guest.path("target"));
  Deno.writeTextFileSync(guest.path("target"), "text");
  assertEquals(links({ follow: true, oflags: OFLAGS.DIRECTORY }), "ENOTDIR");
  assertEquals(links({ follow: false }), "ELOOP");
  assertEquals(typeof links({ follow: true }), "number");
  assertEquals(guest.open("link", { follow: false, oflags: OFLAGS.CREAT | OFLAGS.EXCL }), "EEXIST");
  guest.symlink("loop", "loop");
  assertEquals(guest.open("loop", READ), "ELOOP");
  assertEquals(guest.stat("loop"), "ELOOP");
  assertEquals(guest.stat("loop", { follow: false }), "SUCCESS");
  assertEquals(guest.u8(16), 7, "a symbolic link");
});

wasiTest("path_filestat_get() and path_filestat_set_times() on a link and on its target", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "text");
  guest.symlink("file", "link");
  const setTime = (follow: boolean, time: bigint) => {
    const lookup = follow ? LOOKUP_SYMLINK_FOLLOW : 0;
    return guest.call("path_filestat_set_times", ROOT, lookup, ...guest.put("link"), 0n, time, FSTFLAGS.MTIM);
  };
  const time = (path: string, follow: boolean) => {
    assertEquals(guest.stat(path, { follow }), "SUCCESS");
    return guest.u64(48);
  };
  assertEquals(setTime(false, 1_000n), "SUCCESS");
  assertEquals(setTime(true, 2_000n), "SUCCESS");
  assertEquals([time("link", false), time("link", true), time("file", false)], [1_000n, 2_000n, 2_000n]);
  assertEquals(guest.stat("file/"), "ENOTDIR");
  assertEquals(guest.stat("."), "SUCCESS");
  assertEquals(guest.u8(16), 3, "a directory");
});

wasiTest("path_readlink() truncates the text, and leaves the rest of the buffer", (newGuest) => {
  using guest = newGuest();
  guest.symlink("target", "link");
  const read = (path: string, size: number) => {
    guest.memory.bytes.fill(0x2d, 8000, 8010);
    const errno = guest.onPath("path_readlink", path, 8000, size, RESULT_PTR);
    return errno === "SUCCESS"
      ? `${guest.size()} ${new TextDecoder().decode(guest.memory.bytes.slice(8000, 8010))}`
      : errno;
  };
  assertEquals(read("link", 10), "6 target----");
  assertEquals(read("link", 4), "4 targ------");
  assertEquals(read("link", 0), "0 ----------");
  assertEquals(read("none", 10), "ENOENT");
  assertEquals(read(".", 10), "EINVAL");
});

wasiTest("paths below a descriptor that is not a directory are refused", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  assertEquals(guest.open("x", { at: fd }), "ENOTDIR");
  assertEquals(guest.open("x", { at: 99 }), "EBADF");
  assertEquals(guest.open("x", { at: -1 }), "EBADF");
});
