/**
 * Text of generated Go, in the form of gofmt.
 *
 * @module
 */

import { capitalized, escapedBytes } from "../source_text.ts";

/** "IsExit" for "is_exit". Every word begins with a capital, so that no name is reserved. */
export function exported(name: string): string {
  const camel = name.split("_").filter((word) => word !== "").map(capitalized).join("");
  return /^[A-Z]/.test(camel) ? camel : `X${camel}`;
}

/** A string literal. */
export function stringLiteral(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

/** The tag of a field. Any text can be the name of a map. */
export function tag(name: string): string {
  const text = `ebpf:${stringLiteral(name)}`;
  return /^[ -_a-~]*$/.test(name) ? `\`${text}\`` : stringLiteral(text);
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
  return `"${escapedBytes(bytes)}"`;
}
