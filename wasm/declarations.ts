/**
 * Reads the declarations before a module's code. They show if the module may run, in a fraction of the time of compilation.
 *
 * @module
 */

import { skipReference } from "./constant_expressions.ts";
import type { Cursor } from "./cursor.ts";
import { type AddressBits, type Kind, type Limits, readKind, readLimits, readSections, SECTION } from "./sections.ts";
import { type FunctionType, ModuleTypes, readValueType } from "./types.ts";

/** An import. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: Kind;
  /** Set only for functions. */
  readonly type: FunctionType | undefined;
}

/** An export. */
export interface ModuleExport {
  readonly name: string;
  readonly kind: Kind;
}

/** A table: its element type ("funcref") and limits. */
export interface ModuleTable extends Limits {
  readonly type: string;
  /** The position of its limits in the section. */
  readonly limits: { readonly start: number; readonly end: number };
}

/** The declarations of a module. Imported tables, memories and tags are listed only among the imports. */
export interface Declarations {
  readonly types: ModuleTypes;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** The number of its own functions. */
  readonly functionCount: number;
  readonly tables: readonly ModuleTable[];
  readonly memories: readonly Limits[];
  /** The types of the values of each exception that its code throws. */
  readonly tags: readonly FunctionType[];
}

/** The width of a module's addresses: that of its first memory; 32 for a module without memory. */
export function addressBitsOf({ memories }: Pick<Declarations, "memories">): AddressBits {
  return memories[0]?.addressBits ?? 32;
}

/**
 * Reads the declarations of a module, up to its code.
 *
 * It does not validate the module: compilation does.
 *
 * @throws {FormatError} when they are damaged or use unknown features.
 */
export function readDeclarations(bytes: Uint8Array): Declarations {
  const found = {
    types: new ModuleTypes(),
    imports: new Array<ModuleImport>(),
    exports: new Array<ModuleExport>(),
    functionCount: 0,
    tables: new Array<ModuleTable>(),
    memories: new Array<Limits>(),
    tags: new Array<FunctionType>(),
  };
  for (const { id, content } of readSections(bytes)) {
    switch (id) {
      case SECTION.TYPE:
        found.types = new ModuleTypes(content);
        break;
      case SECTION.IMPORT:
        found.imports = content.vector(() => readImport(content, found.types));
        break;
      case SECTION.FUNCTION:
        found.functionCount = content.u32();
        break;
      case SECTION.TABLE:
        found.tables = content.vector(() => readTable(content));
        break;
      case SECTION.MEMORY:
        found.memories = content.vector(() => readLimits(content));
        break;
      case SECTION.TAG:
        found.tags = content.vector(() => readTag(content, found.types));
        break;
      case SECTION.EXPORT:
        found.exports = content.vector(() => readExport(content));
        break;
      case SECTION.CODE:
        return found;
    }
  }
  return found;
}

/** An import. @throws {FormatError} */
export function readImport(cursor: Cursor, types: ModuleTypes): ModuleImport {
  const module = cursor.name();
  const name = cursor.name();
  const kind = readKind(cursor);
  switch (kind) {
    case "function":
      return { module, name, kind, type: types.functionType(cursor.u32()) };
    case "table":
      readValueType(cursor);
      readLimits(cursor);
      break;
    case "memory":
      readLimits(cursor);
      break;
    case "global":
      readValueType(cursor);
      cursor.byte();
      break;
    case "tag":
      readTag(cursor, types);
  }
  return { module, name, kind, type: undefined };
}

/** An export. @throws {FormatError} */
export function readExport(cursor: Cursor): ModuleExport {
  const name = cursor.name();
  const kind = readKind(cursor);
  cursor.u32();
  return { name, kind };
}

/** The byte before a table whose entries have an initial value. */
const WITH_VALUE = 0x40;

/** A table. If its entries have an initial value, an expression follows. @throws {FormatError} */
export function readTable(cursor: Cursor): ModuleTable {
  const hasValue = cursor.peek() === WITH_VALUE;
  if (hasValue) cursor.bytes(2);
  const type = readValueType(cursor);
  const start = cursor.at;
  const limits = readLimits(cursor);
  const end = cursor.at;
  if (hasValue) skipReference(cursor);
  return { ...limits, type, limits: { start, end } };
}

function readTag(cursor: Cursor, types: ModuleTypes): FunctionType {
  if (cursor.byte() !== 0) cursor.fail("unknown kind of tag");
  return types.functionType(cursor.u32());
}
