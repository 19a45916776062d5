/**
 * From a module's bytes to a guest that ran: compile, link, start, and what came of it.
 *
 * @module
 */

import { GuestError } from "../errors.ts";
import type { GuestContext, GuestInstance, ImportFunction } from "./context.ts";
import { exportTable, TABLE_NAME } from "./export_table.ts";

/** Names that can be changed for guests made with other toolchains. */
export interface GuestNames {
  /** The export that `callback-wrapper`'s poll calls. */
  callbackExport: string;
  /** The import module of that poll. */
  wrapperModule: string;
}

/** The names that the field uses. */
export const DEFAULT_NAMES: GuestNames = { callbackExport: "go-callback", wrapperModule: "callback-wrapper" };

/** Import functions by module and name. */
export type ImportModules = Readonly<Record<string, Readonly<Record<string, ImportFunction>>>>;

/**
 * Compiles a module. One that needs a table for its callbacks and exports none gets the export added.
 *
 * @param name for messages: the path as typed.
 * @throws {GuestError} "invalid-module" with the engine's reason.
 */
export function compileGuest(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  const module = compile(bytes, name);
  const exports = WebAssembly.Module.exports(module);
  if (exports.some((one) => one.kind === "table")) return module;
  const polls = WebAssembly.Module.imports(module).some((one) => one.name === "wasm_bpf_buffer_poll");
  if (!polls) return module;
  try {
    return compile(exportTable(bytes), name);
  } catch (error) {
    // It has no table at all: a guest whose callback is an export.
    if (error instanceof GuestError) return module;
    throw error;
  }
}

/**
 * Links a module with the first of `choices` that it links with, and binds it to `context`. All offer the same names, and the
 * last one has to fit every guest.
 *
 * @throws {GuestError} "unknown-import" naming what is not offered; "invalid-module" when it has no memory or does not link.
 */
export function linkGuest(
  module: WebAssembly.Module,
  choices: Iterable<ImportModules>,
  context: GuestContext,
  names: GuestNames,
): WebAssembly.Instance {
  const instance = instantiate(module, choices);
  context.bind(partsOf(instance, names));
  return instance;
}

/**
 * Runs a linked guest to its end: `_start` of a command, or `_initialize` of a reactor.
 *
 * @throws {GuestError} "trap", or "invalid-module" when it has no entry.
 * @throws {ProcExit} what `proc_exit` throws, when the guest ended itself.
 */
export function startGuest(instance: WebAssembly.Instance): void {
  const { _start, _initialize } = instance.exports;
  const entry = _start ?? _initialize;
  if (typeof entry !== "function") {
    throw new GuestError("invalid-module", "Cannot run module: it exports neither _start nor _initialize");
  }
  try {
    entry();
  } catch (error) {
    throw trapOf(error);
  }
}

const MAGIC = 0x6d736100;
const ELF_MAGIC = 0x464c457f;

function compile(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  const magic = bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (magic !== MAGIC) {
    const what = bytes.length === 0
      ? "it is empty"
      : magic === ELF_MAGIC
      ? "it is an ELF file, not a WebAssembly module (wasm-bpf inspect shows what is in an eBPF object)"
      : "it is not a WebAssembly module";
    throw new GuestError("invalid-module", `Cannot run "${name}": ${what}`);
  }
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^WebAssembly\.Module\(\): /, "") : String(cause);
    throw new GuestError("invalid-module", `Cannot run "${name}": it is no valid module: ${reason}`, { cause });
  }
}

const MOST_NAMED = 5;

function checkImports(module: WebAssembly.Module, imports: ImportModules): void {
  const unknown = WebAssembly.Module.imports(module)
    .filter((one) => one.kind !== "function" || !offers(imports, one.module, one.name))
    .map((one) => `${one.module}.${one.name}`);
  if (unknown.length === 0) return;
  const named = [...new Set(unknown)];
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : "";
  throw new GuestError(
    "unknown-import",
    `Cannot link module: unknown import ${named.slice(0, MOST_NAMED).join(", ")}${more}`,
  );
}

