/**
 * Calls for one element of a map. Each is one system call, directly on the caller's bytes.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { MAP_COMMAND } from "../../object/bpf_numbers.ts";
import type { NativeLibrary } from "../system/library.ts";
import { type Address, address, baseOf, NULL } from "../system/pointers.ts";
import type { SymbolTable } from "../system/symbol_table.ts";
import { MAP_CALL_SYMBOLS } from "../system/symbols/shim.ts";
import type { MapCall } from "./interfaces/mod.ts";
import type { ELEMENT_SYMBOLS } from "./symbols/element.ts";

/** Stands for NULL in place of an offset. The kernel requires NULL for maps without keys, for the first key, and for deleting. */
export const NOTHING = 0xffff_ffff;

/**
 * Makes a command on an element of map `fd`. `key` and `value` (or the next key) are offsets into `memory` that the caller has checked.
 *
 * @returns 0 or a negative errno.
 */
export type ElementCall = (
  command: number,
  fd: number,
  memory: Uint8Array<ArrayBuffer>,
  key: number,
  value: number,
  flags: number,
) => number;

/** The functions for elements, opened at first use. */
export class Elements implements Disposable {
  /** The shim's function if the library has it, else the five functions of libbpf. */
  readonly call: ElementCall;
  readonly #library: NativeLibrary;
  #byAddress: Deno.DynamicLibrary<typeof MAP_CALL_SYMBOLS> | undefined;

  constructor(library: NativeLibrary, libbpf: SymbolTable<typeof ELEMENT_SYMBOLS>) {
    const { shim } = this.#library = library;
    this.call = shim ? (...parameters) => shim.symbols.wasm_bpf_map_element(...parameters) : throughLibbpf(libbpf);
  }

  /** See {@link Libbpf.openMapCall}. */
  openImportable(): MapCall | undefined {
    if (this.#library.shim === undefined) return undefined;
    // The functions of a symbol table are JavaScript functions. This one must be native.
    this.#byAddress ??= Deno.dlopen(this.#library.path, MAP_CALL_SYMBOLS);
    const call = this.#byAddress.symbols.wasm_bpf_map_call;
    return callsFromWasmAreDirect() ? call : (...parameters) => call(...parameters);
  }

  [Symbol.dispose](): void {
    this.#byAddress?.close();
  }
}

/**
 * True when WebAssembly can call an imported native function directly, in 7 ns. V8 14.5 does that. V8 15.0 uses its slowest path of
 * 120 ns, and a JavaScript function in between reduces that to 13 ns.
 */
function callsFromWasmAreDirect(): boolean {
  const [major = 0, minor = 0] = Deno.version.v8.split(".").map(Number);
  return major < 14 || (major === 14 && minor <= 5);
}

function throughLibbpf({ symbols }: SymbolTable<typeof ELEMENT_SYMBOLS>): ElementCall {
  return (command, fd, memory, key, value, flags) => {
    const base = baseOf(memory);
    const keyAddress: Address = key === NOTHING ? NULL : address(base + key);
    const valueAddress: Address = value === NOTHING ? NULL : address(base + value);
    switch (command) {
      case MAP_COMMAND.LOOKUP:
        return symbols.bpf_map_lookup_elem_flags(fd, keyAddress, valueAddress, address(flags));
      case MAP_COMMAND.UPDATE:
        return symbols.bpf_map_update_elem(fd, keyAddress, valueAddress, address(flags));
      case MAP_COMMAND.DELETE:
        return symbols.bpf_map_delete_elem_flags(fd, keyAddress, address(flags));
      case MAP_COMMAND.GET_NEXT_KEY:
        return symbols.bpf_map_get_next_key(fd, keyAddress, valueAddress);
      case MAP_COMMAND.LOOKUP_AND_DELETE:
        return symbols.bpf_map_lookup_and_delete_elem_flags(fd, keyAddress, valueAddress, address(flags));
      default:
        return -LINUX_ERRNO.EINVAL;
    }
  };
}
