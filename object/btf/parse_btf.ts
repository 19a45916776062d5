/**
 * Parses BTF. It checks every index and offset, so that readers of the types need no checks of their own. Types may still refer to
 * each other in loops: validly through pointers, or by damage.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { Reader } from "../reader.ts";
import { readBtfHeader } from "./header.ts";
import type { BtfMember, BtfStruct, BtfType, TypeId } from "./types.ts";

/** The kinds in the order of their numbers (`BTF_KIND_*` in linux/btf.h). */
const KINDS = [
  "void",
  "int",
  "ptr",
  "array",
  "struct",
  "union",
  "enum",
  "fwd",
  "typedef",
  "volatile",
  "const",
  "restrict",
  "func",
  "func_proto",
  "var",
  "datasec",
  "float",
  "decl_tag",
  "type_tag",
  "enum64",
] as const;

/** The first 12 bytes of every type: name, info (vlen, kind, flag), size or type. */
interface Head {
  readonly id: TypeId;
  readonly name: string;
  /** The number of members, values or parameters. */
  readonly count: number;
  readonly flag: boolean;
  /** The size in bytes or the id of another type, depending on the kind. */
  readonly sizeOrType: number;
  /** The offset of the data that is specific to the kind. */
  readonly at: number;
}

/** Reads all types of a BTF blob; the result's index is the type's id. @throws {FormatError} */
export function parseTypes(bytes: Uint8Array): BtfType[] {
  return new Parser(bytes).parse();
}

class Parser {
  readonly #types: Reader;
  readonly #strings: Reader;

  constructor(bytes: Uint8Array) {
    const { version, types, strings } = readBtfHeader(bytes);
    if (version !== 1) throw new FormatError("BTF", `version ${version} is not known`);
    this.#types = new Reader(types, "BTF types");
    this.#strings = new Reader(strings, "BTF strings");
  }

  parse(): BtfType[] {
    const types: BtfType[] = [{ kind: "void", id: 0, name: "" }];
    for (let at = 0; at < this.#types.sizeBytes;) {
      const { type, end } = this.#type(at, types.length);
      types.push(type);
      at = end;
    }
    for (const type of types) checkReferences(type, types.length);
    return types.map((type) => type.kind === "struct" || type.kind === "union" ? oldBitFields(type, types) : type);
  }

