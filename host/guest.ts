/**
 * Compiles, links and starts a guest.
 *
 * @module
 */

import { FormatError, GuestError } from "../errors/mod.ts";
import { boundTables } from "../wasm/bound_tables.ts";
import { boundMemories } from "../wasm/bound_memories.ts";
import { addressBitsOf, type Declarations, type ModuleImport, readDeclarations } from "../wasm/declarations.ts";
import { exportTable, TABLE_NAME } from "../wasm/export_table.ts";
import { type AddressBits, isComponent } from "../wasm/sections.ts";
import { assemblyScriptAdvice } from "./assemblyscript/import_types.ts";
import type { GuestContext } from "./core/context.ts";
import { type InstanceParts, numberedTable } from "./core/instance.ts";
import { WASM_PAGE_BYTES } from "./core/memory.ts";
import { guestStackOf, withLongStacks } from "./guest_stack.ts";
import type { ImportModules } from "./import_tables.ts";
import { LIBBPF_MODULE } from "./libbpf/import_types.ts";
import { type ImportingGuest, importProblem } from "./import_types.ts";
import { checkModule, hasUnboundedTable, MAX_TABLE_ENTRIES, type ModulePermissions } from "./module_limits.ts";
import { CALLBACK_WRAPPER_MODULE, ENV_MODULE } from "./wasm_bpf/import_types.ts";

/** Names that can be changed for guests made with other toolchains. */
export interface GuestNames {
  /** The export that `callback-wrapper`'s poll calls. */
  callbackExport: string;
  /** The import module of that poll. */
  wrapperModule: string;
}

/** The names that existing guests use. */
export const DEFAULT_NAMES: GuestNames = { callbackExport: "go-callback", wrapperModule: CALLBACK_WRAPPER_MODULE };

/** A compiled module that may run, and its imports. */
export interface CompiledGuest {
  readonly module: WebAssembly.Module;
  readonly imports: readonly ModuleImport[];
  /** The width of its pointers and sizes: that of the addresses of its memory. */
  readonly addressBits: AddressBits;
}

const NO_PERMISSIONS: ModulePermissions = { allowGc: false };

/**
 * Compiles a module. Adds the export of its table if its callbacks need one and it exports none. Sets a maximum on tables that could
 * grow without bound, and on its memory if the caller has one.
 *
 * @param name for messages: the path as typed.
 * @throws {GuestError} "invalid-module" with the engine's reason, or if the module exceeds the limits of a guest.
 */
export function compileGuest(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  permissions: ModulePermissions = NO_PERMISSIONS,
): CompiledGuest {
  checkMagic(bytes, name);
  const declared = declarationsOf(bytes);
  // The engine gives a better reason for an invalid module than this reader.
  if (declared instanceof FormatError) {
    compile(bytes, name);
    throw new GuestError("invalid-module", `Cannot run "${name}": ${declared.problem}`, { cause: declared });
  }
  checkModule(declared, name, permissions);
  const bounded = boundResources(bytes, declared, permissions);
  const module = compile(lacksTableExport(declared) ? exportTable(bounded) : bounded, name);
  return { module, imports: declared.imports, addressBits: addressBitsOf(declared) };
}

function boundResources(
  bytes: Uint8Array<ArrayBuffer>,
  declared: Declarations,
  { maxMemoryBytes }: ModulePermissions,
): Uint8Array<ArrayBuffer> {
  const bounded = hasUnboundedTable(declared) ? boundTables(bytes, MAX_TABLE_ENTRIES) : bytes;
  return maxMemoryBytes === undefined ? bounded : boundMemories(bounded, Math.floor(maxMemoryBytes / WASM_PAGE_BYTES));
}

/** Options of {@link linkGuest}. */
export interface LinkOptions {
  /** The functions that the module declares. */
  readonly imports: ImportModules;
  readonly context: GuestContext;
  readonly names: GuestNames;
}

