import { assertEquals } from "@std/assert";
import { ALL_RIGHTS, FDFLAGS, FILETYPE, FSTFLAGS, OFLAGS, RIGHTS, WHENCE } from "../../host/wasi/types.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { openFile, RESULT_PTR, ROOT, wasiTest } from "./test_guest.ts";

const NEW = { oflags: OFLAGS.CREAT };

wasiTest("fd_fdstat_get() returns the rights that path_open() gave", (newGuest) => {
  using guest = newGuest();
  const rights = RIGHTS.FD_READ | RIGHTS.FD_SEEK | RIGHTS.PATH_OPEN | RIGHTS.FD_READDIR;
  const file = guest.fdstat(guest.opened("file", { ...NEW, rights, inheriting: RIGHTS.FD_READ }));
  assertEquals(file.filetype, FILETYPE.REGULAR_FILE);
  assertEquals(file.rights, RIGHTS.FD_READ | RIGHTS.FD_SEEK, "those of directories mean nothing on a file");
  assertEquals(file.inheriting, RIGHTS.FD_READ);
  const directory = guest.fdstat(guest.opened(".", { oflags: OFLAGS.DIRECTORY, rights }));
  assertEquals(directory.filetype, FILETYPE.DIRECTORY);
  assertEquals(directory.rights, RIGHTS.PATH_OPEN | RIGHTS.FD_READDIR, "those of files mean nothing on a directory");
  assertEquals(guest.opened(".", { rights: 0n, inheriting: 0n }) > ROOT, true, "no rights are enough to open");
});

wasiTest("path_open() of a directory for writing is EISDIR", (newGuest) => {
  using guest = newGuest();
  const rights = RIGHTS.FD_READ | RIGHTS.FD_WRITE;
  assertEquals(guest.open(".", { oflags: OFLAGS.DIRECTORY, rights }), "EISDIR");
  assertEquals(guest.open(".", { rights }), "EISDIR");
});

wasiTest("a descriptor needs a right for each operation", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "text");
  const reader = guest.opened("file", { rights: RIGHTS.FD_READ });
  assertEquals(guest.write(reader, "x"), "EBADF");
  assertEquals(guest.read(reader), "text");
  assertEquals(guest.read(reader, 9, 0n), "!ENOTCAPABLE", "pread needs the right to seek");
  assertEquals(guest.seek(reader, 0n, WHENCE.SET), "ENOTCAPABLE");
  assertEquals(guest.call("fd_tell", reader, RESULT_PTR), "ENOTCAPABLE");
  const others: [string, ...(number | bigint)[]][] = [
    ["fd_sync"],
    ["fd_datasync"],
    ["fd_advise", 0n, 0n, 0],
    ["fd_allocate", 0n, 1n],
    ["fd_fdstat_set_flags", 0],
    ["fd_filestat_get", RESULT_PTR],
    ["fd_filestat_set_size", 0n],
    ["fd_filestat_set_times", 0n, 0n, 0],
  ];
  for (const [name, ...rest] of others) {
    assertEquals(guest.call(name, reader, ...rest), "ENOTCAPABLE", name);
  }
  const writer = guest.opened("file", { rights: RIGHTS.FD_WRITE });
  assertEquals(guest.read(writer), "!EBADF");
  assertEquals(guest.write(writer, "T"), 1);
  const teller = guest.opened("file", { rights: RIGHTS.FD_READ | RIGHTS.FD_TELL });
  assertEquals(guest.seek(teller, 0n, WHENCE.CUR), 0n, "reading the position needs no right to move");
  assertEquals(guest.seek(teller, 1n, WHENCE.CUR), "ENOTCAPABLE");
});

