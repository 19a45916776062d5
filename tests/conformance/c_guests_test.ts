import { assertEquals } from "@std/assert";
import { O } from "../../ffi/system/linux_numbers.ts";
import { ProcExit } from "../../host/core/cancellation.ts";
import type { AddressBits } from "../../host/core/memory.ts";
import { WASI_MODULE } from "../../host/wasi/import_types.ts";
import { Wasi, type WasiOptions } from "../../host/wasi/mod.ts";
import { WasiTestState } from "../doubles/wasi_guest.ts";
import { openFile, type TestGuest, wasiTest } from "./test_guest.ts";

/**
 * A program of `guests/`, as scripts/build_guests.sh built it with Debian's clang: with Debian's wasi-libc for wasm32, and with that of
 * the SDK for wasm64.
 */
async function moduleOf(name: string, addressBits: AddressBits): Promise<WebAssembly.Module> {
  const path = new URL(`../../.build/guests/conformance/wasm${addressBits}/${name}.wasm`, import.meta.url);
  return new WebAssembly.Module(await Deno.readFile(path));
}

/** Runs `_start` of a program whose addresses are as wide as those of `probe`. @returns the exit code. */
function run(module: WebAssembly.Module, probe: TestGuest, options: WasiOptions): number {
  using state = new WasiTestState(probe.addressBits);
  using wasi = new Wasi(state, probe.files, options);
  // The SDK's libc tells the host about paths outside the directories, and gets permissions from it.
  const sys = { missing_path: () => 0, ...wasi.linuxFiles };
  const { exports } = new WebAssembly.Instance(module, { [WASI_MODULE]: wasi.imports, wasm_bpf_sys: sys });
  const { memory, _start } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof _start !== "function") throw new TypeError("not a command");
  state.bind(memory);
  try {
    _start();
    return 0;
  } catch (error) {
    if (error instanceof ProcExit) return error.code;
    throw error;
  }
}

/** The lines that `action` makes a guest write to the descriptor it gets. */
function output(probe: TestGuest, action: (stdout: number) => void): string[] {
  const stdout = openFile(probe, "output", O.WRONLY | O.CREAT | O.TRUNC);
  action(stdout);
  probe.files.close(stdout);
  return Deno.readTextFileSync(probe.path("output")).trimEnd().split("\n");
}

wasiTest("a C program's files", async (newGuest) => {
  using probe = newGuest();
  const module = await moduleOf("files", probe.addressBits);
  Deno.mkdirSync(probe.path("root"));
  const preopens = [{ hostPath: probe.path("root"), guestPath: "/", readOnly: false }];
  const lines = output(probe, (stdout) => {
    assertEquals(run(module, probe, { args: ["files"], env: {}, preopens, stdout }), 0);
  });
  assertEquals(lines, FILES_OUTPUT.trim().split("\n"));
  assertEquals([...Deno.readDirSync(probe.path("root"))].map(({ name }) => name).sort(), ["data", "notes.txt"]);
});

wasiTest("a C program's arguments, environment, clocks, input and exit code", async (newGuest) => {
  using probe = newGuest();
  const module = await moduleOf("process", probe.addressBits);
  Deno.writeTextFileSync(probe.path("input"), "one\ntwo ✓\n");
  const stdin = openFile(probe, "input", O.RDONLY);
  const stderr = openFile(probe, "errors", O.WRONLY | O.CREAT);
  const options = { args: ["process", "-h", "ünï 文"], env: { NAME: "välue" }, preopens: [], stdin, stderr };
  const lines = output(probe, (stdout) => {
    assertEquals(run(module, probe, { ...options, stdout }), 43);
  });
  for (const fd of [stdin, stderr]) probe.files.close(fd);
  assertEquals(lines, PROCESS_OUTPUT.trim().split("\n"));
  assertEquals(Deno.readTextFileSync(probe.path("errors")), "to stderr\n");
});

const PROCESS_OUTPUT = `
argument: -h
argument: ünï 文
NAME: välue
OTHER: not set
slept: 1
year: 1
chance: 1
input: 1
read: one
read: two ✓
exit
`;

const FILES_OUTPUT = `
ftell: 22
line: first 1
line: second zwölf
line: third
end: third
missing: ENOENT
truncate("/notes.txt", 8): 0
left: first 7
writev: 7
pwrite(fd, "X", 1, 2): 1
pread(fd, bytes, sizeof(bytes), 1): 6
bytes: bXdefg
position: 7
ftruncate(fd, 3): 0
fsync(fd): 0
posix_fallocate(fd, 0, 10): 0
flags: 0
fcntl(fd, F_SETFL, O_APPEND): 0
flags: 1
write(fd, "end", 3): 3
size: 13, links: 1, file: 1
close(fd): 0
close(fd): EBADF
open("/data", O_RDWR | O_CREAT | O_EXCL, 0600): EEXIST
write(fd, "x", 1): EBADF
terminal: 0
mkdir("/dir", 0700): 0
mkdir("/dir", 0700): EEXIST
mkdir("/dir/sub", 0700): 0
close(open("/dir/file", O_WRONLY | O_CREAT, 0600)): 0
rmdir("/dir"): ENOTEMPTY
unlink("/dir"): EISDIR
rmdir("/dir/file"): ENOTDIR
again: 1
entry: . 1
entry: .. 1
entry: file 0
entry: sub 1
rename("/dir/file", "/dir/sub/moved"): 0
unlink("/dir/sub/moved"): 0
rmdir("/dir/sub/"): 0
rmdir("/dir"): 0
access("/dir", F_OK): ENOENT
access("/data", R_OK): 0
symlink("data", "/link"): 0
readlink("/link", target, sizeof(target)): 4
target: data
link: 1
link("/data", "/hard"): 0
links: 2
utimensat(AT_FDCWD, "/link", times, 0): 0
times: 1000.000000005 2000.000000007
open("/link", O_RDONLY | O_NOFOLLOW): ELOOP
symlink("/etc/passwd", "/absolute"): EPERM
symlink("loop", "/loop"): 0
open("/loop", O_RDONLY): ELOOP
open("/../etc/passwd", O_RDONLY): EPERM
open("/data/", O_RDONLY): ENOTDIR
open("/data/x", O_RDONLY): ENOTDIR
unlink("/link"): 0
unlink("/hard"): 0
unlink("/loop"): 0
`;
