/**
 * Literals of Rust.
 *
 * @module
 */

import { escapedBytes } from "../source_text.ts";

/** Bytes in a line of the source. */
const LINE_BYTES = 32;

/** `bytes` as a literal `b"..."` over several lines. */
export function byteLiteral(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = escapedBytes(bytes.subarray(at, at + LINE_BYTES));
    // A line that ends with a backslash continues without the spaces of the next one, so that a space there must be escaped.
    lines.push(line.replace(/^ /, "\\x20"));
  }
  return `b"\\\n    ${lines.join("\\\n    ")}"`;
}

/** `value` as a string literal, in ASCII. */
export function stringLiteral(value: string): string {
  const escaped = Array.from(value, (char) => {
    if (char === "\\" || char === '"') return `\\${char}`;
    return /[ -~]/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${escaped.join("")}"`;
}