/**
 * Links a module and binds it to its context.
 *
 * @throws {GuestError} "unknown-import" with the names of unknown imports; "invalid-module" if an import has the wrong type, or the
 * module has no memory.
 */
export function linkGuest(guest: CompiledGuest, { imports, context, names }: LinkOptions): WebAssembly.Instance {
  checkImports(guest.imports, { addressBits: guest.addressBits, wrapperModule: names.wrapperModule });
  const instance = instantiate(guest.module, imports);
  context.bind(partsOf(instance, guest.addressBits, names));
  return instance;
}

/**
 * Runs a linked guest to its end: `_start` of a command, or `_initialize` of a reactor.
 *
 * @throws {GuestError} "trap", or "invalid-module" if it has no entry.
 * @throws {ProcExit} when the guest calls `proc_exit`.
 */
export function startGuest(instance: WebAssembly.Instance): void {
  const { _start, _initialize } = instance.exports;
  const entry = _start ?? _initialize;
  if (typeof entry !== "function") {
    throw new GuestError("invalid-module", "Cannot run module: it exports neither _start nor _initialize");
  }
  if (entry.length > 0) throw new GuestError("invalid-module", ENTRY_MISFIT);
  try {
    withLongStacks(() => entry());
  } catch (error) {
    // The engine refuses to call a function with a type that JavaScript lacks, such as v128.
    if (error instanceof TypeError && /^type incompatibility when transforming/.test(error.message)) {
      throw new GuestError("invalid-module", ENTRY_MISFIT, { cause: error });
    }
    throw trapOf(error);
  }
}

const ENTRY_MISFIT = "Cannot run module: its entry has types that do not fit";
const COMPONENT_GIVEN = "it is a WebAssembly component, not a module (compile for WASI preview 1, like wasm32-wasip1)";
const MAGIC = 0x6d736100;
const ELF_MAGIC = 0x464c457f;

function checkMagic(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  if (isComponent(bytes)) throw new GuestError("invalid-module", `Cannot run "${name}": ${COMPONENT_GIVEN}`);
  const magic = bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (magic === MAGIC) return;
  const what = bytes.length === 0
    ? "it is empty"
    : magic === ELF_MAGIC
    ? "it is an ELF file, not a WebAssembly module (wasm-bpf inspect shows its contents if it is an eBPF object)"
    : "it is not a WebAssembly module";
  throw new GuestError("invalid-module", `Cannot run "${name}": ${what}`);
}

function compile(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^WebAssembly\.Module\(\): /, "") : String(cause);
    throw new GuestError("invalid-module", `Cannot run "${name}": it is not a valid module: ${reason}`, { cause });
  }
}

