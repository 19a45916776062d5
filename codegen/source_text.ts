/**
 * Text that the writers of several languages share: indentation, comments and literals.
 *
 * @module
 */

/** The lines with four spaces before them for each level. Empty lines stay empty. */
export function indent(lines: readonly string[], levels = 1): string {
  return lines.join("\n").split("\n").map((line) => line === "" ? "" : `${"    ".repeat(levels)}${line}`).join("\n");
}

/** Text of a file for a comment, also in backquotes. It cannot end the comment, and has no characters that turn its direction. */
export function commentText(value: string): string {
  return value.replace(/[^ -~]|`/g, "?").replaceAll("*/", "*?");
}

/** "OpenAt" for "openAt". */
export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Each byte in a string literal of Rust, Go and Zig. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (char === "\\" || char === '"') return `\\${char}`;
  return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
});

/** Bytes as the content of a string literal of Rust, Go and Zig. */
export function escapedBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += BYTES[byte] ?? "";
  return text;
}

/** A string literal of TypeScript and AssemblyScript, in ASCII: a line separator would end it. */
export function scriptLiteral(value: string): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
