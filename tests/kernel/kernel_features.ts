/** Features of the running kernel, for tests that some kernels cannot run. */

import { mountAll } from "./mounts.ts";

mountAll();

/** The names of all types, functions and enumerators of the kernel; "" without BTF. */
const names = contentOf("/sys/kernel/btf/vmlinux");

function contentOf(path: string): string {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch {
    return "";
  }
}

/** True if the kernel has a type, function or enumerator with this name: `tcx_link` since Linux 6.6. */
export function kernelHas(name: string): boolean {
  return names.includes(`\0${name}\0`);
}

/** True if lockdown permits programs that change what the kernel does, or that run in the middle of its functions. */
function isUnlocked(): boolean {
  return !/\[(integrity|confidentiality)\]/.test(contentOf("/sys/kernel/security/lockdown"));
}

/** True if this kernel runs LSM programs and allows them to be loaded. */
export function hasBpfLsm(): boolean {
  return contentOf("/sys/kernel/security/lsm").split(",").includes("bpf") && isUnlocked();
}

/** True if programs can be attached to functions of the kernel by kprobes. */
export function hasKprobes(): boolean {
  return contentOf("/sys/bus/event_source/devices/kprobe/type") !== "";
}

/** True if programs can be attached to functions of the kernel by trampolines. */
export function hasFentry(): boolean {
  return kernelHas("bpf_trampoline") && isUnlocked();
}
