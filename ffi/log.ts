/**
 * What libbpf and the verifier say, kept instead of printed.
 *
 * With this project's library the lines are collected in C (`shim.c`), per thread, without a call into JavaScript. With a
 * system libbpf they come through a callback and libc's `vsnprintf`.
 *
 * @module
 */

import type { NativeLibrary } from "./library.ts";
import { address } from "./pointers.ts";
import { LIBBPF_SYMBOLS, VSNPRINTF_SYMBOLS } from "./symbols/libbpf.ts";

/** libbpf's levels (`enum libbpf_print_level`): what is kept is this and everything graver. */
export const LOG_LEVEL = { WARN: 0, INFO: 1, DEBUG: 2 } as const;

/** The log of libbpf: taken after an operation, it is what that operation said. */
export interface LibbpfLog extends Disposable {
  /** The lines since the last call, oldest first. */
  take(): string[];
}

/** Installs the log. There is one per process: the last one installed gets the lines. */
export function installLog(library: NativeLibrary, level: number = LOG_LEVEL.INFO): LibbpfLog {
  return library.shim ? new ShimLog(library.shim, level) : new CallbackLog(library, level);
}

const CAPACITY_BYTES = 1 << 16;

type Shim = NonNullable<NativeLibrary["shim"]>;

class ShimLog implements LibbpfLog {
  readonly #shim: Shim;
  #buffer: Uint8Array<ArrayBuffer> | undefined;

  constructor(shim: Shim, level: number) {
    this.#shim = shim;
    this.#shim.symbols.wasm_bpf_log_install(level);
  }

  take(): string[] {
    this.#buffer ??= new Uint8Array(CAPACITY_BYTES);
    const size = this.#shim.symbols.wasm_bpf_log_take(this.#buffer, this.#buffer.length);
    return size === 0 ? [] : linesOf(new TextDecoder().decode(this.#buffer.subarray(0, size)));
  }

  /** The shim is the library's. */
  [Symbol.dispose](): void {}
}

class CallbackLog implements LibbpfLog {
  readonly #libbpf;
  readonly #libc;
  // C keeps only the address: the field keeps the callback alive.
  readonly #callback;
  readonly #line = new Uint8Array(1 << 14);
  #text = "";

  constructor(library: NativeLibrary, level: number) {
    this.#libbpf = library.open(LIBBPF_SYMBOLS);
    this.#libc = library.openLibc(VSNPRINTF_SYMBOLS);
    this.#callback = new Deno.UnsafeCallback(
      // int libbpf_print_fn_t(enum libbpf_print_level level, const char *format, va_list args)
      { parameters: ["i32", "pointer", "pointer"], result: "i32" } as const,
      (lineLevel, format, args) => lineLevel <= level ? this.#keep(format, args) : 0,
    );
    this.#libbpf.symbols.libbpf_set_print(this.#callback.pointer);
  }

  #keep(format: Deno.PointerValue, args: Deno.PointerValue): number {
    const size = this.#libc.symbols.vsnprintf(this.#line, address(this.#line.length), format, args);
    const kept = new TextDecoder().decode(this.#line.subarray(0, Math.min(size, this.#line.length - 1)));
    this.#text = (this.#text + kept).slice(-CAPACITY_BYTES);
    return size;
  }

  take(): string[] {
    const text = this.#text;
    this.#text = "";
    return linesOf(text);
  }

  [Symbol.dispose](): void {
    this.#libbpf.symbols.libbpf_set_print(null);
    this.#callback.close();
    this.#libc.close();
    this.#libbpf.close();
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
