/** Tests the C code of `ffi/libbpf/shim.c` through FFI. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";

const LIBRARY = new URL("../../.build/lib/libwasm_bpf.so", import.meta.url).pathname;
/** Needs CO-RE, and so the kernel's BTF. */
const BOOTSTRAP = new URL("../../examples/bootstrap/bootstrap.bpf.o", import.meta.url);
const CAPACITY = 64 * 1024;
const DEBUG = 2;
const EBADF = 9;
const EINVAL = 22;

function open() {
  const library = Deno.dlopen(LIBRARY, {
    // long wasm_bpf_syscall(int number, long a, long b, long c, long d, long e, long f)
    wasm_bpf_syscall: { parameters: ["i32", "i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
    // void wasm_bpf_log_install(int level)
    wasm_bpf_log_install: { parameters: ["i32"], result: "void" },
    // int wasm_bpf_log_take(char *buffer, int size)
    wasm_bpf_log_take: { parameters: ["buffer", "i32"], result: "i32" },
    // void wasm_bpf_btf_prefetch(void)
    wasm_bpf_btf_prefetch: { parameters: [], result: "void" },
    // void wasm_bpf_btf_discard(void)
    wasm_bpf_btf_discard: { parameters: [], result: "void" },
    // struct bpf_object *bpf_object__open_file(const char *path, const struct bpf_object_open_opts *opts)
    bpf_object__open_file: { parameters: ["buffer", "pointer"], result: "pointer" },
  });
  return { symbols: library.symbols, [Symbol.dispose]: () => library.close() };
}

/** Makes libbpf log a message about a file that it cannot open. */
function openMissingFile(library: ReturnType<typeof open>, path: string): void {
  assertEquals(library.symbols.bpf_object__open_file(new TextEncoder().encode(`${path}\0`), null), null);
}

function takeLog(library: ReturnType<typeof open>, sizeBytes = CAPACITY): string {
  const buffer = new Uint8Array(sizeBytes);
  const length = library.symbols.wasm_bpf_log_take(buffer, sizeBytes);
  return new TextDecoder().decode(buffer.subarray(0, length));
}

Deno.test("wasm_bpf_syscall() returns the kernel's result, or -errno", () => {
  using library = open();
  const getpid = Deno.build.arch === "aarch64" ? 172 : 39;
  const close = Deno.build.arch === "aarch64" ? 57 : 3;
  assertEquals(library.symbols.wasm_bpf_syscall(getpid, 0n, 0n, 0n, 0n, 0n, 0n), BigInt(Deno.pid));
  assertEquals(library.symbols.wasm_bpf_syscall(close, -1n, 0n, 0n, 0n, 0n, 0n), BigInt(-EBADF));
});

Deno.test("wasm_bpf_log_take() returns libbpf's messages since the last call", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(DEBUG);
  openMissingFile(library, "/missing/first");
  assertStringIncludes(takeLog(library), "failed to open /missing/first: No such file or directory\n");
  assertEquals(takeLog(library), "");
});

Deno.test("wasm_bpf_log_install() keeps messages above its level out of the log", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(0);
  openMissingFile(library, "/missing/file");
  const warnings = takeLog(library);
  assertStringIncludes(warnings, "failed to open");
  assertEquals(warnings.includes("loading object"), false);
  library.symbols.wasm_bpf_log_install(-1);
  openMissingFile(library, "/missing/file");
  assertEquals(takeLog(library), "");
});

const NOTE = /^-- LEFT OUT (\d+) bytes, (\d+) lines --\n/m;

/** The first character of a warning. */
const WARNING = "\u0001";

/** libbpf's message about a file whose name is too long. */
function tooLong(path: string): string {
  return `${WARNING}libbpf: elf: failed to open ${path}: File name too long\n`;
}

Deno.test("wasm_bpf_log_take() keeps the beginning and the end of a log that is too long, in whole lines, and notes the omitted part", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(0);
  const paths = Array.from({ length: 50 }, (_, index) => `/${"a".repeat(3000)}${index}`);
  for (const path of paths) openMissingFile(library, path);
  const log = takeLog(library);
  assert(log.length <= CAPACITY, `${log.length} bytes`);
  const all = paths.map(tooLong);
  const [note = "", bytes, lines] = NOTE.exec(log) ?? [];
  const [head = "", tail = ""] = log.split(note);
  assertEquals(head, all.slice(0, 5).join(""));
  const kept = tail.split("\n").length - 1;
  assertEquals(tail, all.slice(-kept).join(""));
  assertEquals(Number(lines), 50 - 5 - kept);
  assertEquals(Number(bytes), all.join("").length - head.length - tail.length);
  assert(tail.length > CAPACITY / 2, `${tail.length} bytes`);
});

