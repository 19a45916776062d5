/**
 * Functions by which a guest makes choices when it runs, so that the objects in its data do not show them.
 *
 * @module
 */

import type { ListKey } from "./draft.ts";

const PLACES: readonly ListKey[] = ["functions", "tracepoints", "binaries", "interfaces", "cgroups"];
const EVERYTHING: readonly ListKey[] = ["programTypes", "helpers", "kfuncs", "mapTypes", ...PLACES];

/** Functions that load programs which are not in the module's data. */
const LOADERS = /^bpf_object__open(_file)?$|^bpf_prog_load$/;

/** True for a function that loads programs which are not in the module's data. */
export function loadsOthers(name: string): boolean {
  return LOADERS.test(name);
}

/** The lists that a function leaves open, by its name or by the beginning of its name. */
const CHOICES: readonly (readonly [name: RegExp, keys: readonly ListKey[]])[] = [
  [LOADERS, EVERYTHING],
  [/^bpf_map_create$|^bpf_map__set_type$/, ["mapTypes"]],
  [/^bpf_program__set_(type|expected_attach_type)$/, ["programTypes", ...PLACES]],
  [/^bpf_program__set_attach_target$/, ["functions", "tracepoints"]],
  [/^bpf_program__attach_k(probe|syscall)/, ["functions"]],
  [/^bpf_program__attach_(raw_)?tracepoint|^bpf_raw_tracepoint_open/, ["tracepoints"]],
  [/^bpf_program__attach_(uprobe|usdt)/, ["binaries"]],
  [/^bpf_program__attach_(xdp|tcx|netkit)$|^bpf_(xdp|tc)_/, ["interfaces"]],
  [/^bpf_program__attach_cgroup$/, ["cgroups"]],
  [/^bpf_link_create$|^bpf_prog_attach/, ["functions", "interfaces", "cgroups"]],
];

/** The lists that an import of this name leaves open. */
export function listsOf(name: string): readonly ListKey[] {
  return CHOICES.find(([pattern]) => pattern.test(name))?.[1] ?? [];
}

/** The lists that an object leaves open which is not in the module's data. */
export const OF_UNKNOWN_OBJECT: readonly ListKey[] = EVERYTHING;

/** True for a function whose attachments stay when the process is killed. */
export function attachesWithoutLink(name: string): boolean {
  return /^bpf_(tc|xdp|prog)_attach$/.test(name);
}

/** True for a function that pins, or opens something pinned. */
export function usesPins(name: string): boolean {
  return /^bpf_\w*_pin(_\w+)?$|^bpf_obj_(get|pin)|^bpf_map__set_pin_path$/.test(name);
}
