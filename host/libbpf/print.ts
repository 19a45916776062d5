/**
 * libbpf's messages for the guest.
 *
 * Before the guest chooses a function for them, the host prints warnings and information on its stderr, as libbpf does.
 *
 * @module
 */

import type { LogMessage } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { callTyped } from "../core/instance.ts";
import type { GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";

const INFO = 1;
const DEBUG = 2;
const STDERR = 2;

/** The guest's function for messages, and the buffer in which it gets the text. */
interface Printer {
  readonly index: GuestPtr;
  readonly buffer: GuestPtr;
  readonly sizeBytes: number;
}

/** The messages of one guest. */
export class Messages {
  readonly #guest: GuestContext;
  readonly #waiting: LogMessage[] = [];
  /** The guest's names of paths that libbpf got. */
  readonly #names = new Map<string, string>();
  /** Undefined until the guest has chosen. Null for a guest that wants no messages. */
  #printer: Printer | null | undefined;

  constructor(guest: GuestContext) {
    this.#guest = guest;
    this.#listen(INFO);
  }

  /** Chooses a function of the guest; null for none. */
  choose(printer: Printer | null): void {
    this.#printer = printer;
    this.#listen(printer === null ? INFO : DEBUG);
  }

  /** Shows `name` in messages in place of `path`, which libbpf got. */
  rename(path: string, name: string): void {
    this.#names.set(path, name);
  }

  /** Gives the guest the messages of the calls so far. */
  deliver(): void {
    this.#guest.gate.calls.takeMessages();
    // The guest's function may call imports, which deliver the messages that are left.
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      this.#print(message);
    }
  }

  #listen(level: number): void {
    this.#guest.gate.calls.listen(level, (messages) => this.#waiting.push(...messages));
  }

  #print({ level, text }: LogMessage): void {
    const message = { level, text: this.#named(text) };
    if (this.#printer === undefined) this.#writeOut(message);
    else if (this.#printer !== null) this.#callBack(this.#printer, message);
  }

  #named(text: string): string {
    let named = text;
    for (const [path, name] of this.#names) named = named.replaceAll(path, name);
    return named;
  }

  #writeOut({ level, text }: LogMessage): void {
    const stderr = this.#guest.descriptors.find(STDERR);
    if (level <= INFO && stderr !== undefined) {
      this.#guest.system.calls.write(stderr.hostFd, new TextEncoder().encode(text));
    }
  }

  /** Calls the guest's function, several times for a text that is longer than the buffer. */
  #callBack({ index, buffer, sizeBytes }: Printer, { level, text }: LogMessage): void {
    const { instance, memory, addressBits } = this.#guest;
    const bytes = new TextEncoder().encode(text);
    for (let start = 0; start < bytes.length; start += sizeBytes - 1) {
      const part = bytes.subarray(start, start + sizeBytes - 1);
      const room = memory.view(buffer, part.length + 1);
      room.set(part);
      room[part.length] = 0;
      const run = instance.functionAt(index);
      const args = [level, addressBits === 64 ? BigInt(buffer) : buffer];
      if (run !== undefined) callTyped(run, args, "the function for messages of libbpf");
    }
  }
}

const allMessages = new WeakMap<GuestContext, Messages>();

/** The messages of a guest. */
export function messagesOf(guest: GuestContext): Messages {
  const known = allMessages.get(guest);
  if (known !== undefined) return known;
  const messages = new Messages(guest);
  allMessages.set(guest, messages);
  return messages;
}

/**
 * `libbpf_set_print(fn, buffer, size)`: the guest's function `(i32 level, ptr text)` gets each message that an import causes, before
 * that import returns.
 */
export function setPrint(call: Call): number {
  const { guest } = call;
  const index = call.pointer("print");
  const messages = messagesOf(guest);
  if (index === 0) {
    messages.choose(null);
    return 0;
  }
  const [buffer, sizeBytes] = [call.pointer("buffer"), call.size("size")];
  if (sizeBytes < 2 || guest.instance.functionAt(index) === undefined) refuse("EINVAL");
  guest.memory.check(buffer, sizeBytes);
  messages.choose({ index, buffer, sizeBytes });
  return 0;
}
