/**
 * Words and literals of Zig.
 *
 * @module
 */

import { escapedBytes } from "../source_text.ts";

const KEYWORDS: ReadonlySet<string> = new Set(
  ("addrspace align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else enum " +
    "errdefer error export extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub resume return " +
    "struct suspend switch test threadlocal try union unreachable usingnamespace var volatile while").split(" "),
);

const TYPES: ReadonlySet<string> = new Set(
  ("anyerror anyframe anyopaque bool comptime_float comptime_int false isize noreturn null true type undefined usize void " +
    "f16 f32 f64 f80 f128 c_char c_short c_ushort c_int c_uint c_long c_ulong c_longlong c_ulonglong c_longdouble")
    .split(" "),
);

/** A name as a member. Zig allows every name in quotes. */
export function word(name: string): string {
  return KEYWORDS.has(name) || name === "_" ? `@"${name}"` : name;
}

/** A name as a declaration, which must not be that of a type of Zig without quotes. */
export function declaration(name: string): string {
  return TYPES.has(name) || /^[iu][0-9]+$/.test(name) ? `@"${name}"` : word(name);
}

/** A string literal. */
export function stringLiteral(value: string): string {
  return byteLiteral(new TextEncoder().encode(value));
}

/** Bytes as a string literal, in one line: Zig has no literal with escapes over several lines. */
export function byteLiteral(bytes: Uint8Array): string {
  return `"${escapedBytes(bytes)}"`;
}
