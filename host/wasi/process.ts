/**
 * Arguments, environment, random bytes, and the end of the process.
 *
 * @module
 */

import { WASI_ERRNO } from "../../errors/mod.ts";
import { fillRandom } from "../../ffi/system/random.ts";
import { type GuestMemory, type GuestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { checked } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";

/** NUL-terminated strings, as `args_get` and `environ_get` return them. */
class StringList {
  readonly #strings: readonly Uint8Array[];
  readonly #sizeBytes: number;

  /** @throws {TypeError} if a string contains a NUL. */
  constructor(strings: readonly string[]) {
    const encoder = new TextEncoder();
    const withNul = strings.find((text) => text.includes("\0"));
    if (withNul !== undefined) throw new TypeError("Cannot pass a string with a NUL to a guest");
    this.#strings = strings.map((text) => encoder.encode(`${text}\0`));
    this.#sizeBytes = this.#strings.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  writeSizes(memory: GuestMemory, count: GuestPtr, size: GuestPtr): void {
    memory.check(count, memory.pointerBytes);
    memory.check(size, memory.pointerBytes);
    memory.writePointer(count, this.#strings.length);
    memory.writePointer(size, this.#sizeBytes);
  }

  write(memory: GuestMemory, pointers: GuestPtr, buffer: GuestPtr): void {
    memory.check(pointers, this.#strings.length * memory.pointerBytes);
    memory.check(buffer, this.#sizeBytes);
    let at: number = buffer;
    this.#strings.forEach((bytes, index) => {
      memory.writePointer(pointers + index * memory.pointerBytes, at);
      memory.bytes.set(bytes, at);
      at += bytes.length;
    });
  }
}

/** `args_*`, `environ_*`, `random_get`, `sched_yield`, `proc_*`. */
export function processFunctions(
  context: WasiContext,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): WasiFunctions {
  const argv = new StringList(args);
  const environ = new StringList(Object.entries(env).map(([name, value]) => `${name}=${value}`));

  return {
    ...guardAll(context, {
      args_get: (pointers: WasmPtr, buffer: WasmPtr) =>
        argv.write(context.memory, context.ptr(pointers), context.ptr(buffer)),
      args_sizes_get: (count: WasmPtr, size: WasmPtr) =>
        argv.writeSizes(context.memory, context.ptr(count), context.ptr(size)),
      environ_get: (pointers: WasmPtr, buffer: WasmPtr) =>
        environ.write(context.memory, context.ptr(pointers), context.ptr(buffer)),
      environ_sizes_get: (count: WasmPtr, size: WasmPtr) =>
        environ.writeSizes(context.memory, context.ptr(count), context.ptr(size)),

      random_get(buffer: WasmPtr, length: WasmPtr): void {
        const bytes = context.memory.view(context.ptr(buffer), guestSize(length));
        for (let done = 0; done < bytes.length;) done += checked(fillRandom(context.files.calls, bytes.subarray(done)));
      },

      // Preview 1 removed signals before it was finished, but old modules import this.
      proc_raise: () => WASI_ERRNO.ENOSYS,
    }),
    ...guardAll(context, { sched_yield: () => context.clocks.yieldProcessor() }, { syncs: true }),

    // Not guarded, because the host needs the exception.
    proc_exit(code: number): never {
      context.cancellation.exit(code >>> 0);
    },
  };
}
