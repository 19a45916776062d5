import { assertEquals, assertNotEquals } from "@std/assert";
import { FDFLAGS, FSTFLAGS, OFLAGS, RIGHTS, WHENCE } from "../../host/wasi/types.ts";
import { guestPtr, WASM_PAGE_BYTES } from "../../host/core/memory.ts";
import { growMemory } from "../doubles/memory.ts";
import { RESULT_PTR, ROOT, TestGuest, wasiTest } from "./test_guest.ts";

const NEW = { oflags: OFLAGS.CREAT };

wasiTest("fd_write() and fd_read() move the position, and gather and scatter", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  assertEquals(guest.write(fd, "one", "", "two", "three"), 11);
  assertEquals(Deno.readTextFileSync(guest.path("file")), "onetwothree");
  assertEquals(guest.seek(fd, 0n, WHENCE.CUR), 11n);
  assertEquals(guest.seek(fd, 3n, WHENCE.SET), 3n);
  const errno = guest.call("fd_read", fd, ...guest.putIovecs([8000, 3], [8100, 0], [8200, 100]), RESULT_PTR);
  assertEquals([errno, guest.size()], ["SUCCESS", 8]);
  const text = new TextDecoder();
  assertEquals(text.decode(guest.memory.bytes.slice(8000, 8003)), "two");
  assertEquals(text.decode(guest.memory.bytes.slice(8200, 8205)), "three");
  assertEquals(guest.read(fd), "");
});

wasiTest("fd_write() of nothing writes nothing", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  assertEquals(guest.write(fd), 0);
  assertEquals(guest.write(fd, ""), 0);
});

wasiTest("fd_seek() and fd_tell() count from the start, the position and the end", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  guest.write(fd, "0123456789");
  assertEquals(guest.seek(fd, -4n, WHENCE.CUR), 6n);
  assertEquals(guest.seek(fd, -2n, WHENCE.END), 8n);
  guest.ok("fd_tell", fd, RESULT_PTR);
  assertEquals(guest.u64(), 8n);
  assertEquals(guest.seek(fd, 1000n, WHENCE.CUR), 1008n, "beyond the end");
  assertEquals(guest.seek(fd, -2000n, WHENCE.CUR), "EINVAL", "before the start");
  assertEquals(guest.seek(fd, 0n, 3), "EINVAL", "no such whence");
  assertEquals(guest.seek(fd, 0n, WHENCE.CUR), 1008n, "failures do not move");
});

wasiTest("fd_pread() and fd_pwrite() leave the position", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  assertEquals(guest.writeAt(fd, 0n, "01", "23"), 4);
  assertEquals(guest.writeAt(fd, 2n, "xy"), 2);
  assertEquals(guest.seek(fd, 0n, WHENCE.CUR), 0n);
  assertEquals(guest.read(fd, 100, 1n), "1xy");
  assertEquals(guest.read(fd, 100, 4n), "", "the end");
  assertEquals(guest.read(fd, 100, 1n << 63n), "!EINVAL");
  assertEquals(guest.writeAt(fd, 0xffff_ffff_ffff_ffffn, "x"), "EINVAL");
  assertEquals(guest.read(fd), "01xy", "the position was left");
});

wasiTest("fd_fdstat_set_flags() switches APPEND", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { ...NEW, fdflags: FDFLAGS.APPEND });
  assertEquals(guest.fdstat(fd).flags, FDFLAGS.APPEND);
  guest.write(fd, "aaaa");
  guest.seek(fd, 0n, WHENCE.SET);
  guest.write(fd, "bb");
  assertEquals(Deno.readTextFileSync(guest.path("file")), "aaaabb");
  guest.ok("fd_fdstat_set_flags", fd, 0);
  assertEquals(guest.fdstat(fd).flags, 0);
  guest.seek(fd, 0n, WHENCE.SET);
  guest.write(fd, "cc");
  assertEquals(Deno.readTextFileSync(guest.path("file")), "ccaabb");
  guest.ok("fd_fdstat_set_flags", fd, FDFLAGS.APPEND | FDFLAGS.NONBLOCK);
  assertEquals(guest.fdstat(fd).flags, FDFLAGS.APPEND | FDFLAGS.NONBLOCK);
  assertEquals(guest.call("fd_fdstat_set_flags", fd, FDFLAGS.SYNC), "EINVAL", "not on an open file");
  assertEquals(guest.call("fd_fdstat_set_flags", fd, 32), "EINVAL", "no such flag");
});

