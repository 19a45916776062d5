/**
 * The functions that a guest may import, with their types. A check needs no open system.
 *
 * @module
 */

import type { ModuleImport } from "../wasm/declarations.ts";
import type { ImportTypes } from "./core/imports.ts";
import { LIBBPF_TYPES } from "./libbpf/import_types.ts";
import { SYS_TYPES } from "./sys/import_types.ts";
import { WASI_TYPES, WASI_UNSTABLE_TYPES } from "./wasi/import_types.ts";
import { CALLBACK_WRAPPER_TYPES, WASM_BPF_TYPES } from "./wasm_bpf/import_types.ts";

/** The default import module of the wrapper's poll. */
export const WRAPPER_MODULE = "callback-wrapper";

const MODULES: ReadonlyMap<string, ImportTypes> = new Map([
  ["wasm_bpf", WASM_BPF_TYPES],
  // Linkers use "env" when no module is named. The first guests of this ABI import from it.
  ["env", WASM_BPF_TYPES],
  ["libbpf", LIBBPF_TYPES],
  ["wasm_bpf_sys", SYS_TYPES],
  ["wasi_snapshot_preview1", WASI_TYPES],
  ["wasi_unstable", WASI_UNSTABLE_TYPES],
]);

/** The reason why an import cannot be linked: its name is unknown, or its type is wrong. */
export type ImportProblem =
  | { readonly kind: "unknown" }
  | { readonly kind: "type"; readonly expected: readonly string[] };

/** Checks an import. @returns undefined when the host offers it with the declared type. */
export function importProblem(one: ModuleImport, wrapperModule: string = WRAPPER_MODULE): ImportProblem | undefined {
  const expected = one.kind === "function" ? typesOf(one.module, one.name, wrapperModule) : undefined;
  if (expected === undefined) return { kind: "unknown" };
  return one.type !== undefined && expected.includes(one.type.text) ? undefined : { kind: "type", expected };
}

/** Only own properties count. A guest must not import inherited ones such as "constructor". */
function typesOf(module: string, name: string, wrapperModule: string): readonly string[] | undefined {
  if (module === wrapperModule && Object.hasOwn(CALLBACK_WRAPPER_TYPES, name)) return CALLBACK_WRAPPER_TYPES[name];
  const types = MODULES.get(module);
  return types !== undefined && Object.hasOwn(types, name) ? types[name] : undefined;
}