wasiTest("fd_fdstat_set_rights() only removes rights", (newGuest) => {
  using guest = newGuest();
  const rights = RIGHTS.FD_READ | RIGHTS.FD_WRITE | RIGHTS.FD_SEEK;
  const fd = guest.opened("file", { ...NEW, rights, inheriting: 0n });
  guest.ok("fd_fdstat_set_rights", fd, RIGHTS.FD_SEEK, 0n);
  assertEquals(guest.fdstat(fd).rights, RIGHTS.FD_SEEK);
  assertEquals([guest.write(fd, "x"), guest.read(fd)], ["EBADF", "!EBADF"]);
  assertEquals(guest.call("fd_fdstat_set_rights", fd, rights, 0n), "ENOTCAPABLE");
  assertEquals(guest.call("fd_fdstat_set_rights", fd, RIGHTS.FD_SEEK, 1n), "ENOTCAPABLE");
  assertEquals(guest.call("fd_fdstat_set_rights", fd, -1n, 0n), "ENOTCAPABLE");
});

wasiTest("rights are inherited: an opened file has no more rights than its directory allows", (newGuest) => {
  using guest = newGuest();
  Deno.mkdirSync(guest.path("dir"));
  Deno.writeTextFileSync(guest.path("dir/file"), "text");
  const at = guest.opened("dir", {
    oflags: OFLAGS.DIRECTORY,
    rights: RIGHTS.PATH_OPEN,
    inheriting: RIGHTS.FD_READ | RIGHTS.PATH_OPEN,
  });
  const read = { at, rights: RIGHTS.FD_READ, inheriting: 0n };
  assertEquals(guest.read(guest.opened("file", read)), "text");
  assertEquals(guest.open("file", { ...read, rights: RIGHTS.FD_READ | RIGHTS.FD_WRITE }), "ENOTCAPABLE");
  assertEquals(guest.open("file", { ...read, inheriting: RIGHTS.FD_WRITE }), "ENOTCAPABLE");
  assertEquals(guest.open("new", { ...read, oflags: OFLAGS.CREAT }), "ENOTCAPABLE");
  assertEquals(guest.open("file", { ...read, oflags: OFLAGS.TRUNC }), "ENOTCAPABLE");
});

wasiTest("each path function requires its right", (newGuest) => {
  using guest = newGuest();
  Deno.writeTextFileSync(guest.path("file"), "");
  const at = guest.opened(".", { oflags: OFLAGS.DIRECTORY, rights: 0n, inheriting: 0n });
  const file = guest.put("file");
  const calls: [string, ...(number | bigint)[]][] = [
    ["path_create_directory", at, ...file],
    ["path_filestat_get", at, 0, ...file, RESULT_PTR],
    ["path_filestat_set_times", at, 0, ...file, 0n, 0n, FSTFLAGS.MTIM],
    ["path_link", at, 0, ...file, ROOT, ...file],
    ["path_link", ROOT, 0, ...file, at, ...file],
    ["path_open", at, 0, ...file, 0, 0n, 0n, 0, RESULT_PTR],
    ["path_readlink", at, ...file, 8000, 10, RESULT_PTR],
    ["path_remove_directory", at, ...file],
    ["path_rename", at, ...file, ROOT, ...file],
    ["path_rename", ROOT, ...file, at, ...file],
    ["path_symlink", ...file, at, ...file],
    ["path_unlink_file", at, ...file],
    ["fd_readdir", at, 8000, 100, 0n, RESULT_PTR],
  ];
  for (const [name, ...args] of calls) assertEquals(guest.call(name, ...args), "ENOTCAPABLE", name);
});

wasiTest("a directory can be neither read, written nor seeked", (newGuest) => {
  using guest = newGuest();
  assertEquals([guest.read(ROOT), guest.write(ROOT, "x")], ["!EBADF", "EBADF"]);
  assertEquals([guest.read(ROOT, 9, 0n), guest.writeAt(ROOT, 0n, "x")], ["!EBADF", "EBADF"]);
  for (const whence of [WHENCE.SET, WHENCE.CUR, WHENCE.END]) assertEquals(guest.seek(ROOT, 0n, whence), "EBADF");
  assertEquals(guest.call("fd_tell", ROOT, RESULT_PTR), "EBADF");
  assertEquals(guest.call("fd_allocate", ROOT, 0n, 1n), "ENOTCAPABLE");
  assertEquals(guest.call("fd_filestat_set_size", ROOT, 0n), "ENOTCAPABLE");
});

