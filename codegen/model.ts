/**
 * An object as the writers of all languages see it: its programs, maps, sections of global variables, and the types that it shares with
 * its guests. It has no BTF any more: every name is chosen, every gap is a field, and every bit-field lies in bytes of its struct.
 *
 * Names that go into source code match `[A-Za-z_][A-Za-z0-9_]*` and are unique in their scope, whatever the file says:
 *
 * | names                                                                         | scope                   |
 * | ----------------------------------------------------------------------------- | ----------------------- |
 * | records, also those of sections; enums; constants of enums without a name     | the object              |
 * | `member` of maps, sections and struct_ops maps                                | the object's maps       |
 * | `member` of programs                                                          | the object's programs   |
 * | fields and bit-fields                                                         | their record            |
 * | constants of an enum with a name                                              | their enum              |
 *
 * A writer adds the words that its language reserves, and its own spelling, with `chooseNames()` of `unique_names.ts`. All other strings
 * (`name` of maps and programs, `section`, `mapName`, `license`) are any text, also with quotes and newlines: a writer must escape them,
 * in comments too.
 *
 * @module
 */

import type { DataSection } from "../object/data_sections.ts";

/** A type of a field, key or value. Sizes are those of the kernel side. */
export type ModelType =
  | {
    readonly kind: "int";
    readonly sizeBytes: 1 | 2 | 4 | 8;
    readonly signed: boolean;
    /** True for C's `char`: an array of it is text ({@link isText}). False for `signed char` and `unsigned char`, which are numbers. */
    readonly isChar: boolean;
  }
  | { readonly kind: "bool" }
  | { readonly kind: "float"; readonly sizeBytes: 4 | 8 }
  /** An address of the kernel: 8 bytes, which no guest can follow. */
  | { readonly kind: "pointer" }
  | { readonly kind: "array"; readonly element: ModelType; readonly length: number }
  | { readonly kind: "record"; readonly record: ModelRecord }
  | { readonly kind: "enum"; readonly enumeration: ModelEnum }
  /** Bytes without a structure: integers of 16 bytes, structs without members. */
  | { readonly kind: "bytes"; readonly sizeBytes: number };

/** A member of a struct or union, which is not a bit-field; or a gap. */
export interface ModelField {
  /** Unique in its record; that of a gap begins with "_pad". */
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly type: ModelType;
  /** "bits" for bytes that hold {@link ModelRecord.bitFields}. */
  readonly role: "member" | "gap" | "bits";
}

/** A bit-field. Its value is the number in `storage`, shifted to the right by `shift` and cut to `bits` bits. */
export interface ModelBitField {
  readonly name: string;
  /** The name of the field of role "bits", an array of bytes in little-endian order, that holds it. */
  readonly storage: string;
  readonly shift: number;
  readonly bits: number;
  readonly signed: boolean;
}

/** A struct or a union. */
export interface ModelRecord {
  /** Unique among records and enums: "event". Parts without a name are called after their struct and member: "event_header". */
  readonly name: string;
  readonly isUnion: boolean;
  readonly sizeBytes: number;
  /** The alignment that a compiler gives it with these fields; 1 if they must be packed. */
  readonly alignBytes: number;
  readonly isPacked: boolean;
  /** Without bit-fields, sorted by offset. In a struct they cover every byte; in a union all begin at 0. */
  readonly fields: readonly ModelField[];
  readonly bitFields: readonly ModelBitField[];
}

/** An enum. */
export interface ModelEnum {
  /** Unique among records and enums; "" for an enum without a name, which is only a set of constants. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** A map of `.maps`. */
export interface ModelMap {
  /** Its name in libbpf. */
  readonly name: string;
  /** Its name in source code. */
  readonly member: string;
  /** `enum bpf_map_type`. */
  readonly type: number;
  /** Sizes in bytes; 0 if libbpf sets them. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Undefined if the definition has only the size. */
  readonly key: ModelType | undefined;
  readonly value: ModelType | undefined;
  /** True if an element has a value for each possible CPU, each rounded up to 8 bytes. */
  readonly isPerCpu: boolean;
  /** The definition of the inner maps of an array or hash of maps; its names are "". */
  readonly inner: ModelMap | undefined;
}

/** A program. */
export interface ModelProgram {
  /** Its name in libbpf. */
  readonly name: string;
  /** Its name in source code. */
  readonly member: string;
  readonly section: string;
}

/** A map of a struct_ops section. Its value is a struct of the kernel. */
export interface ModelStructOps {
  /** Its name in libbpf. */
  readonly name: string;
  /** Its name in source code. */
  readonly member: string;
  /** The name of the kernel's struct: "tcp_congestion_ops". */
  readonly struct: string;
}

/**
 * A section of global variables. The section of kind "kconfig" has the extern variables of `__kconfig`: libbpf sets them at load from the
 * kernel's configuration, and a guest can only read them.
 */
export interface ModelSection {
  /** Its name in skeletons: "bss", "rodata", "data_custom", "kconfig". */
  readonly member: string;
  /** The name of its map in libbpf: "runqlat.bss". */
  readonly mapName: string;
  readonly kind: DataSection["kind"];
  /** A struct of its variables that are not static. */
  readonly variables: ModelRecord;
  /**
   * The names of the variables of kind "kconfig" that are weak: libbpf leaves them 0 if the kernel's configuration lacks them, and refuses
   * the load for others.
   */
  readonly weak: readonly string[];
}

/** See the module's documentation. */
export interface ObjectModel {
  /** A C identifier: "runqlat_bpf". */
  readonly name: string;
  readonly license: string | undefined;
  readonly programs: readonly ModelProgram[];
  readonly maps: readonly ModelMap[];
  /** Sections of global variables, `.kconfig` last. */
  readonly sections: readonly ModelSection[];
  readonly structOps: readonly ModelStructOps[];
  /** Variables in an arena, which guests cannot map. */
  readonly unreachable: readonly string[];
  /** Each after those that it contains. */
  readonly records: readonly ModelRecord[];
  readonly enums: readonly ModelEnum[];
}

/** True for an array of `char`: text that ends before its first NUL, or at the end of the array. */
export function isText(type: ModelType): boolean {
  return type.kind === "array" && type.element.kind === "int" && type.element.isChar;
}

/** The sections that have variables for guests. */
export function sectionsWithVariables({ sections }: ObjectModel): ModelSection[] {
  return sections.filter(({ variables }) => variables.fields.some(({ role }) => role === "member"));
}

/** The size of a type of the model in bytes. */
export function sizeOf(type: ModelType): number {
  switch (type.kind) {
    case "int":
    case "float":
    case "bytes":
      return type.sizeBytes;
    case "bool":
      return 1;
    case "pointer":
      return 8;
    case "array":
      return type.length * sizeOf(type.element);
    case "record":
      return type.record.sizeBytes;
    case "enum":
      return type.enumeration.sizeBytes;
  }
}

/** The alignment that compilers for wasm32 give a type of the model. */
export function alignOf(type: ModelType): number {
  switch (type.kind) {
    case "int":
    case "float":
      return type.sizeBytes;
    case "pointer":
      return 8;
    case "array":
      return alignOf(type.element);
    case "record":
      return type.record.alignBytes;
    case "enum":
      return type.enumeration.sizeBytes;
    case "bool":
    case "bytes":
      return 1;
  }
}
