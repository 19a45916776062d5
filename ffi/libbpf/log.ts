/**
 * Captures the messages of libbpf and the verifier.
 *
 * In this project's library, C code (`shim.c`) collects the lines of each thread, without a call into JavaScript. A system's libbpf
 * calls back into JavaScript, which formats the lines with libc's `vsnprintf`.
 *
 * @module
 */

import type { NativeLibrary } from "../system/library.ts";
import { address } from "../system/pointers.ts";
import { VSNPRINTF_SYMBOLS } from "../system/symbols/libc.ts";
import type { LogMessage } from "./interfaces/calls.ts";
import { LOG_LEVEL } from "./libbpf_numbers.ts";
import { LIBBPF_SYMBOLS } from "./symbols/libbpf.ts";

/** Collects the text of libbpf's messages. Each begins with the character of its level, see {@link messagesOf}. */
interface Collector extends Disposable {
  /** The most detailed level that is collected. */
  level: number;
  /** The text since the last call. */
  take(): string;
}

/** Gets messages when they are taken. */
export type MessageListener = (messages: readonly LogMessage[]) => void;

/** The log of libbpf. Taken after an operation, it holds the messages of that operation. */
export class LibbpfLog implements Disposable {
  /** Gets every message that is taken, in addition to the caller. */
  onMessages: MessageListener | undefined;
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  /** The most detailed level of messages that are kept: {@link LOG_LEVEL}. INFO at first. */
  get level(): number {
    return this.#collector.level;
  }

  set level(level: number) {
    this.#collector.level = level;
  }

  /** The lines since the last call, oldest first, without those for debugging. */
  take(): string[] {
    const messages = messagesOf(this.#collector.take());
    if (messages.length === 0) return [];
    this.onMessages?.(messages);
    return linesOf(messages.filter(({ level }) => level <= LOG_LEVEL.INFO).map(({ text }) => text).join(""));
  }

  [Symbol.dispose](): void {
    this.#collector[Symbol.dispose]();
  }
}

/** Installs the log. A process has only one: the last installed log gets the lines. */
export function installLog(library: NativeLibrary, level: number = LOG_LEVEL.INFO): LibbpfLog {
  return new LibbpfLog(library.shim ? new ShimLog(library.shim, level) : new CallbackLog(library, level));
}

/** The first character of messages of level 0. Those of the other levels follow. */
const FIRST_MARK = 1;

/** The mark of a message's level, as `shim.c` writes it. */
function markOf(level: number): string {
  return String.fromCharCode(FIRST_MARK + level);
}

function levelOf(mark: string): number {
  return mark.charCodeAt(0) - FIRST_MARK;
}

/** A mark, and the text up to the next one. */
// deno-lint-ignore no-control-regex -- the marks are control characters
const MARKED = /([\x01-\x03])([^\x01-\x03]*)/g;

/**
 * Splits a log into its messages. Text whose mark was left out belongs to the message before it, or is a warning.
 *
 * A loop over the characters would get so hot while an object is loaded that V8 compiles it: 10 ms and 8 MiB.
 */
export function messagesOf(text: string): LogMessage[] {
  const marked = text.search(MARKED);
  const unmarked = marked < 0 ? text : text.slice(0, marked);
  const messages = Array.from(text.matchAll(MARKED), ([, mark = "", text = ""]) => ({ level: levelOf(mark), text }));
  return unmarked === "" ? messages : [{ level: LOG_LEVEL.WARN, text: unmarked }, ...messages];
}

const CAPACITY_BYTES = 1 << 16;
const HEAD_BYTES = 1 << 14;
/** The longest message that is formatted. libbpf's own buffer for a verifier's log has 16 MiB. */
const MAX_MESSAGE_BYTES = 1 << 26;
/** The size of a `va_list`. The caller's frame holds at least that many bytes at the pointer. */
const VA_LIST_BYTES = Deno.build.arch === "x86_64" ? 24 : 32;

type Shim = NonNullable<NativeLibrary["shim"]>;

class ShimLog implements Collector {
  readonly #shim: Shim;
  #level: number;
  #buffer: Uint8Array<ArrayBuffer> | undefined;

  constructor(shim: Shim, level: number) {
    this.#shim = shim;
    this.#level = level;
    this.#shim.symbols.wasm_bpf_log_install(level);
  }

  get level(): number {
    return this.#level;
  }

  set level(level: number) {
    this.#level = level;
    this.#shim.symbols.wasm_bpf_log_install(level);
  }