wasiTest("a read-only directory is like a read-only mount", (newGuest) => {
  using guest = newGuest({ readOnly: true });
  Deno.mkdirSync(guest.path("dir"));
  Deno.writeTextFileSync(guest.path("file"), "text");
  const read = { rights: RIGHTS.FD_READ | RIGHTS.FD_FILESTAT_SET_TIMES, inheriting: 0n };
  const fd = guest.opened("file", read);
  assertEquals(guest.read(fd), "text");
  assertEquals(typeof guest.open("file", { rights: ALL_RIGHTS & ~RIGHTS.FD_WRITE }), "number", "as Go opens to read");
  assertEquals(guest.open("file", { rights: RIGHTS.FD_WRITE }), "EROFS");
  assertEquals(guest.open("file", { ...read, oflags: OFLAGS.TRUNC }), "EROFS");
  assertEquals(guest.open("new", { ...read, oflags: OFLAGS.CREAT }), "EROFS");
  assertEquals(guest.call("fd_filestat_set_times", fd, 0n, 0n, FSTFLAGS.MTIM), "EROFS");
  assertEquals(guest.call("fd_filestat_set_times", ROOT, 0n, 0n, FSTFLAGS.MTIM), "EROFS");
  assertEquals(guest.onPath("path_create_directory", "new"), "EROFS");
  assertEquals(guest.onPath("path_remove_directory", "dir"), "EROFS");
  assertEquals(guest.onPath("path_unlink_file", "file"), "EROFS");
  assertEquals([guest.rename("file", "new"), guest.link("file", "new"), guest.symlink("file", "new")], [
    "EROFS",
    "EROFS",
    "EROFS",
  ]);
  const at = guest.opened("dir", { oflags: OFLAGS.DIRECTORY, rights: RIGHTS.PATH_OPEN | RIGHTS.PATH_CREATE_FILE });
  assertEquals(guest.open("new", { ...read, at, oflags: OFLAGS.CREAT }), "EROFS", "below it as well");
  assertEquals(Deno.readTextFileSync(guest.path("file")), "text");
});

wasiTest("fd_renumber() moves a descriptor over another", (newGuest) => {
  using guest = newGuest();
  const a = guest.opened("a", NEW);
  const b = guest.opened("b", NEW);
  guest.write(a, "text of a");
  guest.ok("fd_renumber", a, b);
  assertEquals(guest.call("fd_close", a), "EBADF");
  assertEquals(guest.read(b, 100, 0n), "text of a");
  assertEquals(guest.call("fd_renumber", b, a), "EBADF", "the replaced descriptor must be open");
  assertEquals(guest.call("fd_renumber", a, b), "EBADF");
  guest.ok("fd_renumber", b, b);
  assertEquals(guest.read(b, 100, 0n), "text of a");
  assertEquals(guest.opened("c", NEW), a, "the number is free");
});

wasiTest("a given directory can be closed and renumbered over", (newGuest) => {
  using guest = newGuest();
  const copy = guest.opened(".", { oflags: OFLAGS.DIRECTORY, rights: RIGHTS.PATH_OPEN | RIGHTS.FD_FILESTAT_GET });
  guest.ok("fd_prestat_get", ROOT, RESULT_PTR);
  guest.ok("fd_renumber", copy, ROOT);
  assertEquals(guest.call("fd_prestat_get", ROOT, RESULT_PTR), "EBADF", "it is no longer a given directory");
  guest.ok("fd_filestat_get", ROOT, RESULT_PTR);
  guest.ok("fd_close", ROOT);
  assertEquals(guest.call("fd_fdstat_get", ROOT, RESULT_PTR), "EBADF");
});

