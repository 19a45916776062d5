/**
 * The functions that a guest may import, with their types. A check needs no open system.
 *
 * @module
 */

import type { ModuleImport } from "../wasm/declarations.ts";
import type { AddressBits } from "../wasm/sections.ts";
import { type ImportTypes, typeForWidth } from "./core/imports.ts";
import { ASSEMBLYSCRIPT_TYPES, assemblyScriptTypesOf } from "./assemblyscript/import_types.ts";
import { LIBBPF_MODULE, libbpfTypesOf } from "./libbpf/import_types.ts";
import { SYS_MODULE, SYS_TYPES } from "./sys/import_types.ts";
import {
  LINUX_FILE_TYPES,
  WASI_MODULE,
  WASI_TYPES,
  WASI_UNSTABLE_MODULE,
  WASI_UNSTABLE_TYPES,
} from "./wasi/import_types.ts";
import {
  CALLBACK_WRAPPER_MODULE,
  CALLBACK_WRAPPER_TYPES,
  ENV_MODULE,
  WASM_BPF_MODULE,
  WASM_BPF_TYPES,
} from "./wasm_bpf/import_types.ts";

/** An import module: its meaning, as text, and its functions. */
interface KnownModule {
  readonly abi: string;
  readonly typesOf: (name: string, declared?: string) => readonly string[] | undefined;
  /** The functions that exist only for guests with 32-bit addresses. */
  readonly only32?: readonly string[];
}

/** The pump of version 1 calls back with 32-bit pointers. */
const POLLS = Object.keys(CALLBACK_WRAPPER_TYPES);

const MODULES: ReadonlyMap<string, KnownModule> = new Map([
  [WASM_BPF_MODULE, { abi: "ABI version 1", typesOf: listed(WASM_BPF_TYPES), only32: POLLS }],
  [ENV_MODULE, {
    abi: "ABI version 1, under its first name, and AssemblyScript",
    typesOf: (name, declared) => listed(WASM_BPF_TYPES)(name) ?? assemblyScriptTypesOf(name, declared),
    only32: [...POLLS, ...Object.keys(ASSEMBLYSCRIPT_TYPES)],
  }],
  // An option can move its function to another module; see typesOf().
  [CALLBACK_WRAPPER_MODULE, { abi: "ABI version 1, callbacks by export", typesOf: () => undefined }],
  [LIBBPF_MODULE, { abi: "ABI version 2", typesOf: libbpfTypesOf }],
  [SYS_MODULE, { abi: "ABI version 2, system", typesOf: listed(SYS_TYPES, LINUX_FILE_TYPES) }],
  [WASI_MODULE, { abi: "WASI preview 1", typesOf: listed(WASI_TYPES) }],
  [WASI_UNSTABLE_MODULE, {
    abi: "WASI before preview 1",
    typesOf: listed(WASI_UNSTABLE_TYPES),
    only32: Object.keys(WASI_UNSTABLE_TYPES),
  }],
]);

/** The description of an import module: "ABI version 1"; "unknown" for a module that the host does not have. */
export function abiOf(module: string): string {
  return MODULES.get(module)?.abi ?? "unknown";
}

/** The reason why an import cannot be linked: its name is unknown, or its type is wrong. */
export type ImportProblem =
  | { readonly kind: "unknown" }
  | { readonly kind: "type"; readonly expected: readonly string[] };

/** Properties of the guest that decide about its imports. */
export interface ImportingGuest {
  /** The width of its addresses. */
  readonly addressBits: AddressBits;
  /** The import module of the wrapper's poll; "callback-wrapper" by default. */
  readonly wrapperModule?: string;
}

/** Checks an import. @returns undefined when the host offers it with the declared type. */
export function importProblem(one: ModuleImport, guest: ImportingGuest): ImportProblem | undefined {
  const types = one.kind === "function" ? typesOf(one, guest) : undefined;
  if (types === undefined) return { kind: "unknown" };
  const forWidth = (type: string) => typeForWidth(type, guest.addressBits);
  if (types.some((type) => forWidth(type) === one.type?.text)) return undefined;
  return { kind: "type", expected: [...new Set(types.map(forWidth))] };
}

/** Only own properties count. A guest must not import inherited ones such as "constructor". */
function typesOf({ module, name, type }: ModuleImport, guest: ImportingGuest): readonly string[] | undefined {
  const { addressBits, wrapperModule = CALLBACK_WRAPPER_MODULE } = guest;
  if (addressBits === 32 && module === wrapperModule && Object.hasOwn(CALLBACK_WRAPPER_TYPES, name)) {
    return CALLBACK_WRAPPER_TYPES[name];
  }
  const known = MODULES.get(module);
  if (known === undefined || (addressBits !== 32 && known.only32?.includes(name))) return undefined;
  return known.typesOf(name, type?.text);
}

/** Finds the types of a function in tables. */
function listed(...tables: readonly ImportTypes[]): KnownModule["typesOf"] {
  return (name) => tables.find((table) => Object.hasOwn(table, name))?.[name];
}
