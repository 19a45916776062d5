/**
 * A machine for tests, which has everything that guests need.
 *
 * @module
 */

import { CAPABILITY } from "../../../ffi/system/linux_numbers.ts";
import { type Facts, readFacts } from "../facts.ts";
import type { HostText } from "../host_text.ts";
import { GUEST_KINDS } from "../kinds.ts";

/** All capabilities. */
export const EVERYTHING = (1n << 41n) - 1n;

/** The capabilities of a set, by name. */
export function setOf(...names: readonly (keyof typeof CAPABILITY)[]): bigint {
  return names.reduce((set, name) => set | 1n << CAPABILITY[name], 0n);
}

const MOUNTS = ["proc /proc", "sysfs /sys", "tracefs /sys/kernel/tracing", "bpf /sys/fs/bpf", "cgroup2 /sys/fs/cgroup"];

/** The files of the machine. A file whose text is undefined does not exist. */
export type FileTexts = Readonly<Record<string, string | undefined>>;

const FILES: FileTexts = {
  "/boot/config-6.12.0": GUEST_KINDS.flatMap(({ options }) => options.map((name) => `CONFIG_${name}=y`)).join("\n"),
  "/etc/os-release": 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"',
  "/proc/self/limits": "Max locked memory         8388608              8388608              bytes",
  "/proc/self/mountinfo": mountinfo(MOUNTS),
  "/proc/self/status": status({}),
  "/proc/self/uid_map": "         0          0 4294967295",
  "/proc/sys/net/core/bpf_jit_enable": "1",
  "/sys/bus/event_source/devices/kprobe": "",
  "/sys/bus/event_source/devices/uprobe": "",
  "/sys/kernel/btf/vmlinux": "",
  "/sys/kernel/btf/nf_tables": "",
  "/sys/kernel/security/lockdown": "[none] integrity confidentiality",
  "/sys/kernel/security/lsm": "lockdown,capability,bpf",
  "/sys/kernel/tracing/events/sched": "",
};

/** Lines of /proc/self/mountinfo. */
export function mountinfo(mounts: readonly string[]): string {
  return mounts.map((mount, i) => {
    const [type = "", path = ""] = mount.split(" ");
    return `${i} 1 0:${i} / ${path} rw,relatime shared:${i} - ${type} ${type} rw`;
  }).join("\n");
}

/** Lines of /proc/self/status. */
export function status(
  { uid = 0, bounding = EVERYTHING, seccomp = 0, noNewPrivs = 0 }: {
    uid?: number;
    bounding?: bigint;
    seccomp?: number;
    noNewPrivs?: number;
  },
): string {
  return `Uid:\t${uid}\t${uid}\t0\t0\nCapBnd:\t${
    bounding.toString(16)
  }\nNoNewPrivs:\t${noNewPrivs}\nSeccomp:\t${seccomp}`;
}

/** The facts of the machine with other files, release or capabilities. */
export function factsOf(
  files: FileTexts = {},
  { release = "6.12.0", effective = EVERYTHING }: { release?: string; effective?: bigint } = {},
): Facts {
  return readFacts(hostOf({ ...FILES, ...files }), { release, machine: "x86_64", effective });
}

function hostOf(files: FileTexts): HostText {
  const paths = Object.keys(files).filter((path) => files[path] !== undefined);
  const text = (path: string) => files[path];
  return {
    text,
    bytes: (path) => text(path) === undefined ? undefined : Uint8Array.from(text(path) ?? "", (c) => c.charCodeAt(0)),
    exists: (path) => paths.some((one) => one === path || one.startsWith(`${path}/`)),
    list: (path) => {
      const below = paths.filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1));
      return [...new Set(below.map((one) => one.split("/")[0] ?? ""))];
    },
  };
}
