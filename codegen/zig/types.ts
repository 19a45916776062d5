/**
 * Writes the types of an object in Zig.
 *
 * @module
 */

import type {
  ModelBitField,
  ModelEnum,
  ModelField,
  ModelRecord,
  ModelSection,
  ModelType,
  ObjectModel,
} from "../model.ts";
import { chooseNames } from "../unique_names.ts";
import { commentText, indent } from "../source_text.ts";
import { declaration, word } from "./names.ts";

/** The number in a key or value whose type is not known, by its size; bytes for other sizes. */
export function keyType(sizeBytes: number): string {
  if (sizeBytes === 0) return "void";
  return [1, 2, 4, 8].includes(sizeBytes) ? `u${sizeBytes * 8}` : `[${sizeBytes}]u8`;
}

/** Names at the top of a file, and of parameters. Types cannot have them, since Zig finds a name in all enclosing scopes. */
const OWN_NAMES = ["bpf", "std", "assert", "types", "Skeleton", "object_bytes", "self", "to"];

/** The text before the name of a type: "types." where the name alone would be another thing. */
type PrefixOf = (name: string) => string;

/** The types of one object, with their names. */
export class ZigTypes {
  readonly #records: readonly ModelRecord[];
  readonly #enums: readonly ModelEnum[];
  readonly #names: ReadonlyMap<string, string>;

  constructor({ records, enums }: ObjectModel, sections: readonly ModelSection[] = []) {
    this.#records = [...records, ...sections.map(({ variables }) => variables)];
    this.#enums = enums;
    const named = [...this.#records, ...enums.filter(({ name }) => name !== "")].map(({ name }) => name);
    const constants = enums.filter(({ name }) => name === "").flatMap(({ values }) => values.map(({ name }) => name));
    this.#names = chooseNames([...named, ...constants], { spell: (name) => name, reserved: OWN_NAMES });
  }

  /** The declarations, each of one or more lines. */
  declarations(): string[] {
    return [...this.#enums.map((one) => this.#enum(one)), ...this.#records.map((one) => this.#record(one))];
  }

  /** The name of a record, an enum or a constant. */
  nameOf(name: string): string {
    return declaration(this.#names.get(name) ?? name);
  }

  /** A type as code outside of `types` names it. */
  qualified(type: ModelType): string {
    return this.#type(type, () => "types.");
  }

  #enum({ name, sizeBytes, signed, values }: ModelEnum): string {
    const type = `${signed ? "i" : "u"}${sizeBytes * 8}`;
    if (name === "") {
      return values.map((one) => `pub const ${this.nameOf(one.name)}: ${type} = ${one.value};`).join("\n");
    }
    // Two names of a number would be an error; the second one becomes a constant.
    const names = chooseNames(values.map((one) => one.name), { spell: (one) => one, reserved: ["_"] });
    const first = new Map<bigint, string>();
    const fields: string[] = [];
    const aliases: string[] = [];
    for (const one of values) {
      const known = first.get(one.value);
      const own = names.get(one.name) ?? one.name;
      if (known === undefined) fields.push(`${word(own)} = ${one.value},`);
      else aliases.push(`pub const ${declaration(own)}: @This() = .${known};`);
      if (known === undefined) first.set(one.value, word(own));
    }
    // Programs may use other numbers. An enum whose names are all numbers of its type must not have "_".
    const rest = sizeBytes === 1 && first.size === 256 ? [] : ["_,"];
    return `/// \`enum ${name}\`
pub const ${this.nameOf(name)} = enum(${type}) {
${indent([...fields, ...rest, ...(aliases.length > 0 ? ["", ...aliases] : [])])}
};`;
  }

  #record(record: ModelRecord): string {
    const { name, isUnion, isPacked, sizeBytes, fields, bitFields } = record;
    const own = this.nameOf(name);
    const bitNames = this.#bitNames(record);
    const functions = bitFields.map((field) => bitFunctions(field, bitNames.get(field.name) ?? field.name));
    // Zig finds a function before a type of the same name, and then refuses to choose.
    const forms = new Set(
      bitFields.flatMap((field) => [bitNames.get(field.name) ?? "", `set_${bitNames.get(field.name)}`]),
    );
    const members = fields.map((field) => this.#field(field, record, (one) => forms.has(one) ? "types." : ""));
    const offsets = isUnion
      ? []
      : fields.filter(({ role }) => role === "member").map((field) =>
        `assert(@offsetOf(${own}, ${JSON.stringify(field.name)}) == ${field.offset});`
      );
    const kind = isUnion ? "union" : "struct";
    const doc = `/// \`${kind} ${name}\`: ${sizeBytes} bytes${isPacked ? ", packed" : ""}`;
    return `${doc}
pub const ${own} = extern ${kind} {${
      members.length + functions.length === 0 ? "" : `\n${indent([...members, ...functions])}\n`
    }};

comptime {
${indent([`assert(@sizeOf(${own}) == ${sizeBytes});`, ...offsets])}
}`;
  }

  #field({ name, type, role }: ModelField, { isUnion, isPacked }: ModelRecord, prefixOf: PrefixOf): string {
    const doc = role === "member" && type.kind === "bool" ? "/// A boolean.\n" : "";
    const alignment = isPacked ? " align(1)" : "";
    const value = role === "member" || isUnion ? "" : " = @splat(0)";
    return `${doc}${word(name)}: ${this.#type(type, prefixOf)}${alignment}${value},`;
  }

  /** The names of the functions for bit-fields. */
  #bitNames({ fields, bitFields }: ModelRecord): ReadonlyMap<string, string> {
    const isBit = new Set(bitFields.map(({ name }) => name));
    const names = [...fields.map(({ name }) => name), ...isBit];
    return chooseNames(names, {
      spell: (name) => isBit.has(name) && OWN_NAMES.includes(name) ? `${name}_` : name,
      formsOf: (spelled, name) => isBit.has(name) ? [spelled, `set_${spelled}`] : [spelled],
    });
  }

  #named(name: string, prefixOf: PrefixOf): string {
    return prefixOf(this.#names.get(name) ?? name) + this.nameOf(name);
  }

  #type(type: ModelType, prefixOf: PrefixOf): string {
    switch (type.kind) {
      case "int":
        return type.isChar ? "u8" : `${type.signed ? "i" : "u"}${type.sizeBytes * 8}`;
      case "bool":
        // A byte other than 0 and 1 would not be a value of Zig's bool.
        return "u8";
      case "float":
        return `f${type.sizeBytes * 8}`;
      case "pointer":
        return "u64";
      case "array":
        return `[${type.length}]${this.#type(type.element, prefixOf)}`;
      case "record":
        return this.#named(type.record.name, prefixOf);
      case "enum":
        return this.#named(type.enumeration.name, prefixOf);
      case "bytes":
        return `[${type.sizeBytes}]u8`;
    }
  }
}

function bitFunctions({ name, storage, shift, bits, signed }: ModelBitField, spelled: string): string {
  const [type, get, value] = signed ? ["i64", "getSigned", "@bitCast(to)"] : ["u64", "get", "to"];
  return `
/// The bit-field \`${commentText(name)}\` of ${bits} bits.
pub fn ${declaration(spelled)}(self: *const @This()) ${type} {
    return bpf.bits.${get}(&self.${word(storage)}, ${shift}, ${bits});
}

/// Sets it to the lowest ${bits} bits.
pub fn set_${spelled}(self: *@This(), to: ${type}) void {
    bpf.bits.set(&self.${word(storage)}, ${shift}, ${bits}, ${value});
}`;
}