  take(): string {
    this.#buffer ??= new Uint8Array(CAPACITY_BYTES);
    const size = this.#shim.symbols.wasm_bpf_log_take(this.#buffer, this.#buffer.length);
    return size === 0 ? "" : new TextDecoder().decode(this.#buffer.subarray(0, size));
  }

  /** Does nothing, since the library owns the shim. */
  [Symbol.dispose](): void {}
}

class CallbackLog implements Collector {
  level: number;
  readonly #libbpf;
  readonly #libc;
  // C keeps only the address of the callback. This field keeps the callback alive.
  readonly #callback;
  readonly #line = new Uint8Array(1 << 14);
  readonly #kept = new KeptText(CAPACITY_BYTES, HEAD_BYTES);

  constructor(library: NativeLibrary, level: number) {
    this.level = level;
    this.#libbpf = library.open(LIBBPF_SYMBOLS);
    this.#libc = library.openLibc(VSNPRINTF_SYMBOLS);
    this.#callback = new Deno.UnsafeCallback(
      // int libbpf_print_fn_t(enum libbpf_print_level level, const char *format, va_list args)
      { parameters: ["i32", "pointer", "pointer"], result: "i32" } as const,
      (level, format, args) => level <= this.level ? this.#keep(level, format, args) : 0,
    );
    this.#libbpf.symbols.libbpf_set_print(this.#callback.pointer);
  }

  #keep(level: number, format: Deno.PointerValue, args: Deno.PointerValue): number {
    if (args === null) return 0;
    // vsnprintf() consumes the list, so each call gets a copy.
    const list = new Uint8Array(new Deno.UnsafePointerView(args).getArrayBuffer(VA_LIST_BYTES)).slice();
    let into = this.#line;
    let size = this.#format(into, format, list.slice());
    if (size >= into.length) {
      into = new Uint8Array(Math.min(size + 1, MAX_MESSAGE_BYTES));
      size = this.#format(into, format, list.slice());
    }
    this.#kept.append(markOf(level) + new TextDecoder().decode(into.subarray(0, Math.min(size, into.length - 1))));
    return size;
  }

  #format(into: Uint8Array<ArrayBuffer>, format: Deno.PointerValue, list: Uint8Array<ArrayBuffer>): number {
    return this.#libc.symbols.vsnprintf(into, address(into.length), format, Deno.UnsafePointer.of(list));
  }

  take(): string {
    return this.#kept.take();
  }

  [Symbol.dispose](): void {
    this.#libbpf.symbols.libbpf_set_print(null);
    this.#callback.close();
    this.#libc.close();
    this.#libbpf.close();
  }
}

/** Keeps the beginning and the end of a long text in whole lines, as `shim.c` does. */
export class KeptText {
  readonly #capacity: number;
  readonly #headSize: number;
  #head = "";
  #tail = "";
  #leftOutBytes = 0;
  #leftOutLines = 0;

  /** @param capacity the largest number of characters to keep, of which `head` are for the beginning. */
  constructor(capacity: number, head: number) {
    this.#capacity = capacity;
    this.#headSize = head;
  }

  append(text: string): void {
    this.#tail += text;
    if (this.#head.length + this.#tail.length <= this.#capacity) return;
    if (this.#head === "") {
      const end = this.#tail.lastIndexOf("\n", this.#headSize - 1) + 1 || this.#headSize;
      this.#head = this.#tail.slice(0, end);
      this.#tail = this.#tail.slice(end);
    }
    const excess = this.#head.length + this.#tail.length - this.#capacity;
    if (excess <= 0) return;
    let end = this.#tail.indexOf("\n", excess - 1) + 1;
    if (end === 0 || end === this.#tail.length) end = excess;
    const leftOut = this.#tail.slice(0, end);
    this.#leftOutBytes += leftOut.length;
    this.#leftOutLines += leftOut.split("\n").length - 1;
    this.#tail = this.#tail.slice(end);
  }

  /** Returns the kept text, with a line in the place of omitted lines, and clears it. */
  take(): string {
    const note = this.#leftOutBytes === 0
      ? ""
      : `${
        this.#head.endsWith("\n") ? "" : "\n"
      }-- LEFT OUT ${this.#leftOutBytes} bytes, ${this.#leftOutLines} lines --\n`;
    const text = this.#head + note + this.#tail;
    this.#head = this.#tail = "";
    this.#leftOutBytes = this.#leftOutLines = 0;
    return text;
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