wasiTest("fd_prestat_dir_name() returns the guest's name of a directory", (newGuest) => {
  using guest = newGuest({ preopens: [{ hostPath: "/tmp", guestPath: "/dätä", readOnly: false }] });
  guest.ok("fd_prestat_get", ROOT, RESULT_PTR);
  assertEquals([guest.u8(), guest.size(1)], [0, 7]);
  assertEquals(guest.call("fd_prestat_dir_name", ROOT, 8000, 6), "ENAMETOOLONG");
  guest.ok("fd_prestat_dir_name", ROOT, 8000, 9);
  assertEquals(new TextDecoder().decode(guest.memory.bytes.slice(8000, 8007)), "/dätä");
  for (const fd of [0, 4, -1]) {
    assertEquals(guest.call("fd_prestat_get", fd, RESULT_PTR), "EBADF");
    assertEquals(guest.call("fd_prestat_dir_name", fd, 8000, 9), "EBADF");
  }
});

wasiTest("stdin, stdout and stderr can be renumbered away and closed, which closes nothing of the host", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { ...NEW, rights: 0n });
  guest.ok("fd_renumber", 0, fd);
  assertEquals(guest.call("fd_fdstat_get", 0, RESULT_PTR), "EBADF");
  guest.ok("fd_close", fd);
  assertEquals(typeof guest.files.status(0), "object", "the host's stdin is open");
  assertEquals(guest.opened("file", NEW), 0, "the lowest free number");
});

wasiTest("a terminal is a character device without positions; /dev/null and pipes are not terminals", (newGuest) => {
  using probe = newGuest();
  const dev = probe.files.openDirectory("/dev");
  const name = (text: string) => new TextEncoder().encode(`${text}\0`);
  const terminal = probe.files.openBeneath(dev, name("ptmx"), 2 | 0o400);
  const nothing = probe.files.openBeneath(dev, name("null"), 1);
  using guest = newGuest({ stdin: terminal, stdout: nothing, stderr: terminal });
  const seeking = RIGHTS.FD_SEEK | RIGHTS.FD_TELL;
  const [stdin, stdout] = [guest.fdstat(0), guest.fdstat(1)];
  assertEquals([stdin.filetype, stdin.rights & seeking], [FILETYPE.CHARACTER_DEVICE, 0n]);
  assertEquals([stdout.filetype, stdout.rights & seeking], [FILETYPE.CHARACTER_DEVICE, seeking]);
  assertEquals(stdout.rights & (RIGHTS.FD_READ | RIGHTS.FD_WRITE), RIGHTS.FD_WRITE);
  assertEquals(guest.seek(0, 0n, WHENCE.CUR), "ESPIPE");
  assertEquals(guest.read(1), "!EBADF");
  for (const fd of [dev, terminal, nothing]) probe.files.close(fd);
});

wasiTest("NONBLOCK on a stream of the host changes only the guest's own reads and writes", (newGuest) => {
  using probe = newGuest();
  new Deno.Command("mkfifo", { args: [probe.path("pipe")] }).outputSync();
  const directory = probe.files.openDirectory(probe.directory);
  const pipe = probe.files.openBeneath(directory, new TextEncoder().encode("pipe\0"), 2);
  using guest = newGuest({ stdin: pipe, stdout: pipe });
  assertEquals(guest.fdstat(0).filetype, FILETYPE.UNKNOWN, "WASI has no number for a pipe");
  guest.ok("fd_fdstat_set_flags", 0, FDFLAGS.NONBLOCK);
  assertEquals(guest.fdstat(0).flags, FDFLAGS.NONBLOCK);
  assertEquals(guest.fdstat(1).flags, 0);
  assertEquals(probe.files.flags(pipe) & 0o4000, 0, "the host's flags do not change");
  assertEquals(guest.read(0), "!EAGAIN");
  assertEquals(guest.write(1, "text"), 4);
  assertEquals(guest.read(0), "text");
  assertEquals([guest.read(0, 4, 0n), guest.writeAt(1, 0n, "x"), guest.seek(0, 0n, WHENCE.CUR)], [
    "!ESPIPE",
    "ESPIPE",
    "ESPIPE",
  ]);
  assertEquals(guest.call("fd_sync", 1), "EINVAL", "as Linux returns for a pipe");
  assertEquals(guest.call("fd_fdstat_set_flags", 0, FDFLAGS.APPEND), "ENOTSUP");
  guest.ok("fd_fdstat_set_flags", 0, 0);
  for (const fd of [directory, pipe]) probe.files.close(fd);
});