  #type(at: number, id: TypeId): { type: BtfType; end: number } {
    const info = this.#types.u32(at + 4);
    const kind = KINDS[(info >>> 24) & 31];
    const head: Head = {
      id,
      name: this.#strings.string(this.#types.u32(at)),
      count: info & 0xffff,
      flag: info >>> 31 === 1,
      sizeOrType: this.#types.u32(at + 8),
      at: at + 12,
    };
    switch (kind) {
      case "int":
        return { type: this.#int(head), end: head.at + 4 };
      case "float": {
        const { id, name, sizeOrType: sizeBytes } = head;
        return { type: { kind, id, name, sizeBytes }, end: head.at };
      }
      case "ptr":
      case "typedef":
      case "volatile":
      case "const":
      case "restrict":
      case "type_tag":
      case "func": {
        const { id, name, sizeOrType: target } = head;
        return { type: { kind, id, name, target }, end: head.at };
      }
      case "fwd":
        return { type: { kind, id, name: head.name, union: head.flag }, end: head.at };
      case "array":
        return { type: this.#array(head), end: head.at + 12 };
      case "struct":
      case "union":
        return { type: this.#struct(kind, head), end: head.at + 12 * head.count };
      case "enum":
        return { type: this.#enum(head), end: head.at + 8 * head.count };
      case "enum64":
        return { type: this.#enum64(head), end: head.at + 12 * head.count };
      case "func_proto":
        return { type: this.#funcProto(head), end: head.at + 8 * head.count };
      case "var":
        return { type: this.#var(head), end: head.at + 4 };
      case "datasec":
        return { type: this.#dataSection(head), end: head.at + 12 * head.count };
      case "decl_tag": {
        const { id, name, sizeOrType: target } = head;
        return { type: { kind, id, name, target, component: this.#types.i32(head.at) }, end: head.at + 4 };
      }
      default:
        return this.#types.fail(`type ${id} is of unknown kind ${(info >>> 24) & 31}`);
    }
  }

  #int({ id, name, sizeOrType: sizeBytes, at }: Head): BtfType {
    const info = this.#types.u32(at);
    const bits = info & 0xff;
    if (sizeBytes < 1 || sizeBytes > 16 || bits > sizeBytes * 8) this.#types.fail(`type ${id} is not an integer`);
    const encoding = (info >>> 24) & 15;
    return {
      kind: "int",
      id,
      name,
      sizeBytes,
      bits,
      bitOffset: (info >>> 16) & 0xff,
      signed: (encoding & 1) !== 0,
      char: (encoding & 2) !== 0,
      bool: (encoding & 4) !== 0,
    };
  }

  #array({ id, name, at }: Head): BtfType {
    const types = this.#types;
    return { kind: "array", id, name, element: types.u32(at), index: types.u32(at + 4), length: types.u32(at + 8) };
  }

  #struct(kind: "struct" | "union", { id, name, count, flag, sizeOrType: sizeBytes, at }: Head): BtfType {
    const members: BtfMember[] = [];
    for (let i = 0; i < count; i++) {
      const offset = this.#types.u32(at + 12 * i + 8);
      members.push({
        name: this.#strings.string(this.#types.u32(at + 12 * i)),
        type: this.#types.u32(at + 12 * i + 4),
        bitOffset: flag ? offset & 0xffffff : offset,
        bitSize: flag ? offset >>> 24 : 0,
      });
    }
    return { kind, id, name, sizeBytes, members };
  }

  #enum({ id, name, count, flag: signed, sizeOrType: sizeBytes, at }: Head): BtfType {
    if (![1, 2, 4, 8].includes(sizeBytes)) this.#types.fail(`type ${id} is an enum of ${sizeBytes} bytes`);
    const values = [];
    for (let i = 0; i < count; i++) {
      const offset = at + 8 * i + 4;
      const value = BigInt(signed ? this.#types.i32(offset) : this.#types.u32(offset));
      values.push({ name: this.#strings.string(this.#types.u32(at + 8 * i)), value });
    }
    return { kind: "enum", id, name, sizeBytes, signed, values };
  }

  #enum64({ id, name, count, flag: signed, sizeOrType: sizeBytes, at }: Head): BtfType {
    if (![1, 2, 4, 8].includes(sizeBytes)) this.#types.fail(`type ${id} is an enum of ${sizeBytes} bytes`);
    const values = [];
    for (let i = 0; i < count; i++) {
      const value = this.#types.u64(at + 12 * i + 4);
      values.push({
        name: this.#strings.string(this.#types.u32(at + 12 * i)),
        value: signed ? BigInt.asIntN(64, value) : value,
      });
    }
    return { kind: "enum", id, name, sizeBytes, signed, values };
  }

  #funcProto({ id, name, count, sizeOrType: returns, at }: Head): BtfType {
    const parameters = [];
    for (let i = 0; i < count; i++) {
      parameters.push({
        name: this.#strings.string(this.#types.u32(at + 8 * i)),
        type: this.#types.u32(at + 8 * i + 4),
      });
    }
    return { kind: "func_proto", id, name, returns, parameters };
  }

  #var({ id, name, sizeOrType: target, at }: Head): BtfType {
    const linkage = (["static", "global", "extern"] as const)[this.#types.u32(at)];
    if (linkage === undefined) return this.#types.fail(`type ${id} has unknown linkage`);
    return { kind: "var", id, name, target, linkage };
  }

  #dataSection({ id, name, count, sizeOrType: sizeBytes, at }: Head): BtfType {
    const variables = [];
    for (let i = 0; i < count; i++) {
      const offset = at + 12 * i;
      variables.push({
        type: this.#types.u32(offset),
        offset: this.#types.u32(offset + 4),
        sizeBytes: this.#types.u32(offset + 8),
      });
    }
    return { kind: "datasec", id, name, sizeBytes, variables };
  }
}

function checkReferences(type: BtfType, count: number): void {
  for (const id of references(type)) {
    if (id >= count) throw new FormatError("BTF", `type ${type.id} refers to type ${id} of ${count}`);
  }
}

function references(type: BtfType): TypeId[] {
  switch (type.kind) {
    case "array":
      return [type.element, type.index];
    case "struct":
    case "union":
      return type.members.map((member) => member.type);
    case "func_proto":
      return [type.returns, ...type.parameters.map((parameter) => parameter.type)];
    case "datasec":
      return type.variables.map((variable) => variable.type);
    case "void":
    case "int":
    case "float":
    case "enum":
    case "fwd":
      return [];
    default:
      return [type.target];
  }
}

/** Old compilers did not set the struct's flag. They wrote the width of a bit-field into a separate INT type. */
function oldBitFields(struct: BtfStruct, types: readonly BtfType[]): BtfType {
  const isOld = (member: BtfMember) => {
    const type = types[member.type];
    return member.bitSize === 0 && type?.kind === "int" && type.bits !== type.sizeBytes * 8;
  };
  if (!struct.members.some(isOld)) return struct;
  const members = struct.members.map((member) => {
    const type = types[member.type];
    if (!isOld(member) || type?.kind !== "int") return member;
    return { ...member, bitOffset: member.bitOffset + type.bitOffset, bitSize: type.bits };
  });
  return { ...struct, members };
}
