/**
 * Text of generated Go, in the form of gofmt.
 *
 * @module
 */

/** "IsExit" for "is_exit". Every word begins with a capital, so that no name is reserved. */
export function exported(name: string): string {
  const camel = name.split("_").filter((word) => word !== "").map(capitalized).join("");
  return /^[A-Z]/.test(camel) ? camel : `X${camel}`;
}

/** "OpenAt" for "openAt". */
export function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** A literal of a text. */
export function literal(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

/** The tag of a field. Any text can be the name of a map. */
export function tag(name: string): string {
  const text = `ebpf:${literal(name)}`;
  return /^[ -_a-~]*$/.test(name) ? `\`${text}\`` : literal(text);
}

/** Text for a comment. */
export function quoted(value: string): string {
  return value.replace(/[^ -~]/g, "?");
}

/** Lines of a block, indented by one tab. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `\t${text}`).join("\n");
}

/** Lines of a block whose columns begin at the same place. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0);
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  return lines(rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" ").trimEnd()));
}

/** A literal of bytes: one line, because the compiler adds up long sums of literals slowly. */
export function byteLiteral(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (const byte of bytes) parts.push(BYTE_TEXTS[byte] ?? "");
  return `"${parts.join("")}"`;
}

const BYTE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const isPlain = byte >= 0x20 && byte < 0x7f && character !== '"' && character !== "\\";
  return isPlain ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
});
