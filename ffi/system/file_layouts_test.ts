import { assertEquals } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import {
  openHow,
  type PollEntry,
  readDirectoryEntries,
  readPollFds,
  readStatx,
  timespecs,
  utimes,
  writePollFds,
} from "./file_layouts.ts";

/** Prints a struct of the kernel's headers, filled by `statements`. */
async function structFromC(declaration: string, statements: string): Promise<Uint8Array<ArrayBuffer>> {
  const directory = await Deno.makeTempDir();
  try {
    const headers = ["dirent.h", "linux/openat2.h", "poll.h", "stdio.h", "string.h", "sys/stat.h"];
    const source = `#define _GNU_SOURCE\n${headers.map((name) => `#include <${name}>`).join("\n")}
int main(void) { ${declaration}; memset(&s, 0, sizeof(s)); ${statements} return fwrite(&s, sizeof(s), 1, stdout) != 1; }`;
    await Deno.writeTextFile(`${directory}/probe.c`, source);
    const args = ["-Wall", "-Werror", `${directory}/probe.c`, "-o", `${directory}/probe`];
    const compiled = await new Deno.Command(llvmTool("clang"), { args }).output();
    if (!compiled.success) throw new Error(new TextDecoder().decode(compiled.stderr));
    return new Uint8Array((await new Deno.Command(`${directory}/probe`).output()).stdout);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("readStatx() reads a struct statx that C wrote", async () => {
  const bytes = await structFromC(
    "struct statx s",
    `s.stx_nlink = 3; s.stx_mode = 0100644; s.stx_ino = 0x1122334455667788; s.stx_size = 0xfedcba987654321;
     s.stx_atime.tv_sec = -2; s.stx_atime.tv_nsec = 5; s.stx_mtime.tv_sec = 7; s.stx_mtime.tv_nsec = 999999999;
     s.stx_ctime.tv_sec = 9; s.stx_ctime.tv_nsec = 1; s.stx_dev_major = 0x12345; s.stx_dev_minor = 0xabcde;
     s.stx_rdev_major = 8; s.stx_rdev_minor = 0x101; s.stx_uid = 1000; s.stx_gid = 0xfffffffe; s.stx_blksize = 512; s.stx_blocks = 16;`,
  );
  assertEquals(readStatx(bytes), {
    mode: 0o100644,
    user: 1000,
    group: 0xfffffffe,
    ownDevice: 0x10_0801n,
    blockBytes: 512,
    blocks: 16n,
    device: (0x12n << 44n) | (0xabcn << 20n) | 0x3_45den,
    inode: 0x1122334455667788n,
    links: 3,
    sizeBytes: 0xfedcba987654321n,
    accessedNs: -1_999_999_995n,
    modifiedNs: 7_999_999_999n,
    changedNs: 9_000_000_001n,
  });
});

Deno.test("readDirectoryEntries() reads two struct dirent64 that C wrote", async () => {
  const bytes = await structFromC(
    "union { struct dirent64 one; char all[56]; } s",
    `s.one.d_ino = 11; s.one.d_off = 0x7edcba9876543210; s.one.d_reclen = 24; s.one.d_type = DT_DIR; strcpy(s.one.d_name, "..");
     struct dirent64 *two = (struct dirent64 *)(s.all + 24);
     two->d_ino = 12; two->d_off = 2; two->d_reclen = 32; two->d_type = DT_REG; memcpy(two->d_name, "name\\303\\266", 7);`,
  );
  const entries = [...readDirectoryEntries(bytes.subarray(0, 56))];
  assertEquals(entries.map(({ name, ...rest }) => ({ ...rest, name: new TextDecoder().decode(name) })), [
    { inode: 11n, next: 0x7edcba9876543210n, type: 4, name: ".." },
    { inode: 12n, next: 2n, type: 8, name: "nameö" },
  ]);
});

Deno.test("openHow() writes a struct open_how", async () => {
  const bytes = await structFromC(
    "struct open_how s",
    "s.flags = 0x10200000; s.mode = 0600; s.resolve = RESOLVE_BENEATH;",
  );
  assertEquals(new Uint8Array(openHow(0x10200000, 0o600, 8).buffer), bytes);
});

Deno.test("timespecs() and utimes() write struct timespec", async () => {
  const now = await structFromC(
    "struct timespec s[2]",
    "s[0].tv_nsec = UTIME_NOW; s[1].tv_sec = 5; s[1].tv_nsec = 7;",
  );
  assertEquals(new Uint8Array(utimes("now", 5_000_000_007n).buffer), now);
  const keep = await structFromC("struct timespec s[2]", "s[0].tv_sec = 3; s[1].tv_nsec = UTIME_OMIT;");
  assertEquals(new Uint8Array(utimes(3_000_000_000n, "keep").buffer), keep);
  assertEquals(timespecs(5_000_000_007n), BigInt64Array.of(5n, 7n));
});

Deno.test("writePollFds() and readPollFds() match C's struct pollfd", async () => {
  const asked = await structFromC(
    "struct pollfd s[2]",
    "s[0].fd = 3; s[0].events = POLLIN; s[1].fd = 70000; s[1].events = POLLOUT;",
  );
  const entries: PollEntry[] = [{ fd: 3, wanted: 1, came: 0 }, { fd: 70_000, wanted: 4, came: 0 }];
  assertEquals(writePollFds(entries), asked);
  readPollFds(
    await structFromC("struct pollfd s[2]", "s[0].revents = POLLHUP; s[1].revents = POLLOUT | POLLERR;"),
    entries,
  );
  assertEquals(entries.map(({ came }) => came), [16, 12]);
});
