/**
 * Names that generated AssemblyScript cannot use.
 *
 * @module
 */

import { capitalized } from "../source_text.ts";

/** Words that the compiler takes neither as names of properties nor as names of constants. Others, such as "type", are names too. */
export const WORDS: ReadonlySet<string> = new Set(
  ("abstract async await break case catch class const constructor continue debugger declare default delete do else " +
    "enum export extends false finally for function if implements import in instanceof interface let new null of " +
    "override package private protected public readonly return static super switch this throw true try typeof var " +
    "void while with yield").split(" "),
);

/** The language's types and globals, and the names that a generated file imports. A class with such a name would hide them. */
export const GLOBALS: ReadonlySet<string> = new Set(
  ("Array ArrayBuffer Atomics BpfMap BpfObject BpfProgram BpfQueue DataView Date Error Float32Array Float64Array Function Infinity " +
    "Int16Array Int32Array Int64Array Int8Array JSON Map MapHandle Math NaN NativeMath NativeMathf Number OBJECT Object PerCpuMap " +
    "RangeError RegExp Section SectionKind Set StaticArray String Symbol Uint16Array Uint32Array Uint64Array Uint8Array " +
    "Uint8ClampedArray abort anyref assert atomic bits bool bswap call_indirect changetype console crypto externref f32 f64 funcref " +
    "globalThis heap i16 i31 i32 i64 i8 isize load memory offsetof performance process setBits setTextAt signedBits sizeof store table " +
    "textAt trace u16 u32 u64 u8 unchecked unreachable usize v128 zeroed").split(" "),
);

/** The name, or the name with "_" if the language reserves it. */
export function word(name: string): string {
  return WORDS.has(name) ? `${name}_` : name;
}

/** "ExecEvent" for "exec_event": the form of classes. */
export function className(name: string): string {
  const camel = name.split("_").map(capitalized).join("");
  const own = /^[A-Za-z]/.test(camel) ? camel : `X${camel}`;
  return GLOBALS.has(own) ? `${own}_` : own;
}
