/**
 * The parts of the binary, see `cli/parts.ts`. A module that a plain run of a guest does not need belongs to a part other than "main".
 *
 * Modules of the main part may import only plain functions from such a module, because a call loads its part; `build_parts.ts` checks
 * that.
 *
 * @module
 */

import { COMPRESSED } from "../cli/parts.ts";

/** Beginnings of paths by part. The longest one that a path has decides. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  main: [
    "",
    "host/assemblyscript/import_types.",
    "host/libbpf/import_types.",
    "host/libbpf/map_numbers.",
    "host/sys/import_types.",
    "host/wasm_bpf/import_types.",
    "object/btf/btf_ext.",
    "object/btf/header.",
    "object/refusals/externs.",
  ],
  /** Guests of version 1 of the ABI. */
  version1: ["host/wasm_bpf/"],
  /** Guests of version 2. */
  version2: ["ffi/libbpf/prototype", "host/libbpf/", "host/sys/"],
  /** Guests in AssemblyScript that import from `env`. */
  assemblyscript: ["host/assemblyscript/"],
  /** Functions that few guests call. */
  rare: [
    "ffi/libbpf/attach_interface.",
    "ffi/libbpf/attach_perf_event.",
    "ffi/libbpf/attach_probe.",
    "host/core/attach_targets/interface_target.",
    "host/core/attach_targets/probe_target.",
    "host/sys/perf_events.",
    "host/sys/sockets.",
    "host/wasi/preopens.",
    "object/validation/check_struct_ops.",
    "object/validation/context_reads.",
  ],
  /** Policy files, the policies of modules, the names and effects of rare calls, and refusals. */
  policy: [
    "host/core/policy/json_tree.",
    "host/core/policy/kfunc_effects.",
    "host/core/policy/parse_policy.",
    "host/core/policy/policy_schema.",
    "host/core/policy/refusal_text.",
    "object/helper",
  ],
  /** Help, and the reasons for errors. */
  problems: [
    "cli/help.",
    "cli/internal_error.",
    "cli/nearest.",
    "cli/stack_line.",
    "errors/log",
    "ffi/libbpf/hints.",
    "ffi/libbpf/kernel_versions.",
    "ffi/libbpf/privileges.",
    "ffi/system/capabilities.",
    "object/map_rules.",
  ],
  /** The subcommands. */
  tools: [
    "cli/build.",
    "cli/cc.",
    "cli/doctor",
    "cli/gen.",
    "cli/input.",
    "cli/inspect",
    "cli/languages/",
    "cli/least_policy",
    "cli/new",
    "cli/program_uses.",
    "cli/size.",
    "cli/subcommands.",
    "cli/toolchain/",
    "codegen/",
    "ffi/libbpf/probe.",
    "ffi/system/spawn.",
    "object/btf/",
    "object/data_sections.",
    "object/elf/strip.",
    "object/embedded_objects.",
    "object/maps.",
    "object/object.",
    "object/refusals/",
    "object/struct_ops.",
  ],
};

const PLACES = Object.entries(PARTS)
  .flatMap(([part, beginnings]) => beginnings.map((beginning) => ({ part, beginning })))
  .sort((a, b) => b.beginning.length - a.beginning.length);

/** True for a part with bytecode. */
export function hasBytecode(part: string): boolean {
  return !COMPRESSED.has(part);
}

/** The part of a module, by its path from the top of the checkout. */
export function partOf(path: string): string {
  return PLACES.find(({ beginning }) => path.startsWith(beginning))?.part ?? "main";
}