/** Own properties alone count: an object also has a "constructor", and what a guest could do with that is no ABI. */
function offers(imports: ImportModules, module: string, name: string): boolean {
  return Object.hasOwn(imports, module) && Object.hasOwn(imports[module] ?? {}, name);
}

function instantiate(module: WebAssembly.Module, choices: Iterable<ImportModules>): WebAssembly.Instance {
  let unfit: WebAssembly.LinkError | undefined;
  for (const imports of choices) {
    if (unfit === undefined) checkImports(module, imports);
    try {
      return new WebAssembly.Instance(module, imports);
    } catch (error) {
      // Else the module's own start function ran and failed.
      if (!(error instanceof WebAssembly.LinkError)) throw trapOf(error);
      unfit = error;
    }
  }
  const reason = unfit?.message.replace(/^WebAssembly\.Instance\(\): /, "");
  throw new GuestError("unknown-import", `Cannot link module: ${reason}`, { cause: unfit });
}

function partsOf(instance: WebAssembly.Instance, names: GuestNames): GuestInstance {
  const { memory } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new GuestError("invalid-module", 'Cannot run module: it exports no "memory"');
  }
  // A guest with threads could change bytes between the check and the use of them.
  if (!(memory.buffer instanceof ArrayBuffer)) {
    throw new GuestError("invalid-module", "Cannot run module: its memory is shared between threads");
  }
  if (!hasAddressesOf32Bits(memory)) {
    throw new GuestError(
      "invalid-module",
      "Cannot run module: its memory has 64-bit addresses (compile it for wasm32)",
    );
  }
  const callback = instance.exports[names.callbackExport];
  return {
    memory,
    table: findTable(instance.exports),
    callback: typeof callback === "function" ? callback : undefined,
    callbackName: names.callbackExport,
  };
}

/** Growing by 0 changes nothing; a memory with 64-bit addresses wants a BigInt there. */
function hasAddressesOf32Bits(memory: WebAssembly.Memory): boolean {
  try {
    memory.grow(0);
    return true;
  } catch (error) {
    return !(error instanceof TypeError);
  }
}

function findTable(exports: WebAssembly.Exports): WebAssembly.Table | undefined {
  const named = exports[TABLE_NAME];
  if (named instanceof WebAssembly.Table) return named;
  return Object.values(exports).find((one) => one instanceof WebAssembly.Table);
}

/**
 * What V8 and Deno say when a value cannot go between WebAssembly and JavaScript as the guest declared it: an i64 is a BigInt,
 * several results are a list, a v128 is nothing in JavaScript, and a parameter that the guest left out is undefined.
 */
const MISFIT = /BigInt|is not iterable|type incompatibility when transforming|^Invalid FFI/;

/** What a guest died of. `ProcExit` and errors of the host itself stay what they are. */
function trapOf(error: unknown): unknown {
  if (error instanceof GuestError) return error;
  if (error instanceof WebAssembly.RuntimeError) {
    return new GuestError("trap", `The guest trapped: ${error.message}`, { cause: error });
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return new GuestError("trap", "The guest trapped: stack overflow", { cause: error });
  }
  if (isWasmException(error)) {
    return new GuestError("trap", "The guest trapped: an exception that nobody caught", { cause: error });
  }
  if (error instanceof TypeError && MISFIT.test(error.message)) {
    const message = "Cannot run module: it declares an import, or its entry, with types that do not fit";
    return new GuestError("invalid-module", message, { cause: error });
  }
  return error;
}

/** `WebAssembly.Exception`, which TypeScript's library does not declare. */
function isWasmException(error: unknown): boolean {
  const constructor: unknown = Reflect.get(WebAssembly, "Exception");
  return typeof constructor === "function" && error instanceof constructor;
}
