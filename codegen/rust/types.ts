/**
 * Writes the types of an object in Rust.
 *
 * @module
 */

import {
  isText,
  type ModelBitField,
  type ModelEnum,
  type ModelField,
  type ModelRecord,
  type ModelType,
  type ObjectModel,
} from "../model.ts";
import { RustNames } from "./names.ts";
import { indent } from "../source_text.ts";

/** Writes the types of one object. */
export class RustTypes {
  readonly #model: ObjectModel;
  readonly #names: RustNames;
  /** Records that derive `Debug`: a union cannot be printed, and fields of a packed struct have no address. */
  readonly #printable = new Set<ModelRecord>();

  constructor(model: ObjectModel) {
    this.#model = model;
    this.#names = new RustNames(model);
  }

  /** The content of a module with the object's types, and structs of the variables of sections. */
  lines(sections: readonly ModelRecord[]): string[] {
    const { enums, records } = this.#model;
    return [
      "#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals, dead_code, unused_imports, clippy::all)]",
      "",
      "use wasm_bpf::{bits, Pod, Text};",
      ...enums.map((one) => this.#enum(one)),
      ...[...records, ...sections].map((record) => this.#record(record)),
    ];
  }

  /** The name of a record. */
  recordName({ name }: ModelRecord): string {
    return this.#names.type(name);
  }

  /** A type as code outside of module `types` names it. */
  qualified(type: ModelType): string {
    if (isText(type)) return `wasm_bpf::${this.#type(type)}`;
    if (type.kind === "array") return `[${this.qualified(type.element)}; ${type.length}]`;
    return type.kind === "record" || type.kind === "enum" ? `types::${this.#type(type)}` : this.#type(type);
  }

  #enum(enumeration: ModelEnum): string {
    const { name, sizeBytes, signed, values } = enumeration;
    const type = `${signed ? "i" : "u"}${sizeBytes * 8}`;
    if (name === "") {
      return values.map((one) => `\npub const ${this.#names.type(one.name)}: ${type} = ${one.value};`).join("");
    }
    const own = this.#names.type(name);
    const constants = this.#names.constants(enumeration);
    return `
/// \`enum ${name}\`
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ${own}(pub ${type});

impl ${own} {
${indent(values.map((one) => `pub const ${constants.get(one.name)}: ${own} = ${own}(${one.value});`))}
}

// SAFETY: every number is a value.
unsafe impl Pod for ${own} {}`;
  }

  #record(record: ModelRecord): string {
    const { name, isUnion, isPacked, sizeBytes, fields, bitFields } = record;
    const own = this.#names.type(name);
    const isPrintable = !isPacked && !isUnion && fields.every(({ type }) => this.#isPrintable(type));
    if (isPrintable) this.#printable.add(record);
    const accessors = bitFields.map((field) => this.#accessors(record, field));
    return `
/// \`${isUnion ? "union" : "struct"} ${name}\`: ${sizeBytes} bytes
#[repr(C${isPacked ? ", packed" : ""})]
#[derive(Clone, Copy${isPrintable ? ", Debug" : ""})]
pub ${isUnion ? "union" : "struct"} ${own} {
${indent(fields.map((field) => this.#field(record, field)))}
}

// SAFETY: every byte belongs to a field, and all bytes are a value.
unsafe impl Pod for ${own} {}

impl Default for ${own} {
    /// All bytes are 0.
    fn default() -> Self {
        Pod::zeroed()
    }
}
${accessors.length === 0 ? "" : `\nimpl ${own} {\n${indent(accessors)}\n}\n`}
const _: () = assert!(core::mem::size_of::<${own}>() == ${sizeBytes});`;
  }

  /** Parts of a record come before it, so that it is known which of them derive `Debug`. */
  #isPrintable(type: ModelType): boolean {
    if (type.kind === "array") return this.#isPrintable(type.element);
    return type.kind !== "record" || this.#printable.has(type.record);
  }

  #field(record: ModelRecord, { name, type, role, offset }: ModelField): string {
    const doc = role === "member" ? type.kind === "bool" ? "/// A boolean.\n" : "" : "#[doc(hidden)]\n";
    return `${doc}pub ${this.#names.member(record, name)}: ${this.#type(type)}, // offset ${offset}`;
  }

  #accessors(record: ModelRecord, { name, storage, shift, bits, signed }: ModelBitField): string {
    const [type, get] = signed ? ["i64", "get_signed"] : ["u64", "get"];
    const own = this.#names.member(record, name);
    const bytes = this.#names.member(record, storage);
    // SAFETY of unions: the storage is an array of bytes, and any bytes are a value of it.
    const place = (mutable: string) =>
      record.isUnion ? `unsafe { &${mutable}self.${bytes} }` : `&${mutable}self.${bytes}`;
    return `/// A bit-field of ${bits} bits.
pub fn ${own}(&self) -> ${type} {
    bits::${get}(${place("")}, ${shift}, ${bits})
}
/// Sets it to the lowest ${bits} bits.
pub fn set_${own}(&mut self, value: ${type}) {
    bits::set(${place("mut ")}, ${shift}, ${bits}, value as u64)
}`;
  }

  #type(type: ModelType): string {
    switch (type.kind) {
      case "int":
        return `${type.signed ? "i" : "u"}${type.sizeBytes * 8}`;
      case "bool":
        // A byte other than 0 and 1 would not be a value of Rust's bool.
        return "u8";
      case "float":
        return `f${type.sizeBytes * 8}`;
      case "pointer":
        return "u64";
      case "array":
        return isText(type) ? `Text<${type.length}>` : `[${this.#type(type.element)}; ${type.length}]`;
      case "record":
        return this.#names.type(type.record.name);
      case "enum":
        return this.#names.type(type.enumeration.name);
      case "bytes":
        return `[u8; ${type.sizeBytes}]`;
    }
  }
}
