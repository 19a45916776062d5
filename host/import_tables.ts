/**
 * The import tables of one guest: for each module that it names, the functions that it declares.
 *
 * @module
 */

import type { ModuleImport } from "../wasm/declarations.ts";
import type { FunctionType } from "../wasm/types.ts";
import { assemblyScriptFunctions } from "./assemblyscript/mod.ts";
import { ASSEMBLYSCRIPT_TYPES } from "./assemblyscript/import_types.ts";
import type { GuestContext } from "./core/context.ts";
import { type DeclaredImports, type ImportTable, makeImports } from "./core/imports.ts";
import { LIBBPF_MODULE } from "./libbpf/import_types.ts";
import { libbpfFunction } from "./libbpf/mod.ts";
import { SYS_MODULE } from "./sys/import_types.ts";
import { sysFunction } from "./sys/mod.ts";
import { WASI_MODULE, WASI_UNSTABLE_MODULE } from "./wasi/import_types.ts";
import type { Wasi } from "./wasi/mod.ts";
import { ENV_MODULE, WASM_BPF_MODULE } from "./wasm_bpf/import_types.ts";
import { callbackWrapperFunction, wasmBpfFunction } from "./wasm_bpf/mod.ts";

/** Import functions by module, then by name. */
export type ImportModules = Readonly<Record<string, ImportTable>>;

/** The sources of a guest's import functions. */
export interface ImportSources {
  readonly guest: GuestContext;
  readonly wasi: Wasi;
  /** The import module of the wrapper's poll. It may be one of the other modules, to which it then adds the poll. */
  readonly wrapperModule: string;
}

/** Makes the tables. Unknown modules and names are omitted: `importProblem()` reports them. */
export function importTables(imports: readonly ModuleImport[], sources: ImportSources): ImportModules {
  const tables = Array.from(byModule(imports), ([module, declared]) => [module, tableOf(module, declared, sources)]);
  return Object.fromEntries(tables);
}

function tableOf(module: string, declared: DeclaredImports, sources: ImportSources): ImportTable {
  const { guest, wrapperModule } = sources;
  const table = ownTableOf(module, declared, sources);
  if (module !== wrapperModule) return table;
  return { ...table, ...makeImports(callbackWrapperFunction, guest, declared) };
}

function ownTableOf(module: string, declared: DeclaredImports, { guest, wasi }: ImportSources): ImportTable {
  switch (module) {
    case WASM_BPF_MODULE:
      return makeImports(wasmBpfFunction, guest, declared);
    case ENV_MODULE:
      return envTable(declared, { guest, wasi });
    case LIBBPF_MODULE:
      return makeImports(libbpfFunction, guest, declared);
    case SYS_MODULE:
      return { ...makeImports(sysFunction, guest, declared), ...wasi.linuxFiles };
    case WASI_MODULE:
      return wasi.imports;
    case WASI_UNSTABLE_MODULE:
      return wasi.unstableImports;
    default:
      return {};
  }
}

/** Module `env` has the functions of version 1, for its first guests, and those that AssemblyScript imports. */
function envTable(declared: DeclaredImports, { guest, wasi }: Pick<ImportSources, "guest" | "wasi">): ImportTable {
  const isAssemblyScript = (name: string) => Object.hasOwn(ASSEMBLYSCRIPT_TYPES, name);
  const names = [...declared.keys()];
  return {
    ...names.every(isAssemblyScript) ? {} : makeImports(wasmBpfFunction, guest, declared),
    ...names.some(isAssemblyScript) ? assemblyScriptFunctions(guest, (fd, bytes) => wasi.write(fd, bytes)) : {},
  };
}

function byModule(imports: readonly ModuleImport[]): ReadonlyMap<string, DeclaredImports> {
  const modules = new Map<string, Map<string, FunctionType[]>>();
  for (const { module, name, type } of imports) {
    const declared = modules.get(module) ?? new Map<string, FunctionType[]>();
    modules.set(module, declared);
    const types = declared.get(name) ?? [];
    declared.set(name, types);
    if (type !== undefined) types.push(type);
  }
  return modules;
}