function declarationsOf(bytes: Uint8Array<ArrayBuffer>): Declarations | FormatError {
  try {
    return readDeclarations(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

/** True if a module may pass callbacks and has a table, but does not export it. A name can be exported only once. */
function lacksTableExport({ imports, exports, tables }: Declarations): boolean {
  return tables.length > 0 &&
    exports.every(({ kind, name }) => kind !== "table" && name !== TABLE_NAME) &&
    imports.some(({ module, name }) => name === "wasm_bpf_buffer_poll" || module === LIBBPF_MODULE);
}

const MOST_NAMED = 5;

function checkImports(imports: readonly ModuleImport[], guest: ImportingGuest): void {
  const unknown = new Set<string>();
  const misfits: string[] = [];
  for (const one of imports) {
    const problem = importProblem(one, guest);
    const name = `${one.module}.${one.name}`;
    if (problem?.kind === "unknown") unknown.add(name);
    if (problem?.kind === "type") {
      misfits.push(`import ${name} has type ${one.type?.text}, should be ${problem.expected.join(" or ")}`);
    }
  }
  const [misfit] = misfits;
  if (unknown.size > 0) {
    const more = unknown.size > MOST_NAMED ? ` and ${unknown.size - MOST_NAMED} more` : "";
    const named = [...unknown].slice(0, MOST_NAMED).join(", ");
    const advice = firstAdvice(unknown);
    const hint = advice === undefined ? "" : ` (hint: ${advice})`;
    throw new GuestError("unknown-import", `Cannot link module: unknown import ${named}${more}${hint}`);
  }
  if (misfit === undefined) return;
  const more = misfits.length > 1 ? `, and ${misfits.length - 1} more imports have other types` : "";
  throw new GuestError("invalid-module", `Cannot link module: ${misfit}${more}`);
}

/** The advice for the first import of `env` that has one. */
function firstAdvice(names: ReadonlySet<string>): string | undefined {
  const prefix = `${ENV_MODULE}.`;
  for (const name of names) {
    const advice = name.startsWith(prefix) ? assemblyScriptAdvice(name.slice(prefix.length)) : undefined;
    if (advice !== undefined) return advice;
  }
  return undefined;
}

function instantiate(module: WebAssembly.Module, imports: ImportModules): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    // The module's start function failed.
    throw trapOf(error);
  }
}

function partsOf(instance: WebAssembly.Instance, addressBits: AddressBits, names: GuestNames): InstanceParts {
  const { memory } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new GuestError("invalid-module", 'Cannot run module: it exports no "memory"');
  }
  // Another thread of the guest could change bytes between the check and the use of them.
  if (!(memory.buffer instanceof ArrayBuffer)) {
    throw new GuestError("invalid-module", "Cannot run module: its memory is shared between threads");
  }
  const callback = instance.exports[names.callbackExport];
  return {
    memory,
    table: callbackExports(instance.exports, addressBits) ?? findTable(instance.exports),
    callback: typeof callback === "function" ? callback : undefined,
    callbackName: names.callbackExport,
  };
}

/** The name of an export that is callback N: its index for functions that take callbacks. */
const CALLBACK_EXPORT = /^wasm_bpf_callback_([1-9]|[1-5]\d|6[0-3])$/;

/**
 * A table with the callbacks that a guest exports by number; undefined if it exports none. Guests in Go cannot put their functions into
 * a table.
 */
function callbackExports(exports: WebAssembly.Exports, bits: AddressBits): WebAssembly.Table | undefined {
  const callbacks = Object.entries(exports).flatMap(([name, value]) => {
    const number = CALLBACK_EXPORT.exec(name)?.[1];
    return number === undefined || typeof value !== "function" ? [] : [[Number(number), value] as const];
  });
  return callbacks.length === 0 ? undefined : numberedTable(new Map(callbacks), bits);
}

function findTable(exports: WebAssembly.Exports): WebAssembly.Table | undefined {
  const named = exports[TABLE_NAME];
  if (named instanceof WebAssembly.Table) return named;
  return Object.values(exports).find((one) => one instanceof WebAssembly.Table);
}

/** Converts an error that ended a guest. Returns `ProcExit` and errors of the host unchanged. */
export function trapOf(error: unknown): unknown {
  if (error instanceof GuestError) return error;
  if (error instanceof WebAssembly.RuntimeError) return trap(error.message, error);
  // The stack can overflow again while the host gives back what it took.
  if (error instanceof SuppressedError) return trapOf(error.error);
  if (error instanceof RangeError && /call stack/i.test(error.message)) return trap("stack overflow", error);
  if (error instanceof RangeError && /Out of memory/i.test(error.message)) {
    const message = "Cannot run module: there is not enough memory for the memory and tables that it declares";
    return new GuestError("out-of-memory", message, { cause: error });
  }
  if (isWasmException(error)) {
    return new GuestError("trap", "The guest trapped: an uncaught exception", { cause: error });
  }
  return error;
}

function trap(reason: string, cause: Error): GuestError {
  return new GuestError("trap", `The guest trapped: ${reason}`, { cause, guestStack: guestStackOf(cause) });
}

/** `WebAssembly.Exception`, which TypeScript's library does not declare. */
function isWasmException(error: unknown): boolean {
  const constructor: unknown = Reflect.get(WebAssembly, "Exception");
  return typeof constructor === "function" && error instanceof constructor;
}