Deno.test("wasm_bpf_log_take() keeps both ends of one line that is longer than the log", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(0);
  for (const size of [CAPACITY, 2 * CAPACITY, 10 * CAPACITY]) {
    const path = `/a${"b".repeat(size)}z`;
    openMissingFile(library, path);
    const log = takeLog(library);
    const [note = "", bytes] = NOTE.exec(log) ?? [];
    assertStringIncludes(log.slice(0, 40), "libbpf: elf: failed to open /abbb");
    assertStringIncludes(log.slice(-40), "bbbz: File name too long\n");
    assertEquals(log.length - `\n${note}`.length + Number(bytes), tooLong(path).length);
  }
});

Deno.test("wasm_bpf_log_take() leaves an empty log after one that was too long", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(0);
  for (let index = 0; index < 50; index++) openMissingFile(library, `/${"a".repeat(3000)}`);
  takeLog(library);
  openMissingFile(library, "/missing/file");
  assertEquals(takeLog(library), `${WARNING}libbpf: elf: failed to open /missing/file: No such file or directory\n`);
});

Deno.test("wasm_bpf_log_take() gives the last bytes to a small buffer and refuses a negative size", () => {
  using library = open();
  library.symbols.wasm_bpf_log_install(DEBUG);
  openMissingFile(library, "/missing/file");
  assertEquals(library.symbols.wasm_bpf_log_take(new Uint8Array(1), -1), -EINVAL);
  assertEquals(takeLog(library, 10), "directory\n");
  assertEquals(takeLog(library), "");
});

/** The size of C allocations in this process that are not freed, in bytes. */
function allocatedBytes(): number {
  const libc = Deno.dlopen("libc.so.6", {
    // struct mallinfo2 mallinfo2(void)
    mallinfo2: { parameters: [], result: { struct: Array.from({ length: 10 }, () => "u64" as const) } },
  });
  const info = new BigUint64Array(libc.symbols.mallinfo2().buffer);
  libc.close();
  const [, , , , hblkhd = 0n, , , uordblks = 0n] = info; // in separate mappings, in arenas
  return Number(hblkhd + uordblks);
}

const BTF_PATH = "/sys/kernel/btf/vmlinux";
/** The kernel's BTF has some 5 MB, and a table beside it. */
const BTF_BYTES = Deno.statSync(BTF_PATH).size;

/** The size of the mappings of the kernel's BTF in this process, in bytes. Before Linux 6.16 it cannot be mapped, and is copied. */
function mappedBytes(): number {
  const mappings = Deno.readTextFileSync("/proc/self/maps").matchAll(/^(\w+)-(\w+) .* (\S+)$/gm);
  return [...mappings].filter(([, , , path]) => path === BTF_PATH)
    .reduce((sum, [, from, to]) => sum + Number(`0x${to}`) - Number(`0x${from}`), 0);
}

/** Measures the memory for the kernel's BTF from now on. Other memory of this process may be freed at the same time. */
function measureHeld(): () => number {
  const before = allocatedBytes();
  return () => Math.max(mappedBytes(), allocatedBytes() - before);
}

async function untilHeld(held: () => number): Promise<void> {
  for (let i = 0; i < 500 && held() < BTF_BYTES; i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("wasm_bpf_btf_prefetch() reads the kernel's BTF on a thread, wasm_bpf_btf_discard() frees it", async () => {
  using library = open();
  const held = measureHeld();
  library.symbols.wasm_bpf_btf_prefetch();
  library.symbols.wasm_bpf_btf_prefetch(); // once is enough
  await untilHeld(held);
  assert(held() >= BTF_BYTES && held() < 2 * BTF_BYTES, `${held()} bytes`);
  library.symbols.wasm_bpf_btf_discard();
  assert(held() < BTF_BYTES / 2, `${held()} bytes`);
  library.symbols.wasm_bpf_btf_discard(); // nothing there
});

Deno.test("an object that is loaded takes the BTF that was prefetched", async () => {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const held = measureHeld();
  system.prefetchKernelBtf();
  await untilHeld(held);
  for (let i = 0; i < 2; i++) { // the second one finds nothing prefetched
    using object = libbpf.openObject(Deno.readFileSync(BOOTSTRAP));
    object.load();
    assert(held() < BTF_BYTES / 2, `${held()} bytes`);
  }
});

Deno.test("the library runs with the glibc that the README requires", async () => {
  const { stdout } = await new Deno.Command("objdump", { args: ["-T", LIBRARY] }).output();
  const needed = [...new TextDecoder().decode(stdout).matchAll(/\(GLIBC_2\.(\d+)[.\d]*\)\s+(\S+)/g)];
  assert(needed.length > 0);
  // The headers of glibc 2.38 and newer replace strtol() and others with these.
  const newer = needed.filter(([, minor, name = ""]) => Number(minor) > 31 && !name.startsWith("__isoc23_"));
  assertEquals(newer.map(([text]) => text), []);
});
