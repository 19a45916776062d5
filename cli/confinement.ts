/**
 * The files and capabilities that stay for a guest.
 *
 * @module
 */

import { BpfError } from "../errors/mod.ts";
import type { NativeSystem } from "../ffi/mod.ts";
import type { Capability } from "../ffi/system/capabilities.ts";
import { type AllowedFiles, type Confinement, containsName } from "../ffi/system/confinement.ts";
import type { Preopen } from "../host/mod.ts";

/** A guest that is about to run. */
export interface ConfinedGuest {
  /** Its module. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preopens: readonly Preopen[];
  readonly btfPath?: string | undefined;
  readonly pinPath?: string | undefined;
}

/** docs/privileges.md describes the use of each. */
const CAPABILITIES: readonly Capability[] = [
  "CAP_BPF",
  "CAP_PERFMON",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_SYS_ADMIN",
  "CAP_DAC_READ_SEARCH",
  "CAP_SYS_PTRACE",
  "CAP_SYSLOG",
  "CAP_IPC_LOCK",
  "CAP_KILL",
];

/** For files and directories of other users. */
const TO_WRITE: readonly Capability[] = ["CAP_DAC_OVERRIDE", "CAP_FOWNER"];

/** Files that libbpf and the host read: those of the kernel, its BTF and configuration, and the zone of local time. */
const READ = [
  "/sys",
  "/proc",
  "/boot",
  "/lib/modules",
  "/usr/lib/debug",
  "/etc/localtime",
  "/usr/share/zoneinfo",
];

/** Files that libbpf writes to for probes where the kernel has no perf events of that kind. */
const WRITE = ["kprobe_events", "uprobe_events"].flatMap((name) => [
  `/sys/kernel/tracing/${name}`,
  `/sys/kernel/debug/tracing/${name}`,
]);

/** File systems that can be mounted anywhere, and whose files name targets. */
const KERNEL_FILE_SYSTEMS: ReadonlySet<string> = new Set(["bpf", "cgroup2", "debugfs", "sysfs", "tracefs"]);

/**
 * Finds sections whose targets can be any executable, or a namespace of another process, and the imports that attach such programs. A
 * module contains the name of each of its sections.
 */
const FAR_TARGETS = {
  sections: ["uprobe", "uretprobe", "usdt", "sk_lookup", "flow_dissector"],
  imports: ["attach_uprobe", "attach_usdt"],
} as const;

/** The characters after the first word of a section's name, besides its end. */
const AFTER_WORD = "/.+";

/** Modules beyond this size are not searched, which would take as long as a start. */
const LARGEST_SEARCHED_BYTES = 16 << 20;

/** Paths of other processes. Landlock hides their files in /proc. */
const OF_PROCESSES = /^\/$|^\/proc(\/(\d+|self|thread-self)(\/.*)?)?$/;

/** The capabilities and files that stay for `guest`. */
export function confinementOf(system: NativeSystem, guest: ConfinedGuest): Confinement {
  const writes = guest.preopens.some(({ readOnly }) => !readOnly);
  return {
    capabilities: writes ? [...CAPABILITIES, ...TO_WRITE] : CAPABILITIES,
    files: needsAllFiles(system, guest) ? undefined : filesOf(system, guest),
  };
}

function needsAllFiles(system: NativeSystem, { bytes, preopens }: ConfinedGuest): boolean {
  return preopens.some(({ hostPath }) => OF_PROCESSES.test(system.realPath(hostPath) ?? "")) ||
    hasFarTargets(system, bytes);
}

function hasFarTargets({ library }: NativeSystem, bytes: Uint8Array<ArrayBuffer>): boolean {
  return bytes.length > LARGEST_SEARCHED_BYTES ||
    FAR_TARGETS.sections.some((name) => containsName(library, bytes, name, AFTER_WORD)) ||
    FAR_TARGETS.imports.some((name) => containsName(library, bytes, name));
}

function filesOf(system: NativeSystem, { preopens, btfPath, pinPath }: ConfinedGuest): AllowedFiles {
  const given = (isReadOnly: boolean) =>
    preopens.filter(({ readOnly }) => readOnly === isReadOnly).map(({ hostPath }) => hostPath);
  const zone = system.timeZone()?.replace(/^:/, "");
  return {
    read: [...READ, ...mountPoints(system), ...given(true), ...[btfPath, zone].filter((path) => path !== undefined)],
    write: [...WRITE, ...given(false), ...(pinPath === undefined ? [] : [pinPath])],
  };
}

/** Empty without /proc. Confining then fails with the reason. */
function readMounts(system: NativeSystem): string {
  try {
    return new TextDecoder().decode(system.readFile("/proc/self/mounts"));
  } catch (error) {
    if (error instanceof BpfError) return "";
    throw error;
  }
}

/** The mount points of the kernel's file systems outside /sys. */
function mountPoints(system: NativeSystem): string[] {
  const lines = readMounts(system).split("\n");
  return lines.map((line) => line.split(" "))
    .filter(([, place = "", type = ""]) => KERNEL_FILE_SYSTEMS.has(type) && !place.startsWith("/sys/"))
    // Characters that would end a word are octal numbers.
    .map(([, place = ""]) =>
      place.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
    );
}
