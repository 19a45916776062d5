/**
 * Writes types of the kernel in C, with the kernel's own layout.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import type { Btf } from "../../object/btf/btf.ts";
import { Layouts } from "../../object/btf/layout.ts";
import type { BtfEnum, BtfFuncProto, BtfStruct, BtfType, TypeId } from "../../object/btf/types.ts";
import { Padding } from "./declarations.ts";
import { mangle } from "./identifiers.ts";
import type { KernelNames } from "./kernel_names.ts";
import { gapBefore, padding } from "./kernel_padding.ts";

/** Compilers accept no deeper nesting, and hostile BTF may have any. */
const MAX_DEPTH = 200;
/** Twenty times the types of a large kernel. An unnamed struct is written wherever it is used, so hostile BTF may explode. */
const MAX_CHARACTERS = 100_000_000;

/** The place of a declaration. */
interface Scope {
  /** The indentation of its lines. */
  readonly indent: string;
  /** The number of types around it. */
  readonly depth: number;
}

const TOP: Scope = { indent: "", depth: 0 };

/** The place of the parts of a type in `scope`. @throws {FormatError} when it is too deep. */
function within({ depth }: Scope, indent: string): Scope {
  if (depth > MAX_DEPTH) throw new FormatError("BTF", `types are within ${MAX_DEPTH} others`);
  return { indent, depth: depth + 1 };
}

/** Writes declarations. */
export class KernelDeclarations {
  readonly #btf: Btf;
  readonly #layouts: Layouts;
  readonly #names: KernelNames;
  /** A union needs a member of its own size. */
  readonly #unionPadding: Padding;
  #characters = 0;

  constructor(btf: Btf, names: KernelNames) {
    this.#btf = btf;
    this.#layouts = new Layouts(btf, "bpf");
    this.#names = names;
    this.#unionPadding = new Padding(btf);
  }

  /** The definition of a named struct or union, without a semicolon. @throws {FormatError} when its layout is impossible in C. */
  struct(struct: BtfStruct): string {
    this.#unionPadding.restart();
    return this.#struct(struct, TOP);
  }

  /** The definition of an enum, without a semicolon. Its constants get their names here. */
  enum(type: BtfEnum, { indent }: Scope = TOP): string {
    const tag = this.#names.of(type);
    const head = tag === undefined ? "enum" : `enum ${tag}`;
    const values = type.values.map(({ name, value }) =>
      `${indent}\t${this.#names.takeConstant(name)} = ${constant(value, type)},\n`
    );
    const mode = MODES[type.sizeBytes];
    const attribute = mode === undefined ? "" : ` __attribute__((mode(${mode})))`;
    return this.#counted(`${head} {\n${values.join("")}${indent}}${attribute}`);
  }

  /** A declaration of `name` with type `id`, without a semicolon. */
  declaration(id: TypeId, name: string, scope: Scope = TOP): string {
    let declarator = name;
    let qualifiers = "";
    let type = this.#btf.get(id);
    for (let links = 0;; links++) {
      if (links > MAX_DEPTH) throw new FormatError("BTF", `type ${id} is too deep`);
      switch (type.kind) {
        case "const":
        case "volatile":
        case "restrict":
          if (!qualifiers.includes(type.kind)) qualifiers += `${type.kind} `;
          break;
        case "type_tag":
          break;
        case "ptr":
          declarator = `*${qualifiers}${declarator}`;
          qualifiers = "";
          if (isDerived(this.#btf.skipModifiers(type.target))) declarator = `(${declarator})`;
          break;
        case "array":
          declarator += `[${type.length}]`;
          break;
        case "func_proto":
          declarator += `(${this.#parameters(type, scope)})`;
          qualifiers = "";
          break;
        default: {
          if (isCompilersOwn(type)) break;
          const base = `${qualifiers}${this.#base(type, scope)}`;
          return this.#counted(declarator === "" ? base : `${base} ${declarator}`);
        }
      }
      type = this.#btf.get(targetOf(type));
    }
  }

  #parameters({ parameters }: BtfFuncProto, scope: Scope): string {
    if (parameters.length === 0) return "void";
    const inner = within(scope, "");
    return parameters.map(({ name, type }, index) => {
      if (type === 0 && index === parameters.length - 1) return "...";
      return this.declaration(type, mangle(name), inner);
    }).join(", ");
  }

  /** The type that a declaration begins with. One without a name is written out. */
  #base(type: BtfType, scope: Scope): string {
    const name = this.#names.of(type);
    switch (type.kind) {
      case "void":
        return "void";
      case "int":
        return isIntegerOfC(type.name) ? type.name : integerOf(type.sizeBytes, type.signed);
      case "float":
        return FLOATS.includes(type.name) ? type.name : type.sizeBytes === 4 ? "float" : "double";
      case "typedef":
        return name ?? this.#fail(type);
      case "fwd":
        return `${type.union ? "union" : "struct"} ${name ?? this.#fail(type)}`;
      case "enum":
        // C has no declaration of an enum without its constants.
        if (type.values.length === 0) return integerOf(type.sizeBytes, type.signed);
        return name === undefined ? this.enum(type, scope) : `enum ${name}`;
      case "struct":
      case "union":
        return name === undefined ? this.#struct(type, scope) : `${type.kind} ${name}`;
      default:
        return this.#fail(type);
    }
  }