wasiTest("path_open() keeps the SYNC flags and fd_fdstat_set_flags() takes them back", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { ...NEW, fdflags: FDFLAGS.SYNC | FDFLAGS.APPEND });
  const { flags } = guest.fdstat(fd);
  assertEquals(flags & (FDFLAGS.SYNC | FDFLAGS.APPEND), FDFLAGS.SYNC | FDFLAGS.APPEND);
  guest.ok("fd_fdstat_set_flags", fd, flags & ~FDFLAGS.APPEND);
  assertEquals(guest.fdstat(fd).flags, flags & ~FDFLAGS.APPEND);
  const data = guest.opened("file", { fdflags: FDFLAGS.DSYNC });
  assertEquals(guest.fdstat(data).flags, FDFLAGS.DSYNC);
});

wasiTest("path_open() creates, refuses to create twice, and truncates", (newGuest) => {
  using guest = newGuest();
  assertEquals(guest.open("file"), "ENOENT");
  guest.write(guest.opened("file", { oflags: OFLAGS.CREAT | OFLAGS.EXCL }), "content");
  assertEquals(guest.open("file", { oflags: OFLAGS.CREAT | OFLAGS.EXCL }), "EEXIST");
  assertEquals(guest.read(guest.opened("file", NEW)), "content");
  assertEquals(guest.read(guest.opened("file", { oflags: OFLAGS.TRUNC })), "");
  assertEquals(guest.open("file", { oflags: OFLAGS.DIRECTORY, rights: RIGHTS.FD_READ }), "ENOTDIR");
  assertEquals(guest.open("file", { oflags: 64 }), "EINVAL", "no such flag");
  assertEquals(guest.open("file", { fdflags: 64 }), "EINVAL", "no such flag");
  assertEquals(guest.open("new", { oflags: OFLAGS.CREAT | OFLAGS.DIRECTORY }), "EINVAL");
});

wasiTest("path_open() gives the lowest free descriptor, and at most 1,024", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "");
  const [a, b, c] = [guest.opened("file"), guest.opened("file"), guest.opened("file")];
  assertEquals([a, b, c], [4, 5, 6]);
  guest.ok("fd_close", b);
  assertEquals(guest.opened("file"), b);
  for (let fd = 7; fd < 1024; fd++) assertEquals(guest.opened("file", { rights: RIGHTS.FD_READ }), fd);
  assertEquals(guest.open("file"), "EMFILE");
  guest.ok("fd_close", 500);
  assertEquals(guest.open("file"), 500);
});

wasiTest("fd_filestat_set_size() and fd_allocate() change the size", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  const size = () => {
    guest.ok("fd_filestat_get", fd, RESULT_PTR);
    return guest.u64(32);
  };
  guest.ok("fd_filestat_set_size", fd, 100n);
  assertEquals(size(), 100n);
  guest.ok("fd_allocate", fd, 10n, 10n);
  assertEquals(size(), 100n, "allocating inside keeps the size");
  guest.ok("fd_allocate", fd, 90n, 20n);
  assertEquals(size(), 110n, "allocating beyond the end grows");
  guest.ok("fd_filestat_set_size", fd, 5n);
  assertEquals(size(), 5n);
  assertEquals(guest.call("fd_filestat_set_size", fd, -1n), "EINVAL");
  assertEquals(guest.call("fd_allocate", fd, 0n, 0n), "EINVAL");
});

wasiTest("fd_advise() takes the six advices and changes nothing", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  guest.write(fd, "text");
  for (let advice = 0; advice < 6; advice++) guest.ok("fd_advise", fd, 0n, 4n, advice);
  assertEquals(guest.call("fd_advise", fd, 0n, 4n, 6), "EINVAL");
  assertEquals(guest.call("fd_advise", fd, 1n << 63n, 4n, 0), "EINVAL");
  assertEquals(guest.call("fd_advise", ROOT, 0n, 0n, 0), "EBADF");
  assertEquals(Deno.readTextFileSync(guest.path("file")), "text");
});

wasiTest("fd_sync() and fd_datasync() succeed on files and directories", (newGuest) => {
  using guest = newGuest();
  for (const fd of [guest.opened("file", NEW), ROOT]) {
    guest.ok("fd_sync", fd);
    guest.ok("fd_datasync", fd);
  }
});

wasiTest("fd_filestat_get() and path_filestat_get() return the same", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  guest.write(fd, "12345");
  guest.ok("fd_filestat_get", fd, RESULT_PTR);
  const opened = guest.memory.bytes.slice(RESULT_PTR, RESULT_PTR + 64);
  assertEquals(guest.stat("file"), "SUCCESS");
  assertEquals(guest.memory.bytes.slice(RESULT_PTR, RESULT_PTR + 64), opened);
  const host = Deno.statSync(guest.path("file"));
  assertEquals(guest.u64(8), BigInt(host.ino ?? 0));
  assertEquals(guest.u8(16), 4, "a regular file");
  assertEquals([guest.u64(24), guest.u64(32)], [1n, 5n], "links, size");
  assertEquals(guest.u64(48) / 1_000_000n, BigInt(host.mtime?.getTime() ?? 0));
  assertNotEquals(guest.u64(0), 0n, "device");
});

