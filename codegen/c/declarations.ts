/**
 * Writes C declarations of BTF types that have the kernel side's layout when they are compiled for wasm32.
 *
 * The declarations use `char`, `short`, `int`, `long long`, `bool`, `float` and `double`, which have the same size and alignment on
 * 64-bit BPF and on wasm32. `long` and pointers differ, and become `long long`. A struct whose members lie closer together than
 * their alignment allows is packed. A gap becomes a member or an unnamed bit-field.
 *
 * @module
 */

import type { Btf } from "../../object/btf/btf.ts";
import { isUnknown, type Layouts } from "../../object/btf/layout.ts";
import type { BtfEnum, BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from "../../object/btf/types.ts";
import { FormatError } from "../../errors/mod.ts";
import { Names } from "./identifiers.ts";

/** The limit of nested anonymous structs, and of an array's dimensions. Compilers accept 256 nested brackets. */
const MAX_DEPTH = 240;

/** The limit of characters in one header. Anonymous structs are written at each use, so nested ones could fill the memory. */
const MAX_CHARACTERS = 100_000_000;

/** The depth from which lines are not indented further. */
const MAX_INDENT = 80;

/** The names of the types that the header defines. */
export interface TypeNames {
  /** `struct event`, `event_t`; undefined for a struct or union that is written out where it is used. */
  ofStruct(struct: BtfStruct, id: TypeId): string | undefined;
  /** `enum state`; undefined for an enum that an integer replaces. */
  ofEnum(enumeration: BtfEnum): string | undefined;
  /** `struct bpf_program *`; undefined for a number that replaces a pointer to a function. */
  readonly ofFunctions?: string;
}

/** A member that is not a bit-field. */
export interface Place {
  /** The member as `offsetof` accepts it: "in_place.deep[0].c". */
  readonly path: string;
  readonly offset: number;
  readonly type: TypeId;
}

/** The scope of the members of a struct and of the anonymous structs in it. */
interface Scope {
  readonly names: Names;
  /** The path from the outermost struct: "in_place."; undefined when `offsetof` cannot express one. */
  readonly path: string | undefined;
  /** The byte offset of the struct whose members are written. */
  readonly base: number;
  readonly indent: string;
  readonly depth: number;
}

/** Writes declarations of members. */
export class Declarations {
  readonly #btf: Btf;
  readonly #layouts: Layouts;
  readonly #names: TypeNames;
  readonly #padding: Padding;
  #characters = 0;
  #places: Place[] = [];

  /** @param layouts the kernel side's. */
  constructor(btf: Btf, layouts: Layouts, names: TypeNames) {
    this.#btf = btf;
    this.#layouts = layouts;
    this.#names = names;
    this.#padding = new Padding(btf);
  }

  /**
   * The members of a struct or union in one or more lines each, including padding, and the offsets of named members that are not
   * bit-fields.
   *
   * @throws {FormatError} when no variable can have the type of a member.
   */
  members(struct: BtfStruct, indent: string): { lines: string[]; places: Place[] } {
    this.#padding.restart();
    this.#places = [];
    const lines = this.#members(struct, { names: new Names(), path: "", base: 0, indent, depth: 1 });
    return { lines, places: this.#places };
  }

  /** The attribute after the closing brace of a struct's definition, or an empty string. */
  attribute(struct: BtfStruct): string {
    return this.#layouts.ofStruct(struct).packed ? " __attribute__((packed))" : "";
  }

  /** Counts characters of the header. @throws {FormatError} when there are too many. */
  count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) throw new FormatError("BTF", "its types are too large to be written out");
  }

  #members(struct: BtfStruct, scope: Scope): string[] {
    if (scope.depth > MAX_DEPTH) {
      throw new FormatError("BTF", `type ${struct.id} is within ${MAX_DEPTH} others, and compilers take no more`);
    }
    const padding = this.#padding;
    const lines: string[] = [];
    let end = 0;
    for (const member of struct.members) {
      const at = struct.kind === "union" ? 0 : end;
      if (member.bitOffset < at || (struct.kind === "union" && member.bitOffset !== 0)) {
        throw new FormatError("BTF", `member "${member.name}" of type ${struct.id} overlaps another`);
      }
      // In C, only structs and unions can be unnamed members. The space of others becomes padding.
      if (member.name === "" && !isStruct(this.#btf.resolve(member.type))) continue;
      if (isUnknown(this.#btf, member.type)) continue;
      const written = [...padding.fill(at, member.bitOffset, scope.indent), ...this.#member(struct, member, scope)];
      for (const line of written) lines.push(line);
      const bits = member.bitSize || this.#layouts.of(member.type).sizeBytes * 8;
      end = struct.kind === "union" ? Math.max(end, bits) : member.bitOffset + bits;
    }
    for (const line of tail(struct, end, lines.length === 0, padding, scope.indent)) lines.push(line);
    return lines;
  }

  #member(struct: BtfStruct, member: BtfMember, scope: Scope): string[] {
    if (member.bitSize !== 0) return [this.#bitField(struct, member, scope)];
    const offset = scope.base + member.bitOffset / 8;
    const type = this.#btf.resolve(member.type);
    if (member.name === "" && isStruct(type)) return this.#inline(type, ";", { ...scope, base: offset });
    const name = scope.names.take(member.name);
    const path = scope.path === undefined ? undefined : scope.path + name;
    if (path !== undefined) {
      this.count(path.length);
      this.#places.push({ path, offset, type: member.type });
    }
    return this.#declare(member.type, name, { ...scope, names: new Names(), path, base: offset });
  }

  /** The lines that declare `name` with type `id`. @param scope the path in it includes `name`. */
  #declare(id: TypeId, name: string, scope: Scope): string[] {
    const { element, type, lengths } = this.#dimensions(id);
    const declarator = ` ${name}${lengths.map((length) => `[${length}]`).join("")};`;
    if (isStruct(type)) {
      const known = this.#names.ofStruct(type, element);
      if (known !== undefined) return [this.#counted(`${scope.indent}${known}${declarator}`)];
      // An empty array has no element whose offset could be checked.
      const path = scope.path === undefined || lengths.includes(0)
        ? undefined
        : `${scope.path}${"[0]".repeat(lengths.length)}.`;
      return this.#inline(type, declarator, { ...scope, path });
    }
    if (this.#names.ofFunctions !== undefined && isFunctionPointer(this.#btf, type)) {
      return [this.#counted(`${scope.indent}${this.#names.ofFunctions}${declarator.trimStart()}`)];
    }
    const scalar = this.#scalar(type);
    const comment = lengths.length === 0 ? this.#comment(type) : "";
    if (typeof scalar === "string") return [this.#counted(`${scope.indent}${scalar}${declarator}${comment}`)];
    return [this.#counted(`${scope.indent}unsigned char${declarator.slice(0, -1)}[${scalar}];`)];
  }

  /** The innermost element type of an array, and the lengths of its dimensions. */
  #dimensions(id: TypeId): { element: TypeId; type: BtfType; lengths: number[] } {
    const lengths: number[] = [];
    let element = id;
    let type = this.#btf.resolve(id);
    while (type.kind === "array") {
      if (lengths.length === MAX_DEPTH) {
        throw new FormatError("BTF", `type ${id} has more than ${MAX_DEPTH} dimensions`);
      }
      lengths.push(type.length);
      element = type.element;
      type = this.#btf.resolve(element);
    }
    return { element, type, lengths };
  }

  #bitField(struct: BtfStruct, { name, type: id, bitSize }: BtfMember, scope: Scope): string {
    const type = this.#btf.resolve(id);
    const scalar = type.kind === "int" || type.kind === "enum" ? this.#scalar(type) : undefined;
    if (typeof scalar !== "string") {
      throw new FormatError(
        "BTF",
        `member "${name}" of type ${struct.id} is a bit-field of ${type.kind} "${type.name}"`,
      );
    }
    // C allows only one bit for a bool.
    const base = scalar === "bool" && bitSize > 1 ? "unsigned char" : scalar;
    return this.#counted(`${scope.indent}${base} ${scope.names.take(name)} : ${bitSize};`);
  }

  #inline(struct: BtfStruct, declarator: string, scope: Scope): string[] {
    const { indent } = scope;
    const deeper = indent.length < MAX_INDENT ? `${indent}    ` : indent;
    this.count(2 * indent.length + declarator.length);
    return [
      `${indent}${struct.kind} {`,
      ...this.#members(struct, { ...scope, indent: deeper, depth: scope.depth + 1 }),
      `${indent}}${this.attribute(struct)}${declarator}`,
    ];
  }

  /** The name of a type in C, or its number of bytes if C has no name for it. */
  #scalar(type: BtfType): string | number {
    switch (type.kind) {
      case "int":
        return INTEGERS[type.sizeBytes] === undefined ? type.sizeBytes : integer(type);
      case "float":
        return type.sizeBytes === 4 ? "float" : type.sizeBytes === 8 ? "double" : type.sizeBytes;
      case "enum": {
        const plain = INTEGERS[type.sizeBytes] ?? "int";
        return this.#names.ofEnum(type) ?? (type.signed ? signed(plain) : `unsigned ${plain}`);
      }
      case "ptr":
        return "unsigned long long";
      default:
        throw new FormatError(
          "BTF",
          `type ${type.id} (${type.kind} "${type.name}") is not one that a variable can have`,
        );
    }
  }

  /** A comment with the target of a pointer, which is a number in the header. */
  #comment(type: BtfType): string {
    if (type.kind !== "ptr") return "";
    const target = this.#btf.skipModifiers(type.target);
    if (target.kind === "func_proto") return " /* function */";
    const name = target.kind === "void" ? "void" : target.name;
    if (!/^[A-Za-z0-9_ ]+$/.test(name)) return "";
    const isTagged = isStruct(target) || target.kind === "enum";
    return ` /* ${isTagged ? `${target.kind} ` : ""}${name} * */`;
  }

  #counted(line: string): string {
    this.count(line.length);
    return line;
  }
}

/** True for a pointer to a function. */
export function isFunctionPointer(btf: Btf, type: BtfType): boolean {
  return type.kind === "ptr" && btf.skipModifiers(type.target).kind === "func_proto";
}

/** True for a type that has members. */
export function isStruct(type: BtfType): type is BtfStruct {
  return type.kind === "struct" || type.kind === "union";
}

/** C's integers by size. */
const INTEGERS: Readonly<Record<number, string>> = { 1: "char", 2: "short", 4: "int", 8: "long long", 16: "__int128" };

function integer(type: BtfInt): string {
  const plain = INTEGERS[type.sizeBytes] ?? "int";
  if (type.bool && type.sizeBytes === 1) return "bool";
  if (plain === "char" && type.name === "char") return "char";
  return type.signed ? signed(plain) : `unsigned ${plain}`;
}

function signed(plain: string): string {
  return plain === "char" ? "signed char" : plain;
}

/** Fills gaps. Anonymous structs share one scope, so the numbers of fillers continue from one to the next. */
export class Padding {
  readonly #taken: ReadonlySet<string>;
  #number = 0;

  constructor(btf: Btf) {
    const names = btf.types.flatMap((type) => "members" in type ? type.members.map(({ name }) => name) : []);
    this.#taken = new Set(names.filter((name) => /^__pad\d+$/.test(name)));
  }

  /** Begins a new scope. */
  restart(): void {
    this.#number = 0;
  }

  /** Members for the bits from `from` to `to`: an array for whole bytes, unnamed bit-fields for the other bits. */
  fill(from: number, to: number, indent: string): string[] {
    const lines: string[] = [];
    const wholeFrom = Math.min(to, Math.ceil(from / 8) * 8);
    if (wholeFrom > from) lines.push(`${indent}unsigned char : ${wholeFrom - from};`);
    const wholeTo = Math.max(wholeFrom, Math.floor(to / 8) * 8);
    if (wholeTo > wholeFrom) lines.push(this.bytes((wholeTo - wholeFrom) / 8, indent));
    if (to > wholeTo) lines.push(`${indent}unsigned char : ${to - wholeTo};`);
    return lines;
  }

  /** A member of `count` bytes. */
  bytes(count: number, indent: string): string {
    while (this.#taken.has(`__pad${this.#number}`)) this.#number++;
    return `${indent}char __pad${this.#number++}[${count}];`;
  }
}

/** The padding after the last member. A union, or a struct without written members, gets a member of the whole size. */
function tail(struct: BtfStruct, end: number, isEmpty: boolean, padding: Padding, indent: string): string[] {
  if (isEmpty) return [padding.bytes(struct.sizeBytes, indent)];
  if (struct.kind === "struct") return padding.fill(end, struct.sizeBytes * 8, indent);
  return Math.ceil(end / 8) < struct.sizeBytes ? [padding.bytes(struct.sizeBytes, indent)] : [];
}

/** `lines`, and around them the lines that define `_Static_assert` for C++. */
export function staticAsserts(lines: readonly string[], indent: string): string[] {
  return [
    "#ifdef __cplusplus",
    "#define _Static_assert static_assert",
    "#endif",
    ...lines.map((line) => indent + line),
    "#ifdef __cplusplus",
    "#undef _Static_assert",
    "#endif",
  ];
}
