/**
 * C declarations of BTF types that have the kernel side's layout when they are compiled for wasm32.
 *
 * The scalars that are used (`char`, `short`, `int`, `long long`, `bool`, `float`, `double`) have the same size and
 * alignment on 64-bit BPF and on wasm32; `long` and pointers, which have not, become `long long`. All that is left are
 * attributes: where members lie closer than their alignment the struct is packed, and every gap is a member or an unnamed
 * bit-field.
 *
 * @module
 */

import type { Btf } from "../btf/btf.ts";
import type { Layouts } from "../btf/layout.ts";
import type { BtfEnum, BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from "../btf/types.ts";
import { FormatError } from "../errors.ts";
import { identifier } from "./c_identifiers.ts";

/** Anonymous structs within each other. */
const MAX_DEPTH = 32;

/** Lines that one header may have: anonymous structs that repeat each other could grow without end. */
const MAX_LINES = 500_000;

/** How types that have a name of their own are called in the header. */
export interface TypeNames {
  /** `struct event`, `event_t`; undefined for a struct or union that has to be written out where it is used. */
  ofStruct(struct: BtfStruct, id: TypeId): string | undefined;
  /** `enum state`; undefined where an integer is to stand for it. */
  ofEnum(enumeration: BtfEnum): string | undefined;
}

/** Writes declarations. */
export class Declarations {
  readonly #btf: Btf;
  readonly #layouts: Layouts;
  readonly #names: TypeNames;
  readonly #padding: Padding;
  #lines = 0;
  #depth = 0;

  /** @param layouts those of the kernel side. */
  constructor(btf: Btf, layouts: Layouts, names: TypeNames) {
    this.#btf = btf;
    this.#layouts = layouts;
    this.#names = names;
    this.#padding = new Padding(btf);
  }

  /**
   * The lines that declare `name` to be of type `id`, without `;` at the end.
   *
   * @throws {FormatError} when the type is not one that a variable can have.
   */
  declare(id: TypeId, name: string, indent: string): string[] {
    let element = id;
    let dimensions = "";
    let type = this.#btf.resolve(id);
    for (let depth = 0; type.kind === "array"; depth++) {
      if (depth > MAX_DEPTH) throw new FormatError("BTF", `type ${id} has too many dimensions`);
      dimensions += `[${type.length}]`;
      element = type.element;
      type = this.#btf.resolve(element);
    }
    const declarator = name === "" ? "" : ` ${identifier(name)}${dimensions}`;
    if (type.kind === "struct" || type.kind === "union") {
      const known = this.#names.ofStruct(type, element);
      if (known !== undefined) return [`${indent}${known}${declarator}`];
      return this.#inline(type, declarator, indent);
    }
    const scalar = this.#scalar(type);
    if (typeof scalar === "string") return [`${indent}${scalar}${declarator}`];
    return [`${indent}unsigned char${declarator}[${scalar}]`];
  }

  /** The members of a struct or union, one or more lines each, gaps included. @throws {FormatError} */
  members(struct: BtfStruct, indent: string): string[] {
    if (++this.#depth > MAX_DEPTH) throw new FormatError("BTF", `type ${struct.id} is nested too deeply`);
    if (this.#depth === 1) this.#padding.restart();
    const padding = this.#padding;
    const lines: string[] = [];
    let end = 0;
    for (const member of struct.members) {
      const at = struct.kind === "union" ? 0 : end;
      if (member.bitOffset < at || (struct.kind === "union" && member.bitOffset !== 0)) {
        throw new FormatError("BTF", `member "${member.name}" of type ${struct.id} overlaps another`);
      }
      lines.push(...padding.fill(at, member.bitOffset, indent), ...this.#member(member, indent));
      const bits = member.bitSize || this.#layouts.of(member.type).sizeBytes * 8;
      end = struct.kind === "union" ? Math.max(end, bits) : member.bitOffset + bits;
    }
    lines.push(...tail(struct, end, padding, indent));
    this.#count(lines.length);
    this.#depth--;
    return lines;
  }

  /** What follows the closing brace of a struct's definition: its attribute, or nothing. */
  attribute(struct: BtfStruct): string {
    return this.#layouts.ofStruct(struct).packed ? " __attribute__((packed))" : "";
  }

  #member(member: BtfMember, indent: string): string[] {
    const lines = this.declare(member.type, member.name, indent);
    const width = member.bitSize === 0 ? "" : ` : ${member.bitSize}`;
    const last = lines.length - 1;
    lines[last] = `${lines[last]}${width};${this.#comment(member.type)}`;
    return lines;
  }

  #inline(struct: BtfStruct, declarator: string, indent: string): string[] {
    return [
      `${indent}${struct.kind} {`,
      ...this.members(struct, `${indent}    `),
      `${indent}}${this.attribute(struct)}${declarator}`,
    ];
  }

  /** A type's name, or the number of bytes of one that C has no name for. */
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

  /** Says what a pointer, which is a number here, points to. */
  #comment(id: TypeId): string {
    const type = this.#btf.resolve(id);
    if (type.kind !== "ptr") return "";
    const target = this.#btf.skipModifiers(type.target);
    if (target.kind === "func_proto") return " /* function */";
    const name = target.kind === "void" ? "void" : target.name;
    if (!/^[A-Za-z0-9_ ]+$/.test(name)) return "";
    const isTagged = target.kind === "struct" || target.kind === "union" || target.kind === "enum";
    return ` /* ${isTagged ? `${target.kind} ` : ""}${name} * */`;
  }

  #count(lines: number): void {
    this.#lines += lines;
    if (this.#lines > MAX_LINES) throw new FormatError("BTF", "its types are too large to be written out");
  }
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

/** Fills gaps. Members of anonymous structs share one scope, so that numbers go on from one to the next. */
class Padding {
  readonly #taken: ReadonlySet<string>;
  #number = 0;

  constructor(btf: Btf) {
    const names = btf.types.flatMap((type) => "members" in type ? type.members.map(({ name }) => name) : []);
    this.#taken = new Set(names.filter((name) => /^__pad\d+$/.test(name)));
  }

  restart(): void {
    this.#number = 0;
  }

  /** Members for the bits from `from` to `to`: bytes where they are whole, unnamed bit-fields of one byte for the rest. */
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

/** What is left behind the last member; in a union, a member as large as the whole. */
function tail(struct: BtfStruct, end: number, padding: Padding, indent: string): string[] {
  if (struct.members.length === 0) return [padding.bytes(struct.sizeBytes, indent)];
  if (struct.kind === "struct") return padding.fill(end, struct.sizeBytes * 8, indent);
  return Math.ceil(end / 8) < struct.sizeBytes ? [padding.bytes(struct.sizeBytes, indent)] : [];
}

/** Lines that make `_Static_assert` mean the same in C++, around `lines`. */
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