  #struct(struct: BtfStruct, scope: Scope): string {
    const { packed } = this.#layouts.ofStruct(struct);
    const name = this.#names.of(struct);
    const head = name === undefined ? struct.kind : `${struct.kind} ${name}`;
    const lines = this.#members(struct, within(scope, `${scope.indent}\t`));
    const attribute = packed ? " __attribute__((packed))" : "";
    if (lines.length === 0) return `${head} {}${attribute}`;
    return this.#counted(`${head} {\n${lines.join("\n")}\n${scope.indent}}${attribute}`);
  }

  #members(struct: BtfStruct, scope: Scope): string[] {
    const { packed } = this.#layouts.ofStruct(struct);
    const lines: string[] = [];
    let end = 0;
    let align = 8;
    for (const member of struct.members) {
      const layout = this.#layouts.of(member.type);
      const memberAlign = packed ? 8 : layout.alignBytes * 8;
      align = Math.max(align, memberAlign);
      if (struct.kind === "struct") append(lines, gapBefore(member, { end, align: memberAlign, indent: scope.indent }));
      const text = this.declaration(member.type, mangle(member.name), scope);
      lines.push(`${scope.indent}${text}${member.bitSize === 0 ? "" : `: ${member.bitSize}`};`);
      const bits = member.bitSize || layout.sizeBytes * 8;
      end = struct.kind === "union" ? Math.max(end, bits) : member.bitOffset + bits;
    }
    const naturalEnd = Math.ceil(end / align) * align;
    if (naturalEnd < struct.sizeBytes * 8) append(lines, this.#tail(struct, end, scope));
    return lines;
  }

  #tail({ kind, sizeBytes }: BtfStruct, end: number, { indent }: Scope): string[] {
    if (kind === "union") return [this.#unionPadding.bytes(sizeBytes, indent)];
    return padding({ from: end, to: sizeBytes * 8, indent });
  }

  #counted(text: string): string {
    this.#characters += text.length;
    if (this.#characters > MAX_CHARACTERS) throw new FormatError("BTF", "its types are too large to be written out");
    return text;
  }

  #fail({ id, kind, name }: BtfType): never {
    throw new FormatError("BTF", `type ${id} (${kind} "${name}") is not one that a variable can have`);
  }
}

/** Adds lines one by one: a large gap has more lines than a call may have arguments. */
function append(lines: string[], added: readonly string[]): void {
  for (const line of added) lines.push(line);
}

/** True for a type that compilers have under this name, with another size for BPF. Its target is written in its place. */
export function isCompilersOwn(type: BtfType): boolean {
  return type.kind === "typedef" && type.name === "__builtin_va_list";
}

/** True for a type whose declarator needs parentheses around a star. */
function isDerived(type: BtfType): boolean {
  return type.kind === "array" || type.kind === "func_proto";
}

function targetOf(type: BtfType): TypeId {
  if (type.kind === "array") return type.element;
  if (type.kind === "func_proto") return type.returns;
  return "target" in type ? type.target : 0;
}

/** Modes for the sizes of enums that C would not choose by itself. */
const MODES: Readonly<Record<number, string>> = { 1: "byte", 2: "HI", 8: "word" };

const INTEGER_WORDS: ReadonlySet<string> = new Set([
  "char",
  "short",
  "int",
  "long",
  "signed",
  "unsigned",
  "_Bool",
  "__int128",
]);

const FLOATS: readonly string[] = ["float", "double", "long double"];

function isIntegerOfC(name: string): boolean {
  return name.split(" ").every((word) => INTEGER_WORDS.has(word));
}

function integerOf(sizeBytes: number, signed: boolean): string {
  const names: Readonly<Record<number, string>> = { 1: "char", 2: "short", 4: "int", 8: "long long", 16: "__int128" };
  return `${signed ? "signed" : "unsigned"} ${names[sizeBytes] ?? "int"}`;
}

function constant(value: bigint, { sizeBytes, signed }: BtfEnum): string {
  if (sizeBytes <= 4) return `${value}`;
  // The smallest 64-bit number has no literal.
  if (value === -0x8000_0000_0000_0000n) return "(-9223372036854775807LL - 1)";
  return `${value}${signed ? "LL" : "ULL"}`;
}
