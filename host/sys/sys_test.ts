import { assert, assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { FakeGuest, makeAll } from "../../tests/doubles/guest.ts";
import { KernelDescriptor } from "../core/descriptors.ts";
import type { AddressBits } from "../core/memory.ts";
import { SYS_TYPES } from "./import_types.ts";
import { SYS_FUNCTIONS } from "./mod.ts";

const WIDTHS = [32, 64] as const;
const MEMORY_BYTES = 65536;

/** A guest that calls module `wasm_bpf_sys` with numbers, which this converts as WebAssembly does. */
class SysGuest extends FakeGuest {
  readonly #functions = makeAll(SYS_FUNCTIONS, this.context);

  constructor(readonly addressBits: AddressBits = 64) {
    super({}, { addressBits });
  }

  sys(name: string, ...values: (number | bigint)[]): number {
    const types = parametersOf(name);
    const converted = values.map((value, index) => {
      const wide = types[index] === "i64" || (types[index] === "ptr" && this.addressBits === 64);
      return wide ? BigInt.asIntN(64, BigInt(value)) : Number(BigInt.asIntN(32, BigInt(value)));
    });
    return Number(this.#functions[name]?.(...converted));
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer).slice(at, at + length);
  }

  text(at: number): string {
    const bytes = this.bytes(at, 64);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }
}

function parametersOf(name: string): string[] {
  const [, list = ""] = /^\((.*)\) ->/.exec(SYS_TYPES[name]?.[0] ?? "") ?? [];
  return list === "" ? [] : list.split(", ");
}

const WITH_POINTERS = Object.keys(SYS_TYPES).filter((name) => parametersOf(name).includes("ptr"));

for (const bits of WIDTHS) {
  Deno.test(`imports of wasm_bpf_sys refuse pointers outside the memory (${bits} bits)`, () => {
    using guest = new SysGuest(bits);
    guest.context.descriptors.set(5, new KernelDescriptor("socket", 0));
    // The third is in memory, but what an import reads or writes there is not.
    const beyond32 = bits === 64 ? [1n << 63n, 1n << 53n, 1n << 32n] : [];
    const bad = [-1n, BigInt(MEMORY_BYTES), BigInt(MEMORY_BYTES - 1), ...beyond32];
    for (const name of WITH_POINTERS) {
      for (const pointer of bad) {
        new Uint8Array(guest.memory.buffer).fill(0xff);
        const values = parametersOf(name).map((type) => type === "ptr" ? pointer : type === "i64" ? 0 : 5);
        assert(guest.sys(name, ...values) < 0, `${name} with ${pointer}`);
        assertEquals(guest.bytes(0, MEMORY_BYTES).findIndex((byte) => byte !== 0xff), -1, name);
      }
    }
  });
}

/** The process group and the session of this process, as /proc shows them. */
function ownGroupAndSession(): number[] {
  const afterName = Deno.readTextFileSync("/proc/self/stat").split(") ").at(-1) ?? "";
  return afterName.split(" ").slice(2, 4).map(Number);
}

Deno.test("facts about process and machine are the host's", () => {
  using guest = new SysGuest();
  assertEquals(guest.sys("getpid"), Deno.pid);
  assertEquals(guest.sys("getppid"), Deno.ppid);
  assertEquals([guest.sys("getpgid", 0), guest.sys("getsid", Deno.pid)], ownGroupAndSession());
  assertEquals([guest.sys("getpgid", -5), guest.sys("getsid", 0x7fffffff)], [-WASI_ERRNO.ESRCH, -WASI_ERRNO.ESRCH]);
  assertEquals([guest.sys("getuid"), guest.sys("geteuid")], [Deno.uid(), Deno.uid()]);
  assertEquals([guest.sys("getgid"), guest.sys("getegid")], [Deno.gid(), Deno.gid()]);
  assertEquals(guest.sys("uname", 0x100), 0);
  assertEquals([guest.text(0x100), guest.text(0x100 + 65), guest.text(0x100 + 130)], [
    "Linux",
    Deno.hostname(),
    Deno.osRelease(),
  ]);
  assertEquals(guest.sys("sysinfo", 0x100), 0);
  assertEquals(new DataView(guest.memory.buffer).getBigUint64(0x100 + 32, true), BigInt(Deno.systemMemoryInfo().total));
  assertEquals(guest.sys("if_nametoindex", guest.put(0x100, "lo")), 1);
  assertEquals(guest.sys("if_nametoindex", guest.put(0x100, "nosuch")), -WASI_ERRNO.ENODEV);
  assertEquals([guest.sys("if_indextoname", 1, 0x200), guest.text(0x200)], [0, "lo"]);
  assertEquals(guest.sys("if_indextoname", 9999, 0x200), -WASI_ERRNO.ENXIO);
  assertEquals(guest.sys("terminal_size", 77, 0x200), -WASI_ERRNO.EBADF);
  assertEquals(guest.problems, []);
});

Deno.test("sysconf() knows what differs between machines", () => {
  using guest = new SysGuest();
  assertEquals(guest.sys("sysconf", 84), navigator.hardwareConcurrency);
  assertEquals(guest.sys("sysconf", 2), 100);
  assert([4096, 16384, 65536].includes(guest.sys("sysconf", 30)));
  assertEquals(guest.sys("sysconf", 85) * guest.sys("sysconf", 30), Deno.systemMemoryInfo().total);
  assertEquals(guest.sys("sysconf", 7), -WASI_ERRNO.EINVAL);
});

Deno.test("time_zone_file() reads zones and nothing else", () => {
  using guest = new SysGuest();
  const read = (path: string) => guest.sys("time_zone_file", guest.put(0x100, path), 0x1000, 4);
  const berlin = Deno.statSync("/usr/share/zoneinfo/Europe/Berlin").size;
  assertEquals([read("/usr/share/zoneinfo/Europe/Berlin"), guest.text(0x1000).slice(0, 4)], [berlin, "TZif"]);
  for (
    const path of [
      "/etc/passwd",
      "/usr/share/zoneinfo/../../../etc/passwd",
      "/usr/share/zoneinfo/zone.tab",
      "/usr/share/zoneinfo/tzdata.zi",
      "/usr/share/zoneinfo//etc/localtime",
      "/usr/share/zoneinfo/",
      "/usr/share/zoneinfo/Europe",
      "",
    ]
  ) assertEquals(read(path), -WASI_ERRNO.ENOENT, path);
  assertEquals(guest.sys("time_zone", 0x100, 10), -WASI_ERRNO.ENOENT);
  assertEquals(guest.problems, []);
});

Deno.test("perf_event_open() refuses what it cannot check", () => {
  using guest = new SysGuest();
  const at = 0x1000;
  const open = (attributes: { type?: number; size?: number; flags?: bigint }, flags = 0n, group = -1) => {
    const view = new DataView(guest.memory.buffer, at, 128);
    new Uint8Array(guest.memory.buffer).fill(0, at, at + 128);
    view.setUint32(0, attributes.type ?? 1, true);
    view.setUint32(4, attributes.size ?? 64, true);
    view.setBigUint64(40, attributes.flags ?? 1n, true);
    return guest.sys("perf_event_open", at, 0, -1, group, flags);
  };
  // Type 8 and higher are those of PMUs: kprobe, uprobe and others.
  assertEquals(open({ type: 8 }), -WASI_ERRNO.ENOTSUP);
  assertEquals(open({ flags: 1n << 37n }), -WASI_ERRNO.ENOTSUP);
  for (const size of [1, 63, 4097, 2 ** 32 - 1]) assertEquals(open({ size }), -WASI_ERRNO.E2BIG);
  assertEquals(open({}, 1n << 40n), -WASI_ERRNO.EINVAL);
  assertEquals(open({}, 2n), -WASI_ERRNO.EINVAL);
  assertEquals(open({}, 0n, 0), -WASI_ERRNO.EBADF, "a group that is no perf event");
  assertEquals(open({}, 4n), -WASI_ERRNO.EINVAL, "stdin is no cgroup");
  assertEquals(guest.sys("perf_event_ioctl", 0, 0x2400, 0), -WASI_ERRNO.EBADF);
  guest.context.descriptors.set(5, new KernelDescriptor("perf_event", 0));
  assertEquals(guest.sys("perf_event_ioctl", 5, 0x40042408, 0), -WASI_ERRNO.ENOTTY, "PERF_EVENT_IOC_SET_BPF");
  assertEquals(guest.problems, []);
});

Deno.test("sockets are packet sockets, with options that contain no addresses", () => {
  using guest = new SysGuest();
  assertEquals(guest.sys("socket", 2, 1, 0), -WASI_ERRNO.EAFNOSUPPORT);
  assertEquals(guest.sys("socket", 17, 1, 0), -WASI_ERRNO.EPROTONOSUPPORT);
  assertEquals(guest.sys("bind", 0, 0x100, 20), -WASI_ERRNO.EBADF);
  guest.context.descriptors.set(5, new KernelDescriptor("socket", 0));
  const setOption = (level: number, option: number, size = 4) =>
    guest.sys("setsockopt", 5, level, option, guest.put(0x100, [0]), size);
  assertEquals(setOption(1, 26, 16), -WASI_ERRNO.ENOPROTOOPT, "SO_ATTACH_FILTER");
  assertEquals(setOption(263, 5), -WASI_ERRNO.ENOPROTOOPT, "PACKET_RX_RING");
  assertEquals(setOption(1, 50), -WASI_ERRNO.EBADF, "descriptor 0 is no program");
  assertEquals(setOption(1, 50, 8), -WASI_ERRNO.EINVAL);
  assertEquals(guest.sys("bind", 5, 0x100, 0x7fffffff), -WASI_ERRNO.EINVAL);
  assertEquals(guest.problems, []);
});

Deno.test("kill() reaches only the guest's own process", () => {
  using guest = new SysGuest();
  assertEquals(guest.sys("kill", Deno.ppid, 15), -WASI_ERRNO.EPERM);
  assertEquals(guest.sys("kill", 0, 15), -WASI_ERRNO.EPERM);
  assertEquals(guest.sys("kill", -1, 9), -WASI_ERRNO.EPERM);
  assertEquals(guest.sys("kill", Deno.pid, 65), -WASI_ERRNO.EINVAL);
  assertEquals(guest.sys("kill", Deno.ppid, 0), 0);
  assertEquals(guest.sys("kill", 0x7ffffffe, 0), -WASI_ERRNO.ESRCH);
});

Deno.test("a guest without signals gets ENOSYS", () => {
  using guest = new SysGuest();
  assertEquals(guest.sys("sigaction", 2, 0, 0, 0), -WASI_ERRNO.ENOSYS);
  assertEquals(guest.sys("sigaction", 2, 2, 0, 1), -WASI_ERRNO.EFAULT, "it has no table");
  assertEquals(guest.sys("sigaction", 2, 3, 0, 0), -WASI_ERRNO.EINVAL);
  assertEquals(guest.sys("sigprocmask", 2n), -WASI_ERRNO.ENOSYS);
  assertEquals(guest.sys("pause"), -WASI_ERRNO.ENOSYS);
  assertEquals(guest.sys("kill", Deno.pid, 10), -WASI_ERRNO.ENOSYS);
  assertEquals(guest.sys("setitimer", 1, 0, 0), -WASI_ERRNO.EINVAL);
});