wasiTest("fd_filestat_set_times() sets only the times that its flags name", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  const times = () => {
    guest.ok("fd_filestat_get", fd, RESULT_PTR);
    return [guest.u64(40), guest.u64(48)];
  };
  guest.ok("fd_filestat_set_times", fd, 1_000_000_123n, 2_000_000_456n, FSTFLAGS.ATIM | FSTFLAGS.MTIM);
  assertEquals(times(), [1_000_000_123n, 2_000_000_456n]);
  guest.ok("fd_filestat_set_times", fd, 7n, 8n, FSTFLAGS.MTIM);
  assertEquals(times(), [1_000_000_123n, 8n]);
  guest.ok("fd_filestat_set_times", fd, 0n, 0n, 0);
  assertEquals(times(), [1_000_000_123n, 8n], "no flag, no change");
  const before = BigInt(Date.now()) * 1_000_000n - 1_000_000_000n;
  guest.ok("fd_filestat_set_times", fd, 0n, 0n, FSTFLAGS.ATIM_NOW);
  assertEquals([(times()[0] ?? 0n) > before, times()[1]], [true, 8n]);
  for (const flags of [FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW, FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW, 16]) {
    assertEquals(guest.call("fd_filestat_set_times", fd, 1n, 1n, flags), "EINVAL");
  }
  assertEquals(times()[1], 8n);
});

wasiTest("a file that is unlinked while open stays usable", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", NEW);
  assertEquals(guest.onPath("path_unlink_file", "file"), "SUCCESS");
  assertEquals(guest.write(fd, "still"), 5);
  assertEquals(guest.read(fd, 10, 0n), "still");
  guest.ok("fd_filestat_get", fd, RESULT_PTR);
  assertEquals(guest.u64(24), 0n, "no link is left");
  assertEquals(typeof guest.open("file", NEW), "number", "the name is free again");
});

wasiTest("fd_write() to a full device is ENOSPC", (newGuest) => {
  using guest = newGuest({ preopens: [{ hostPath: "/dev", guestPath: "/", readOnly: false }] });
  const fd = guest.opened("full", { rights: RIGHTS.FD_WRITE });
  assertEquals(guest.write(fd, "text"), "ENOSPC");
  assertEquals(guest.write(fd, "a", "b"), "ENOSPC");
});

Deno.test("reads, writes and paths work above 4 GiB, and with sizes above 4 GiB (wasm64)", () => {
  using guest = new TestGuest({ addressBits: 64 });
  const pages = 2 ** 32 / WASM_PAGE_BYTES + 1;
  growMemory(guest.wasm, { pages, addressBits: 64 });
  const high = 2 ** 32 + 8000;
  const put = (at: number, text: string) => guest.memory.bytes.set(new TextEncoder().encode(text), at);
  put(high, "file");
  const rights = RIGHTS.FD_READ | RIGHTS.FD_WRITE | RIGHTS.FD_SEEK;
  guest.ok("path_open", ROOT, 0, high, 4, OFLAGS.CREAT, rights, 0n, 0, high + 8);
  const fd = guest.memory.data.getUint32(high + 8, true);
  put(high + 100, "text above 4 GiB");
  const iovecs = guest.putIovecs([high + 100, 5], [high + 105, 11]);
  guest.ok("fd_pwrite", fd, ...iovecs, 0n, high + 16);
  assertEquals<number>(guest.memory.readPointer(high + 16), 16);
  assertEquals(Deno.readTextFileSync(guest.path("file")), "text above 4 GiB");
  guest.ok("fd_read", fd, ...guest.putIovecs([high + 200, 4], [300, 2]), RESULT_PTR);
  guest.ok("fd_read", fd, ...guest.putIovecs([high + 204, 65_536]), RESULT_PTR + 8);
  assertEquals([guest.size(), guest.size(1)], [6, 10]);
  assertEquals(guest.memory.readString(guestPtr(BigInt(high + 200), 64), 14), "textbove 4 GiB");
  // The kernel writes at most this many bytes in one call.
  const most = 0x7fff_f000;
  using nothing = new TestGuest({ preopens: [{ hostPath: "/dev", guestPath: "/", readOnly: false }], addressBits: 64 });
  growMemory(nothing.wasm, { pages, addressBits: 64 });
  const sink = nothing.opened("null", { rights: RIGHTS.FD_WRITE });
  for (const ranges of [[[0, 2 ** 32]], [[0, 1], [1, 2 ** 32]]] as const) {
    nothing.ok("fd_write", sink, ...nothing.putIovecs(...ranges), RESULT_PTR);
    assertEquals(nothing.size(), most);
  }
});
