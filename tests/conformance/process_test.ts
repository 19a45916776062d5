import { assertEquals, assertGreater, assertGreaterOrEqual, assertThrows } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { ProcExit } from "../../host/core/cancellation.ts";
import { Wasi } from "../../host/wasi/mod.ts";
import { CLOCK, OFLAGS, RIGHTS } from "../../host/wasi/types.ts";
import { WasiTestState } from "../doubles/wasi_guest.ts";
import { asWasmPasses, RESULT_PTR, ROOT, TestGuest, wasiTest } from "./test_guest.ts";

/** Calls `args_*` or `environ_*`. @returns the strings. */
function strings(guest: TestGuest, name: "args" | "environ"): string[] {
  const { pointerBytes } = guest.memory;
  guest.ok(`${name}_sizes_get`, RESULT_PTR, RESULT_PTR + pointerBytes);
  const [count, size] = [guest.size(), guest.size(1)];
  guest.ok(`${name}_get`, 8000, 9000);
  const all = new TextDecoder().decode(guest.memory.bytes.slice(9000, 9000 + size));
  return Array.from({ length: count }, (_, index) => {
    const start = guest.memory.readPointer(8000 + index * pointerBytes) - 9000;
    return new TextDecoder().decode(guest.memory.bytes.slice(9000 + start, 9000 + all.length * 4)).split("\0")[0] ?? "";
  });
}

wasiTest("args_get() and environ_get() return the given strings, in order, in any language", (newGuest) => {
  const args = ["prog", "", "two words", "ünï ✓ 文", "-h"];
  using guest = newGuest({ args, env: { B: "2", A: "", C: "x=y=ö" } });
  assertEquals(strings(guest, "args"), args);
  assertEquals(strings(guest, "environ"), ["B=2", "A=", "C=x=y=ö"]);
});

wasiTest("a guest without arguments and environment has none", (newGuest) => {
  using guest = newGuest();
  assertEquals([strings(guest, "args"), strings(guest, "environ")], [[], []]);
  assertEquals([guest.size(), guest.size(1)], [0, 0]);
});

Deno.test("an argument with a NUL is refused", () => {
  assertThrows(() => new TestGuest({ args: ["a\0b"] }), TypeError, "NUL");
  assertThrows(() => new TestGuest({ env: { A: "\0" } }), TypeError, "NUL");
});

wasiTest("clock_time_get() and clock_res_get() have the four clocks of WASI and refuse unknown ones", (newGuest) => {
  using guest = newGuest();
  for (const clock of Object.values(CLOCK)) {
    guest.ok("clock_res_get", clock, RESULT_PTR);
    assertGreater(guest.u64(), 0n);
    guest.ok("clock_time_get", clock, 1n, RESULT_PTR);
    const first = guest.u64();
    guest.ok("clock_time_get", clock, 0n, RESULT_PTR);
    assertGreaterOrEqual(guest.u64(), first);
  }
  guest.ok("clock_time_get", CLOCK.REALTIME, 0n, RESULT_PTR);
  assertEquals(Math.abs(Number(guest.u64() / 1_000_000n) - Date.now()) < 1000, true);
  for (const clock of [12, -1]) {
    assertEquals(guest.call("clock_time_get", clock, 0n, RESULT_PTR), "EINVAL");
    assertEquals(guest.call("clock_res_get", clock, RESULT_PTR), "EINVAL");
  }
});

wasiTest("random_get() fills the whole buffer and nothing else", (newGuest) => {
  using guest = newGuest();
  guest.ok("random_get", 8000, 0);
  assertEquals(guest.memory.bytes.subarray(8000, 8100).every((byte) => byte === 0), true);
  guest.ok("random_get", 8000, 100_000);
  const { bytes } = guest.memory;
  assertEquals([bytes[7999], bytes[108_000]], [0, 0]);
  for (let at = 8000; at < 108_000; at += 1000) {
    assertEquals(bytes.subarray(at, at + 1000).some((byte) => byte !== 0), true);
  }
});

wasiTest("sched_yield() succeeds and proc_raise() is not supported", (newGuest) => {
  using guest = newGuest();
  guest.ok("sched_yield");
  assertEquals(guest.call("proc_raise", 9), "ENOSYS");
});

wasiTest("proc_exit() throws its code, and so does every call after it", (newGuest) => {
  using guest = newGuest();
  const codeOf = (action: () => void) => {
    try {
      action();
    } catch (error) {
      if (error instanceof ProcExit) return error.code;
      throw error;
    }
    return undefined;
  };
  assertEquals(codeOf(() => guest.call("proc_exit", 33)), 33);
  const args = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const name of Object.keys(guest.wasi.imports)) assertEquals(codeOf(() => guest.call(name, ...args)), 33, name);
});

