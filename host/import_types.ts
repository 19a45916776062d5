/**
 * Which functions a guest may import, and with which types. Nothing of the system is opened to say so.
 *
 * @module
 */

import type { ModuleImport } from "../wasm/declarations.ts";
import type { ImportTypes } from "./import_signatures.ts";
import { LIBBPF_TYPES } from "./libbpf/import_types.ts";
import { SYS_TYPES } from "./sys/import_types.ts";
import { WASI_TYPES, WASI_UNSTABLE_TYPES } from "./wasi/import_types.ts";
import { CALLBACK_WRAPPER_TYPES, WASM_BPF_TYPES } from "./wasm_bpf/import_types.ts";

/** The import module of the wrapper's poll, if no other name is given. */
export const WRAPPER_MODULE = "callback-wrapper";

const MODULES: ReadonlyMap<string, ImportTypes> = new Map([
  ["wasm_bpf", WASM_BPF_TYPES],
  // What the first guests of this ABI import from, and all whose linker was told no module.
  ["env", WASM_BPF_TYPES],
  ["libbpf", LIBBPF_TYPES],
  ["wasm_bpf_sys", SYS_TYPES],
  ["wasi_snapshot_preview1", WASI_TYPES],
  ["wasi_unstable", WASI_UNSTABLE_TYPES],
]);

/** What is wrong with an import: nobody offers it, or not with its type. */
export type ImportProblem =
  | { readonly kind: "unknown" }
  | { readonly kind: "type"; readonly expected: readonly string[] };

/** Looks an import up. @returns undefined when the host offers it as it is declared. */
export function importProblem(one: ModuleImport, wrapperModule: string = WRAPPER_MODULE): ImportProblem | undefined {
  const expected = one.kind === "function" ? typesOf(one.module, one.name, wrapperModule) : undefined;
  if (expected === undefined) return { kind: "unknown" };
  return one.type !== undefined && expected.includes(one.type.text) ? undefined : { kind: "type", expected };
}

/** Own properties alone count: an object also has a "constructor", and what a guest could do with that is no ABI. */
function typesOf(module: string, name: string, wrapperModule: string): readonly string[] | undefined {
  if (module === wrapperModule && Object.hasOwn(CALLBACK_WRAPPER_TYPES, name)) return CALLBACK_WRAPPER_TYPES[name];
  const types = MODULES.get(module);
  return types !== undefined && Object.hasOwn(types, name) ? types[name] : undefined;
}
