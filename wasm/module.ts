/**
 * Reads the imports, exports, data and sections of a WebAssembly module from its bytes. This needs no compilation, and gives the
 * types of functions, which `WebAssembly.Module.imports()` does not return.
 *
 * @module
 */

import { readAddress } from "./constant_expressions.ts";
import type { Cursor } from "./cursor.ts";
import { addressBitsOf, type ModuleImport, readExport, readImport } from "./declarations.ts";
import { type AddressBits, type Limits, readLimits, readSections, SECTION } from "./sections.ts";
import { ModuleTypes } from "./types.ts";

/** A segment of initial memory. */
export interface DataSegment {
  /** The address in memory; undefined when it depends on the running module. */
  readonly address: number | undefined;
  readonly bytes: Uint8Array;
}

/** A section of the file. */
export interface ModuleSection {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The content of a module. */
export interface ModuleInfo {
  /** The width of its addresses, which decides the types of its imports. */
  readonly addressBits: AddressBits;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly string[];
  readonly data: readonly DataSegment[];
  readonly sections: readonly ModuleSection[];
}

/** The names of sections by number: "data count" for DATA_COUNT. */
const SECTION_NAMES = Object.keys(SECTION).map((name) => name.toLowerCase().replace("_", " "));

/** Reads a module. @throws {FormatError} when it is damaged or uses unknown types or sections. */
export function parseModule(bytes: Uint8Array): ModuleInfo {
  const sections: ModuleSection[] = [];
  let types = new ModuleTypes();
  let imports: ModuleImport[] = [];
  let exports: string[] = [];
  let data: DataSegment[] = [];
  let memories: Limits[] = [];
  for (const { id, content } of readSections(bytes)) {
    const name = SECTION_NAMES[id] ?? content.fail(`unknown section ${id}`);
    sections.push({ name: id === SECTION.CUSTOM ? content.peekName() : name, sizeBytes: content.sizeBytes });
    if (id === SECTION.TYPE) types = new ModuleTypes(content);
    if (id === SECTION.IMPORT) imports = content.vector(() => readImport(content, types));
    if (id === SECTION.MEMORY) memories = content.vector(() => readLimits(content));
    if (id === SECTION.EXPORT) exports = content.vector(() => readExport(content).name);
    if (id === SECTION.DATA) data = content.vector(() => readSegment(content));
  }
  return { addressBits: addressBitsOf({ memories }), imports, exports, data, sections };
}

function readSegment(cursor: Cursor): DataSegment {
  const mode = cursor.u32();
  if (mode === 2) cursor.u32();
  const address = mode === 1 ? undefined : readAddress(cursor);
  return { address, bytes: cursor.bytes(cursor.u32()) };
}