wasiTest("wasi_snapshot_preview1 has 46 functions, and wasi_unstable 45", (newGuest) => {
  using guest = newGuest();
  assertEquals(Object.keys(guest.wasi.imports).length, 46);
  assertEquals(Object.keys(guest.wasi.unstableImports).length, 45);
});

Deno.test("wasi_unstable: fd_seek() and filestat have their layout from before preview 1", () => {
  using guest = new TestGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  guest.write(fd, "0123456789");
  const { fd_seek, fd_filestat_get } = guest.wasi.unstableImports;
  const seek = (offset: bigint, whence: number) => {
    assertEquals(fd_seek?.(fd, offset, whence, RESULT_PTR), 0);
    return guest.u64();
  };
  assertEquals([seek(-3n, 0), seek(-1n, 1), seek(2n, 2)], [7n, 9n, 2n], "position, end, start");
  assertEquals(fd_filestat_get?.(fd, RESULT_PTR), 0);
  assertEquals([guest.u8(16), guest.u32(20), guest.u64(24)], [4, 1, 10n], "type, links, size");
});

Deno.test("wasi_unstable: poll_oneoff() has its layout from before preview 1", () => {
  using guest = new TestGuest();
  const { data } = guest.memory;
  const [input, output] = [8000, 9000];
  // Two clocks of 56 bytes each: userdata, type, identifier, clock, timeout, precision, flags.
  [30_000_000n, 0xffff_ffff_ffffn].forEach((timeout, index) => {
    data.setBigUint64(input + index * 56, BigInt(index + 5), true);
    data.setBigUint64(input + index * 56 + 16, 77n, true);
    data.setUint32(input + index * 56 + 24, CLOCK.MONOTONIC, true);
    data.setBigUint64(input + index * 56 + 32, timeout, true);
  });
  const start = performance.now();
  assertEquals(guest.wasi.unstableImports["poll_oneoff"]?.(input, output, 2, RESULT_PTR), 0);
  assertGreaterOrEqual(performance.now() - start, 30);
  assertEquals([guest.u32(), data.getBigUint64(output, true), data.getUint16(output + 8, true)], [1, 5n, 0]);
});

wasiTest("before its memory is known, a guest's calls are EFAULT", (newGuest) => {
  using guest = newGuest();
  using state = new WasiTestState(guest.addressBits);
  using unbound = new Wasi(state, guest.files, { args: [], env: {}, preopens: [] });
  const sizes = () => unbound.imports["args_sizes_get"]?.(...asWasmPasses("args_sizes_get", [0, 8], guest.addressBits));
  assertEquals(sizes(), WASI_ERRNO.EFAULT);
  state.bind(guest.wasm);
  assertEquals(sizes(), WASI_ERRNO.SUCCESS);
});

/** Addresses outside the memory of a guest. The lowest 32 bits of some lie inside. */
function outside({ addressBits, memory }: TestGuest): readonly (number | bigint)[] {
  const size = memory.sizeBytes;
  const bad = [size, size - 3, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];
  if (addressBits === 32) return bad;
  const wide = [0n, 8000n].flatMap((low) => [32n, 52n, 53n, 62n, 63n].map((high) => (1n << high) + low));
  return [...bad, ...wide, (1n << 53n) - 1n, (1n << 53n) + 1n, (1n << 63n) - 1n, (1n << 64n) - 8n, (1n << 64n) - 1n];
}

