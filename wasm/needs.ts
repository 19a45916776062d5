/**
 * The files and directories that a module needs, recorded in its custom section `wasm_bpf.needs`: one line for each, a path and
 * `:ro` or `:rw`. A record grants nothing: the person who runs the module does.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { Cursor } from "./cursor.ts";
import { isWasm, readSections, SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

/** The name of the section. */
export const NEEDS_SECTION = "wasm_bpf.needs";

const MAX_NEEDS = 64;
const MAX_PATH_BYTES = 4095;
const MAX_SECTION_BYTES = 1 << 16;

/** A file or a directory that a module needs. */
export interface Need {
  /** An absolute path of the host, without `.` and `..`. */
  readonly path: string;
  /** True when the module only reads it. */
  readonly readOnly: boolean;
}

/**
 * Parses `PATH`, `PATH:ro` or `PATH:rw`. Reading is the default.
 *
 * @throws {RangeError} with the reason, when the path could mean something else for another reader.
 */
export function parseNeed(text: string): Need {
  const writes = text.endsWith(":rw");
  const path = writes || text.endsWith(":ro") ? text.slice(0, -":rw".length) : text;
  const problem = problemOf(path);
  if (problem !== undefined) throw new RangeError(`${JSON.stringify(text)} ${problem}`);
  return { path, readOnly: !writes };
}

/** `PATH:ro` or `PATH:rw`. */
export function needText({ path, readOnly }: Need): string {
  return `${path}:${readOnly ? "ro" : "rw"}`;
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not an absolute path";
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) return "is too long";
  const parts = path.slice(1).split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return 'has an empty part, "." or ".."';
  // --dir separates its parts with colons, and messages are one line.
  if (path.includes("::") || path.endsWith(":ro")) return "has colons that --dir would misread";
  if (hasControlCharacter(path)) return "has a control character";
  return undefined;
}

function hasControlCharacter(text: string): boolean {
  return /\p{C}/u.test(text);
}

/**
 * The needs that a module records.
 *
 * @throws {FormatError} when the module is damaged before or in the section, or when the section breaks a rule.
 */
export function readNeeds(bytes: Uint8Array): Need[] {
  if (!isWasm(bytes)) return [];
  const needs: Need[] = [];
  let found = false;
  for (const { id, content } of readSections(bytes)) {
    if (id !== SECTION.CUSTOM || content.peekName() !== NEEDS_SECTION) continue;
    if (found) fail("there are two sections");
    found = true;
    needs.push(...readSection(content));
  }
  return needs;
}

function readSection(content: Cursor): Need[] {
  content.name();
  const size = content.sizeBytes - content.at;
  if (size > MAX_SECTION_BYTES) fail(`${size} bytes are too many`);
  const lines = decode(content.bytes(size)).split("\n").filter((line) => line !== "");
  if (lines.length > MAX_NEEDS) fail(`${lines.length} paths are too many`);
  const needs = lines.map(parseLine);
  const paths = new Set(needs.map(({ path }) => path));
  if (paths.size < needs.length) fail("a path is there twice");
  return needs;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("it is not UTF-8");
  }
}

function parseLine(line: string): Need {
  if (!line.endsWith(":ro") && !line.endsWith(":rw")) fail(`${JSON.stringify(line)} has neither :ro nor :rw`);
  try {
    return parseNeed(line);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message);
  }
}

function fail(problem: string): never {
  throw new FormatError(NEEDS_SECTION, problem);
}

/**
 * A copy of a module that records `needs` in addition to those that it records already. Of a path that is there twice, the need to
 * write counts.
 *
 * @throws {FormatError} when the module is damaged, or when there are too many needs.
 */
export function withNeeds(bytes: Uint8Array<ArrayBuffer>, needs: readonly Need[]): Uint8Array<ArrayBuffer> {
  const merged = new Map<string, Need>();
  for (const need of [...readNeeds(bytes), ...needs]) {
    if (merged.get(need.path)?.readOnly !== false) merged.set(need.path, need);
  }
  if (merged.size === 0) return bytes;
  if (merged.size > MAX_NEEDS) fail(`${merged.size} paths are too many`);
  const text = [...merged.values()].map((need) => `${needText(need)}\n`).join("");
  const name = new TextEncoder().encode(NEEDS_SECTION);
  const content = new TextEncoder().encode(text);
  if (content.length > MAX_SECTION_BYTES) fail(`${content.length} bytes are too many`);
  const parts = [unsignedLeb(name.length), name, content];
  return withSection(bytes, placeOfNeeds(bytes), SECTION.CUSTOM, parts);
}

/** The place of the section, or the end of the module. */
function placeOfNeeds(bytes: Uint8Array): { start: number; end: number } {
  for (const { id, start, end, content } of readSections(bytes)) {
    if (id === SECTION.CUSTOM && content.peekName() === NEEDS_SECTION) return { start, end };
  }
  return { start: bytes.length, end: bytes.length };
}
