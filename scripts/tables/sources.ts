/**
 * The headers that the tables come from.
 *
 * @module
 */

import { CHECKOUT, type Source } from "../headers/clang.ts";
import { pin } from "../pins.ts";

/** An architecture that the project supports, with the kernel's name for it. */
export const ARCHITECTURES = { x86_64: "x86", aarch64: "arm64" } as const;
export type Architecture = keyof typeof ARCHITECTURES;

const includes = (headers: readonly string[]) => headers.map((header) => `#include <${header}>\n`).join("");

const LIBC_HEADERS = [
  "dirent.h",
  "dlfcn.h",
  "errno.h",
  "fcntl.h",
  "poll.h",
  "sched.h",
  "signal.h",
  "spawn.h",
  "stdarg.h",
  "stdio.h",
  "stdlib.h",
  "time.h",
  "unistd.h",
  "net/if.h",
  "sys/epoll.h",
  "sys/ioctl.h",
  "sys/mman.h",
  "sys/random.h",
  "sys/resource.h",
  "sys/socket.h",
  "sys/stat.h",
  "sys/statfs.h",
  "sys/sysinfo.h",
  "sys/time.h",
  "sys/uio.h",
  "sys/wait.h",
  "sys/utsname.h",
  "linux/capability.h",
  "linux/if_packet.h",
  "linux/perf_event.h",
];

/**
 * The pinned libbpf, the C code beside it, and this machine's libc. The parts that come from libc are the same on all architectures:
 * numbers that no header of the kernel has, and the types of prototypes.
 */
export const NATIVE: Source = {
  code: `#define _GNU_SOURCE
${includes([...LIBC_HEADERS, "bpf/libbpf.h", "bpf/bpf.h"])}
#include "ffi/libbpf/shim.c"
#include "ffi/system/confinement.c"
#include "ffi/system/deadline.c"
#include "ffi/system/process.c"
#include "ffi/system/signals.c"
#include "scripts/tables/system_calls.h"`,
  options: ["-I.build/include", "-I."],
};

/** All functions of the pinned libbpf. */
export const LIBBPF_FUNCTIONS: Source = {
  code: includes(["bpf/libbpf.h", "bpf/bpf.h", "bpf/btf.h"]),
  options: ["-I.build/include"],
};

/** The pinned libbpf with the imports that differ from it. */
export const GUEST_CALLS: Source = {
  code: `${includes(["bpf/libbpf.h", "bpf/bpf.h"])}#include "scripts/tables/guest_calls.h"`,
  options: ["-I.build/include", "-I."],
};

const KERNEL_HEADERS = [
  "asm/fcntl.h",
  "asm/ioctls.h",
  "asm/poll.h",
  "asm/resource.h",
  "asm/signal.h",
  "asm/socket.h",
  "asm/unistd.h",
  "linux/auxvec.h",
  "linux/capability.h",
  "linux/errno.h",
  "linux/eventpoll.h",
  "linux/fcntl.h",
  "linux/if_ether.h",
  "linux/if_link.h",
  "linux/if_packet.h",
  "linux/limits.h",
  "linux/magic.h",
  "linux/mman.h",
  "linux/memfd.h",
  "linux/netfilter.h",
  "linux/openat2.h",
  "linux/perf_event.h",
  "linux/sockios.h",
  "linux/stat.h",
  "linux/uio.h",
];

/** The kernel's headers for programs, for one architecture. scripts/setup.sh installs those of both. */
export function kernelHeaders(architecture: Architecture, headers: readonly string[] = KERNEL_HEADERS): Source {
  return {
    code: `#include <stddef.h>\n${includes(headers)}`,
    options: [
      `--target=${architecture}-linux-gnu`,
      "-nostdlibinc",
      // Debian 12's place and Debian 13's.
      `-isystem/usr/${architecture}-linux-gnu/include`,
      `-isystem/usr/lib/linux/uapi/${ARCHITECTURES[architecture]}`,
      "-isystem/usr/include",
    ],
  };
}

/** The kernel's `linux/bpf.h` of the pinned libbpf. It is the same on all architectures. */
export const BPF: Source = { code: includes(["linux/bpf.h"]), options: ["-I.build/include"] };

/** wasi-libc, which guests in C are built with. */
export const WASI: Source = { code: includes(["errno.h"]), options: ["--target=wasm32-wasi"] };

/** The folder of the pinned libbpf's source. */
export const LIBBPF_SOURCE = new URL(`.build/libbpf/libbpf-${pin("LIBBPF_VERSION")}/src/`, CHECKOUT);