wasiTest("no pointer and no length makes the host read or write outside the guest's memory", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  for (const ptr of outside(guest)) {
    assertEquals(guest.call("fd_write", fd, ptr, 1, RESULT_PTR), "EFAULT", `${ptr}`);
    assertEquals(guest.call("fd_write", fd, ...guest.putIovecs([8000, 4]), ptr), "EFAULT", `${ptr}`);
    assertEquals(guest.call("fd_write", fd, ...guest.putIovecs([ptr, 4]), RESULT_PTR), "EFAULT", `${ptr}`);
    assertEquals(guest.call("fd_write", fd, ...guest.putIovecs([8000, 4], [8000, ptr]), RESULT_PTR), "EFAULT");
    assertEquals(guest.call("fd_read", 0, ...guest.putIovecs([ptr, 4]), RESULT_PTR), "EFAULT");
    assertEquals(guest.call("path_open", ROOT, 0, ptr, 4, 0, 0n, 0n, 0, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("path_open", ROOT, 0, 8000, ptr, 0, 0n, 0n, 0, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("path_open", ROOT, 0, ...guest.put("file"), 0, 0n, 0n, 0, ptr), "EFAULT");
    assertEquals(guest.call("fd_readdir", ROOT, ptr, 100, 0n, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("fd_readdir", ROOT, 8000, ptr, 0n, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("path_readlink", ROOT, ...guest.put("file"), 8000, ptr, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("random_get", ptr, 4), "EFAULT");
    assertEquals(guest.call("random_get", 8000, ptr), "EFAULT");
    for (const name of ["fd_fdstat_get", "fd_filestat_get", "fd_tell"]) {
      assertEquals(guest.call(name, fd, ptr), "EFAULT");
    }
    for (const name of ["args_sizes_get", "environ_sizes_get"]) {
      assertEquals([guest.call(name, ptr, RESULT_PTR), guest.call(name, RESULT_PTR, ptr)], ["EFAULT", "EFAULT"]);
    }
    assertEquals(guest.call("clock_time_get", 0, 0n, ptr), "EFAULT");
    assertEquals(guest.call("fd_prestat_get", ROOT, ptr), "EFAULT");
    // The name has one byte.
    const name = ptr === guest.memory.sizeBytes - 3 ? "SUCCESS" : "EFAULT";
    assertEquals(guest.call("fd_prestat_dir_name", ROOT, ptr, 4), name);
    assertEquals(guest.call("poll_oneoff", ptr, 8000, 1, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("poll_oneoff", 8000, ptr, 1, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("poll_oneoff", 8000, 9000, 1, ptr), "EFAULT");
    assertEquals(guest.call("poll_oneoff", 8000, 9000, ptr, RESULT_PTR), "EINVAL", "more subscriptions than it takes");
    assertEquals(guest.call("fd_write", fd, 0, ptr, RESULT_PTR), "EINVAL", "more iovecs than Linux takes");
    assertEquals(guest.call("fd_read", 0, 0, ptr, RESULT_PTR), "EINVAL");
    assertEquals(guest.call("fd_pread", fd, 0, ptr, 0n, RESULT_PTR), "EINVAL");
  }
  assertEquals(guest.call("fd_write", fd, 0, 1025, RESULT_PTR), "EINVAL");
  assertEquals(Deno.readTextFileSync(guest.path("file")), "", "an invalid part prevents the write of all parts");
});

wasiTest("20,000 calls with random arguments end with an errno, and leave nothing open", (newGuest) => {
  using guest = newGuest();
  using nothing = newGuest({ preopens: [{ hostPath: "/dev", guestPath: "/", readOnly: false }] });
  const stream = nothing.passedFd(nothing.opened("null", { rights: RIGHTS.FD_READ | RIGHTS.FD_WRITE })) ?? -1;
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = open();
  // Functions that end the guest, sleep, or may fill the disk are left out.
  const names = Object.keys(guest.wasi.imports).filter((name) => !/^(proc_exit|poll_oneoff|fd_allocate)$/.test(name));
  let seed = 20_000;
  const chance = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 0x1_0000_0000) * below);
  };
  const narrow = [0, 1, 3, 4, 64, 300, 65_535, 262_143, 262_144, -1, -8, 0x7fff_ffff];
  const numbers = guest.addressBits === 32 ? narrow : [...narrow, 2 ** 32, 2 ** 32 + 300, 2 ** 53, -(2 ** 63)];
  const number = () => numbers[chance(numbers.length)] ?? 0;
  const options = { args: ["x"], env: {}, preopens: [{ hostPath: guest.directory, guestPath: "/", readOnly: false }] };
  {
    using state = new WasiTestState(guest.addressBits);
    using wasi = new Wasi(state, guest.files, { ...options, stdin: stream, stdout: stream, stderr: stream });
    state.bind(guest.wasm);
    guest.memory.bytes.forEach((_, at, bytes) => bytes[at] = "ab./\x00\x01".charCodeAt(chance(6)));
    for (let index = 0; index < 20_000; index++) {
      const name = names[chance(names.length)] ?? "";
      const args = asWasmPasses(name, Array.from({ length: 9 }, number), guest.addressBits);
      const errno = wasi.imports[name]?.(...args) ?? -1;
      assertEquals(errno >= 0 && errno <= 76, true, `${name}(${args}): ${errno}`);
    }
  }
  assertEquals(open(), before);
});