wasiTest("a stream that the host made non-blocking blocks, in agreement with fd_fdstat_get()", async (newGuest) => {
  using probe = newGuest();
  new Deno.Command("mkfifo", { args: [probe.path("pipe")] }).outputSync();
  const directory = probe.files.openDirectory(probe.directory);
  const pipe = probe.files.openBeneath(directory, new TextEncoder().encode("pipe\0"), 2 | 0o4000);
  using guest = newGuest({ stdin: pipe, stdout: pipe });
  assertEquals([guest.fdstat(0).flags, guest.fdstat(1).flags], [0, 0]);
  const script = `sleep 0.1; printf late > ${probe.path("pipe")}`;
  const late = new Deno.Command("sh", { args: ["-c", script] }).spawn();
  assertEquals(guest.read(0), "late");
  await late.status;
  assertEquals(guest.write(1, "x".repeat(65_536)), 65_536, "a pipe is full then");
  const drain = `sleep 0.1; head -c 65536 ${probe.path("pipe")}`;
  const reader = new Deno.Command("sh", { args: ["-c", drain], stdout: "null" }).spawn();
  assertEquals(guest.write(1, "more"), 4);
  await reader.status;
  for (const fd of [directory, pipe]) probe.files.close(fd);
});

wasiTest("sock_*() on a file is ENOTSOCK", (newGuest) => {
  using guest = newGuest();
  const file = guest.opened("file", NEW);
  for (const fd of [file, ROOT]) {
    assertEquals(guest.call("sock_shutdown", fd, 1), "ENOTSOCK");
    assertEquals(guest.call("sock_accept", fd, 0, RESULT_PTR), "ENOTSOCK");
    assertEquals(guest.call("sock_recv", fd, ...guest.putIovecs(), 0, RESULT_PTR, RESULT_PTR), "ENOTSOCK");
    assertEquals(guest.call("sock_send", fd, ...guest.putIovecs(), 0, RESULT_PTR), "ENOTSOCK");
  }
  assertEquals(guest.call("sock_shutdown", 99, 1), "EBADF");
});

wasiTest("DescriptorTable gives the kernel a descriptor that the guest may read", (newGuest) => {
  using guest = newGuest();
  const directory = guest.passedFd(ROOT) ?? -1;
  const status = guest.files.status(directory);
  assertEquals(typeof status === "number" ? 0n : status.inode, BigInt(Deno.statSync(guest.directory).ino ?? 0));
  const writer = guest.opened("file", { ...NEW, rights: RIGHTS.FD_WRITE });
  assertEquals([guest.passedFd(writer), guest.passedFd(99), guest.passedFd(-1)], [
    undefined,
    undefined,
    undefined,
  ]);
});

wasiTest("disposing a guest closes all its descriptors", (newGuest) => {
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const once = () => {
    using guest = newGuest();
    for (let index = 0; index < 20; index++) guest.opened(`file${index}`, NEW);
    guest.open("none");
    guest.onPath("path_create_directory", "dir");
    guest.stat("dir");
    guest.stat("none");
    guest.rename("none", "dir/x");
    guest.link("file0", "none/x");
    guest.open("file1", { rights: RIGHTS.FD_WRITE, oflags: OFLAGS.DIRECTORY });
    guest.ok("fd_renumber", 5, 6);
  };
  once();
  const before = open();
  once();
  assertEquals(open(), before);
});

