/**
 * Facts about the machine and this process that decide which guests can run.
 *
 * @module
 */

import type { HostText } from "./host_text.ts";
import { type KernelConfig, readKernelConfig } from "./kernel_config.ts";

/** File systems that guests or libbpf use, and the usual place of each. */
export const FILE_SYSTEMS = {
  proc: "/proc",
  sysfs: "/sys",
  tracefs: "/sys/kernel/tracing",
  bpf: "/sys/fs/bpf",
  cgroup2: "/sys/fs/cgroup",
  securityfs: "/sys/kernel/security",
} as const;

/** The name of a file system. */
export type FileSystem = keyof typeof FILE_SYSTEMS;

/** Settings of the kernel that matter here, by the path below /proc/sys. */
const SETTINGS = [
  "kernel/unprivileged_bpf_disabled",
  "kernel/perf_event_paranoid",
  "kernel/ftrace_enabled",
  "kernel/kptr_restrict",
  "net/core/bpf_jit_enable",
  "net/core/bpf_jit_harden",
  "user/max_user_namespaces",
] as const;

/** The name of a setting. */
export type Setting = (typeof SETTINGS)[number];

/** The facts. Undefined stands for something that cannot be seen. */
export interface Facts {
  readonly release: string;
  readonly machine: string;
  readonly distribution: string | undefined;
  readonly config: KernelConfig | undefined;
  /** True if the kernel shows its types. */
  readonly hasKernelTypes: boolean;
  /** The number of modules that show theirs. */
  readonly modulesWithTypes: number;
  readonly securityModules: readonly string[] | undefined;
  readonly lockdown: string | undefined;
  /** The mount points. */
  readonly mounts: ReadonlyMap<FileSystem, string>;
  /** True if this process can read the tracepoints. */
  readonly readsTracepoints: boolean;
  /** The kinds of perf events, such as "kprobe" and "uprobe". */
  readonly perfSources: readonly string[];
  readonly settings: ReadonlyMap<Setting, string>;
  readonly process: ProcessFacts;
}

/** Facts about this process. */
export interface ProcessFacts {
  readonly isRoot: boolean | undefined;
  readonly effective: bigint;
  /** The capabilities that this process and its children can have at most. */
  readonly bounding: bigint | undefined;
  readonly hasSeccomp: boolean | undefined;
  readonly cannotGainPrivileges: boolean | undefined;
  /** True if all users of the machine exist in this process's user namespace. */
  readonly isInitialNamespace: boolean | undefined;
  /** The container manager, if the process is in a container. */
  readonly container: string | undefined;
  /** The limit of locked memory: "8388608", "unlimited". */
  readonly lockedMemory: string | undefined;
}

/** Facts that do not come from files. */
export interface NativeFacts {
  readonly release: string;
  readonly machine: string;
  readonly effective: bigint;
}

/** Reads the facts. */
export function readFacts(host: HostText, native: NativeFacts): Facts {
  const { release, machine } = native;
  const mounts = readMounts(host.text("/proc/self/mountinfo") ?? "");
  const typed = host.list("/sys/kernel/btf");
  const lockdown = host.text("/sys/kernel/security/lockdown");
  return {
    release,
    machine,
    distribution: /^PRETTY_NAME="?([^"\n]*)/m.exec(host.text("/etc/os-release") ?? "")?.[1],
    config: readKernelConfig(host, release),
    hasKernelTypes: host.exists("/sys/kernel/btf/vmlinux"),
    modulesWithTypes: typed.filter((name) => name !== "vmlinux").length,
    securityModules: host.text("/sys/kernel/security/lsm")?.split(","),
    lockdown: /\[(\w+)\]/.exec(lockdown ?? "")?.[1],
    mounts,
    readsTracepoints: tracepointFolders(mounts).some((folder) => host.exists(`${folder}/events/sched`)),
    perfSources: host.list("/sys/bus/event_source/devices"),
    settings: new Map(SETTINGS.flatMap((name) => {
      const value = host.text(`/proc/sys/${name}`);
      return value === undefined ? [] : [[name, value]];
    })),
    process: readProcess(host, native.effective),
  };
}

/** The places in which libbpf looks for tracepoints. */
function tracepointFolders(mounts: ReadonlyMap<FileSystem, string>): string[] {
  return [mounts.get("tracefs") ?? FILE_SYSTEMS.tracefs, FILE_SYSTEMS.tracefs, "/sys/kernel/debug/tracing"];
}

/** The first mount point of each file system. */
function readMounts(mountinfo: string): Map<FileSystem, string> {
  const mounts = new Map<FileSystem, string>();
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ", 2);
    const [type = ""] = after.split(" ");
    const path = before.split(" ")[4] ?? "";
    if (isFileSystem(type) && (!mounts.has(type) || path === FILE_SYSTEMS[type])) mounts.set(type, path);
  }
  return mounts;
}

function isFileSystem(type: string): type is FileSystem {
  return Object.hasOwn(FILE_SYSTEMS, type);
}

function readProcess(host: HostText, effective: bigint): ProcessFacts {
  const status = host.text("/proc/self/status");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status ?? "")?.[1];
  const flag = (name: string) => field(name) === undefined ? undefined : field(name) !== "0";
  const user = field("Uid")?.split("\t")[1];
  const bounding = field("CapBnd");
  const users = host.text("/proc/self/uid_map")?.trim().split(/\s+/);
  return {
    isRoot: user === undefined ? undefined : user === "0",
    effective,
    bounding: bounding === undefined ? undefined : BigInt(`0x${bounding}`),
    hasSeccomp: flag("Seccomp"),
    cannotGainPrivileges: flag("NoNewPrivs"),
    isInitialNamespace: users === undefined ? undefined : users.join(" ") === "0 0 4294967295",
    container: containerOf(host),
    lockedMemory: /^Max locked memory\s+(\S+)/m.exec(host.text("/proc/self/limits") ?? "")?.[1],
  };
}

function containerOf(host: HostText): string | undefined {
  if (host.exists("/.dockerenv")) return "docker";
  if (host.exists("/run/.containerenv")) return "podman";
  const named = host.text("/run/systemd/container") ?? host.text("/run/host/container-manager");
  if (named !== undefined) return named;
  const groups = host.text("/proc/self/cgroup") ?? "";
  return /kubepods/.test(groups) ? "kubernetes" : /\/(docker|lxc|libpod|containerd)/.exec(groups)?.[1];
}
