/**
 * The places to which a program is attached, as far as its section and its type tell.
 *
 * @module
 */

import { AttachType, ProgramType } from "../../object/bpf_numbers.ts";
import type { ProgramUses } from "../../object/uses/uses.ts";
import type { ListKey, PolicyDraft } from "./draft.ts";

/** The path of a file without symbolic links; undefined if it does not exist here. */
export type ResolvePath = (path: string) => string | undefined;

/** The lists with the places of programs whose type has only one kind of places, which the guest names when it runs. */
const BY_TYPE: ReadonlyMap<number, ListKey> = new Map<number, ListKey>([
  [ProgramType.SOCKET_FILTER, "interfaces"],
  [ProgramType.XDP, "interfaces"],
  [ProgramType.SCHED_CLS, "interfaces"],
  [ProgramType.SCHED_ACT, "interfaces"],
  [ProgramType.CGROUP_SKB, "cgroups"],
  [ProgramType.CGROUP_SOCK, "cgroups"],
  [ProgramType.CGROUP_SOCK_ADDR, "cgroups"],
  [ProgramType.CGROUP_SOCKOPT, "cgroups"],
  [ProgramType.CGROUP_SYSCTL, "cgroups"],
  [ProgramType.CGROUP_DEVICE, "cgroups"],
  [ProgramType.SOCK_OPS, "cgroups"],
]);

/** Facts beside a program that its places depend on. */
export interface PlaceOptions {
  readonly resolve: ResolvePath;
  /** True for a guest that opens packet sockets itself. They are not limited by a list of interfaces. */
  readonly opensSockets: boolean;
}

/** Adds the places of a program. */
export function addPlaces(draft: PolicyDraft, program: ProgramUses, { resolve, opensSockets }: PlaceOptions): void {
  const { name, section, type, attachType, target } = program;
  if (type === ProgramType.SOCKET_FILTER && opensSockets) return;
  const key = BY_TYPE.get(type);
  if (key !== undefined) return draft.leaveOpen(key, `the guest chooses the place of "${name}" when it runs`);
  if (attachType === AttachType.LSM_CGROUP) {
    draft.leaveOpen("cgroups", `the guest chooses the place of "${name}" when it runs`);
  }
  const list = listOf(type, attachType, section);
  if (list === undefined) return;
  const place = target === undefined ? undefined : placeIn(list, target, resolve);
  if (place !== undefined) draft.add(list, place);
  else draft.leaveOpen(list, `the section of "${name}" does not tell its place for certain`);
}

function listOf(type: number, attachType: number | undefined, section: string): ListKey | undefined {
  switch (type) {
    case ProgramType.KPROBE:
      return /^(u(ret)?probe|usdt)\b/.test(section) ? "binaries" : "functions";
    case ProgramType.LSM:
      return "functions";
    case ProgramType.TRACING:
      if (attachType === AttachType.TRACE_ITER) return undefined;
      return attachType === AttachType.TRACE_RAW_TP ? "tracepoints" : "functions";
    case ProgramType.TRACEPOINT:
    case ProgramType.RAW_TRACEPOINT:
    case ProgramType.RAW_TRACEPOINT_WRITABLE:
      return "tracepoints";
    default:
      return undefined;
  }
}

/** The name of a place; undefined for a file that is not here, since policies have real paths. */
function placeIn(list: ListKey, target: string, resolve: ResolvePath): string | undefined {
  // An offset can lead into any other function.
  if (list === "functions" && target.includes("+")) return "*";
  if (list !== "binaries") return target.slice(target.indexOf(":") + 1);
  const [path = ""] = target.split(":");
  return path.startsWith("/") ? resolve(path) : undefined;
}
