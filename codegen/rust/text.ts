/**
 * Literals, comments and indentation of Rust.
 *
 * @module
 */

const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (char === "\\" || char === '"') return `\\${char}`;
  return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
});

/** Bytes in a line of the source. */
const LINE_BYTES = 32;

/** `bytes` as a literal `b"..."` over several lines. */
export function byteLiteral(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    let line = "";
    for (const byte of bytes.subarray(at, at + LINE_BYTES)) line += ESCAPES[byte] ?? "";
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

/** Text for a comment, in backquotes. */
export function quoted(value: string): string {
  return value.replace(/[^ -~]|`/g, "?");
}

/** The lines with spaces before them. */
export function indent(lines: readonly string[], levels = 1): string {
  return lines.join("\n").split("\n").map((line) => line === "" ? "" : `${"    ".repeat(levels)}${line}`).join("\n");
}
