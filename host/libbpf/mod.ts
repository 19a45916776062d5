/**
 * ABI version 2: the import module `libbpf`. `functions.ts` is the table of it.
 *
 * Results are 0 or positive, or a negative WASI errno, which a guest's own `<errno.h>` and `strerror` understand. libbpf's own numbers
 * (4000 and up) stay as they are.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import type { ImportFunction, MakeImport } from "../core/imports.ts";
import { Call } from "./call.ts";
import { lineOf } from "./functions.ts";
import type { Line } from "./line.ts";
import { marshal } from "./marshal.ts";
import { messagesOf } from "./print.ts";
import { isFunctionName, type Shape, shapeOf, valueType } from "./shape.ts";

const GUARD: GuardOptions<number | bigint> = { errors: NEGATIVE_WASI, syncs: true };

/** Finds a function of module `libbpf`. */
export function libbpfFunction(name: string): MakeImport | undefined {
  const line = lineOf(name);
  if (line === undefined) return undefined;
  return line.make ?? ((guest) => makeImport(shapeOf(name), line, guest));
}

function makeImport(shape: Shape, line: Line, guest: GuestContext): ImportFunction {
  const run = runOf(shape, line);
  const result = resultOf(shape, guest);
  const messages = line.isOfBothVersions === true ? undefined : messagesOf(guest);
  const guarded = guest.guard.wrap((...values: readonly (number | bigint)[]) => {
    const call = new Call(guest, shape, values);
    try {
      return run(call);
    } finally {
      call.end();
      messages?.deliver();
    }
  }, GUARD);
  return (...values) => result(guarded(...values));
}

function runOf(shape: Shape, line: Line): (call: Call) => number | bigint {
  if (line.run !== undefined) return line.run;
  const { name } = shape;
  if (!isFunctionName(name)) throw new TypeError(`Cannot make import ${name}: its line does not say how`);
  return (call) => marshal(call, name, line);
}

/** Converts a result to the type that the import has for this guest. */
function resultOf({ result }: Shape, guest: GuestContext): (value: number | bigint) => number | bigint | void {
  if (result === "void") return () => {};
  const type = valueType(result);
  const is64 = type === "i64" || (type === "ptr" && guest.addressBits === 64);
  return is64 ? BigInt : Number;
}