wasiTest("a directory as stdin, stdout or stderr gives no access to its entries", (newGuest) => {
  using probe = newGuest();
  Deno.mkdirSync(probe.path("directory/inner"), { recursive: true });
  Deno.writeTextFileSync(probe.path("directory/file"), "text");
  const before = Deno.statSync(probe.path("directory"));
  const stream = openFile(probe, "directory", O.RDONLY | O.DIRECTORY);
  try {
    using guest = newGuest({ stdin: stream, stdout: stream, stderr: stream });
    for (const fd of [0, 1, 2]) {
      const { filetype, rights, inheriting } = guest.fdstat(fd);
      assertEquals([filetype, rights, inheriting], [FILETYPE.DIRECTORY, RIGHTS.FD_FILESTAT_GET, 0n]);
      assertEquals(guest.open("file", { at: fd, rights: RIGHTS.FD_READ, inheriting: 0n }), "ENOTCAPABLE");
      assertEquals(guest.open(".", { at: fd, rights: 0n, inheriting: 0n }), "ENOTCAPABLE");
      assertEquals(guest.open("new", { at: fd, oflags: OFLAGS.CREAT, rights: 0n, inheriting: 0n }), "ENOTCAPABLE");
      assertEquals(guest.call("fd_readdir", fd, 4096, 100, 0n, RESULT_PTR), "ENOTCAPABLE");
      assertEquals(
        guest.call("fd_filestat_set_times", fd, 0n, 0n, FSTFLAGS.ATIM_NOW | FSTFLAGS.MTIM_NOW),
        "ENOTCAPABLE",
      );
      assertEquals(guest.call("fd_fdstat_set_rights", fd, RIGHTS.PATH_OPEN, 0n), "ENOTCAPABLE");
      for (const name of ["path_unlink_file", "path_remove_directory", "path_create_directory"]) {
        assertEquals(guest.call(name, fd, ...guest.put("inner")), "ENOTCAPABLE", name);
      }
      const [path, size] = guest.put("file");
      assertEquals(guest.call("path_filestat_get", fd, 0, path, size, RESULT_PTR), "ENOTCAPABLE");
      assertEquals(guest.call("path_readlink", fd, path, size, 8192, 100, RESULT_PTR), "ENOTCAPABLE");
      assertEquals(guest.call("path_symlink", path, size, fd, path, size), "ENOTCAPABLE");
      assertEquals(guest.call("path_rename", fd, path, size, ROOT, path, size), "ENOTCAPABLE");
      assertEquals(guest.call("path_link", fd, 0, path, size, ROOT, path, size), "ENOTCAPABLE");
      assertEquals(guest.passedFd(fd), undefined, "no program is attached to it");
    }
  } finally {
    probe.files.close(stream);
  }
  const after = Deno.statSync(probe.path("directory"));
  assertEquals([after.mtime, after.atime], [before.mtime, before.atime]);
  assertEquals([...Deno.readDirSync(probe.path("directory"))].map(({ name }) => name).sort(), ["file", "inner"]);
});

wasiTest("a file as stdin, open for reading, is not changed", (newGuest) => {
  using probe = newGuest();
  Deno.writeTextFileSync(probe.path("file"), "text");
  const before = Deno.statSync(probe.path("file"));
  const stream = openFile(probe, "file", O.RDONLY);
  try {
    using guest = newGuest({ stdin: stream });
    assertEquals(guest.call("fd_filestat_set_times", 0, 0n, 0n, FSTFLAGS.MTIM), "ENOTCAPABLE");
    assertEquals(guest.call("fd_filestat_set_size", 0, 0n), "ENOTCAPABLE");
    assertEquals(guest.call("fd_allocate", 0, 0n, 100n), "ENOTCAPABLE");
    assertEquals(guest.read(0), "text");
  } finally {
    probe.files.close(stream);
  }
  assertEquals(Deno.statSync(probe.path("file")).mtime, before.mtime);
});
