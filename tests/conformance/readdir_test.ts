import { assertEquals } from "@std/assert";
import { OFLAGS } from "../../host/wasi/types.ts";
import { RESULT_PTR, ROOT, type TestGuest, wasiTest } from "./test_guest.ts";

const BUFFER = 16_384;

interface Entry {
  next: bigint;
  inode: bigint;
  type: number;
  name: string;
}

/** One `fd_readdir`. @returns the complete entries in the buffer, and true at the directory's end. */
function readDirectory(guest: TestGuest, size: number, cookie = 0n, fd = ROOT): { entries: Entry[]; atEnd: boolean } {
  guest.ok("fd_readdir", fd, BUFFER, size, cookie, RESULT_PTR);
  const used = guest.size();
  const { data, bytes } = guest.memory;
  const entries: Entry[] = [];
  for (let at = BUFFER; at + 24 <= BUFFER + used;) {
    const nameSize = data.getUint32(at + 16, true);
    if (at + 24 + nameSize > BUFFER + used) break;
    entries.push({
      next: data.getBigUint64(at, true),
      inode: data.getBigUint64(at + 8, true),
      type: data.getUint8(at + 20),
      name: new TextDecoder().decode(bytes.slice(at + 24, at + 24 + nameSize)),
    });
    at += 24 + nameSize;
  }
  return { entries, atEnd: used < size };
}

/** Reads a directory as a guest's libc does: again from the last whole entry's cookie, until a buffer is not filled. */
function readAll(guest: TestGuest, size: number): Entry[] {
  const all: Entry[] = [];
  for (let cookie = 0n;;) {
    const { entries, atEnd } = readDirectory(guest, size, cookie);
    all.push(...entries);
    cookie = entries.at(-1)?.next ?? cookie;
    if (atEnd) return all;
  }
}

wasiTest("fd_readdir() of an empty directory gives itself and its parent", (newGuest) => {
  using guest = newGuest();
  const { entries, atEnd } = readDirectory(guest, 4096);
  assertEquals(entries.map(({ name, type }) => `${name} ${type}`).sort(), [". 3", ".. 3"]);
  assertEquals(atEnd, true);
  guest.ok("fd_filestat_get", ROOT, RESULT_PTR);
  assertEquals(entries.find(({ name }) => name === ".")?.inode, guest.u64(8));
});

wasiTest("fd_readdir() returns the types and inode numbers of path_filestat_get()", (newGuest) => {
  using guest = newGuest();
  Deno.mkdirSync(guest.path("dir"));
  Deno.writeTextFileSync(guest.path("file"), "");
  Deno.symlinkSync("file", guest.path("link"));
  new Deno.Command("mkfifo", { args: [guest.path("pipe")] }).outputSync();
  const { entries } = readDirectory(guest, 4096);
  const types = new Map(entries.map(({ name, type }) => [name, type]));
  assertEquals(["dir", "file", "link", "pipe"].map((name) => types.get(name)), [3, 4, 7, 0]);
  for (const { name, inode } of entries.filter(({ name }) => name !== "..")) {
    assertEquals(guest.stat(name, { follow: false }), "SUCCESS");
    assertEquals(inode, guest.u64(8), name);
  }
});

wasiTest("fd_readdir() gives 1,000 names once, through buffers of any size", (newGuest) => {
  using guest = newGuest();
  const names = Array.from({ length: 1000 }, (_, index) => `file.${index}`);
  for (const name of names) Deno.writeTextFileSync(guest.path(name), "");
  const expected = [".", "..", ...names].sort();
  for (const size of [34, 100, 256, 4096, 65_536]) {
    assertEquals(readAll(guest, size).map(({ name }) => name).sort(), expected, `${size} bytes`);
  }
});

wasiTest("fd_readdir() continues from any entry's cookie, also after names were removed", (newGuest) => {
  using guest = newGuest();
  for (let index = 0; index < 50; index++) Deno.writeTextFileSync(guest.path(`file${index}`), "");
  const all = readAll(guest, 4096);
  for (const [index, { next }] of all.entries()) {
    const rest = readDirectory(guest, 8192, next).entries;
    assertEquals(rest.map(({ name }) => name), all.slice(index + 1).map(({ name }) => name));
  }
  const middle = all[24]?.next ?? 0n;
  const gone = all.slice(0, 25).filter(({ name }) => name.startsWith("file"));
  for (const { name } of gone) assertEquals(guest.onPath("path_unlink_file", name), "SUCCESS");
  assertEquals(readDirectory(guest, 8192, middle).entries.length, all.length - 25);
});

wasiTest("fd_readdir() from cookie 0 returns files that were created meanwhile", (newGuest) => {
  using guest = newGuest();
  assertEquals(readDirectory(guest, 4096).entries.length, 2);
  Deno.writeTextFileSync(guest.path("file"), "");
  assertEquals(readDirectory(guest, 4096).entries.length, 3);
});

wasiTest("fd_readdir() fills the buffer, cutting the last entry, and fills none of size 0", (newGuest) => {
  using guest = newGuest();
  for (const size of [1, 24, 25, 40]) {
    guest.ok("fd_readdir", ROOT, BUFFER, size, 0n, RESULT_PTR);
    assertEquals(guest.size(), size);
  }
  guest.ok("fd_readdir", ROOT, BUFFER, 0, 0n, RESULT_PTR);
  assertEquals(guest.size(), 0);
  guest.memory.bytes.fill(0xee, BUFFER, BUFFER + 50);
  guest.ok("fd_readdir", ROOT, BUFFER, 30, 0n, RESULT_PTR);
  assertEquals(guest.memory.bytes[BUFFER + 30], 0xee, "nothing behind the buffer is touched");
});

wasiTest("fd_readdir() refuses files, and cookies that it did not return", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  assertEquals(guest.call("fd_readdir", fd, BUFFER, 100, 0n, RESULT_PTR), "ENOTDIR");
  assertEquals(guest.call("fd_readdir", 99, BUFFER, 100, 0n, RESULT_PTR), "EBADF");
  assertEquals(guest.call("fd_readdir", ROOT, BUFFER, 100, -1n, RESULT_PTR), "EINVAL");
});
