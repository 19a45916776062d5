/**
 * Writes the types of an object in TypeScript: an interface and a codec for each struct, a class for each union.
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
import { TypeScriptNames } from "./names.ts";

/** A field or bit-field as the codec sees it. */
interface Part {
  readonly name: string;
  /** The name in C, and its place. */
  readonly doc: string;
  readonly offset: number;
  /** The type of its value. */
  readonly type: string;
  /** The codec. */
  readonly codec: string;
}

/** Writes the types of one object. */
export class TypeScriptTypes {
  readonly names: TypeScriptNames;
  readonly #model: ObjectModel;
  /** Codecs that several types may use, and the names of their constants. No name of C that the model has contains `$`. */
  readonly #shared = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(model: ObjectModel) {
    this.#model = model;
    this.names = new TypeScriptNames(model);
  }

  /** The types of the object, and those of the variables of sections. */
  lines(sections: readonly ModelRecord[]): readonly string[] {
    for (const enumeration of this.#model.enums) this.#lines.push(this.#enum(enumeration));
    for (const record of [...this.#model.records, ...sections]) {
      const text = record.isUnion ? this.#union(record) : this.#struct(record);
      this.#lines.push(text);
    }
    return this.#lines;
  }

  /** The type of a value: "number". */
  typeOf(type: ModelType): string {
    switch (type.kind) {
      case "int":
        return type.sizeBytes === 8 ? "bigint" : "number";
      case "bool":
        return "boolean";
      case "float":
        return "number";
      case "pointer":
        return "bigint";
      case "array":
        if (isText(type)) return "string";
        return isBytes(type) ? "Uint8Array" : `${this.typeOf(type.element)}[]`;
      case "record":
        return this.names.type(type.record.name);
      case "enum":
        return this.names.type(type.enumeration.name);
      case "bytes":
        return "Uint8Array";
    }
  }

  /** The codec of a type: "bpf.codecs.u32". Codecs with parameters become constants before the next type. */
  codecOf(type: ModelType): string {
    switch (type.kind) {
      case "int":
        return `bpf.codecs.${type.signed ? "i" : "u"}${type.sizeBytes * 8}`;
      case "bool":
        return "bpf.codecs.bool";
      case "float":
        return `bpf.codecs.f${type.sizeBytes * 8}`;
      case "pointer":
        return "bpf.codecs.u64";
      case "array":
        if (isText(type)) return this.#share(`bpf.codecs.text(${type.length})`);
        if (isBytes(type)) return this.#share(`bpf.codecs.bytes(${type.length})`);
        return this.#share(`bpf.codecs.array(${this.codecOf(type.element)}, ${type.length})`);
      case "record":
        return this.names.type(type.record.name);
      case "enum":
        return `bpf.codecs.${type.enumeration.signed ? "i" : "u"}${type.enumeration.sizeBytes * 8}`;
      case "bytes":
        return this.#share(`bpf.codecs.bytes(${type.sizeBytes})`);
    }
  }

  #share(codec: string): string {
    let name = this.#shared.get(codec);
    if (name === undefined) {
      name = `$${this.#shared.size}`;
      this.#shared.set(codec, name);
      this.#lines.push(`\nconst ${name} = ${codec};`);
    }
    return name;
  }

  #enum({ name, sizeBytes, values }: ModelEnum): string {
    const suffix = sizeBytes === 8 ? "n" : "";
    if (name === "") {
      return values.map((one) => `\nexport const ${this.names.type(one.name)} = ${one.value}${suffix};`).join("");
    }
    const own = this.names.type(name);
    return `
/** \`enum ${name}\`: a number, which need not be one of the constants. */
export type ${own} = ${sizeBytes === 8 ? "bigint" : "number"};

/** The constants of \`enum ${name}\`. */
export const ${own} = {
${values.map((one) => `  ${constantName(one.name)}: ${one.value}${suffix},`).join("\n")}
} as const;`;
  }

  #struct(record: ModelRecord): string {
    const { name, sizeBytes, fields } = record;
    const own = this.names.type(name);
    const parts = this.#parts(record);
    const members = parts.map((part) => `  /** ${part.doc} */\n  ${part.name}: ${part.type};`);
    // Bytes of gaps and bit-fields are cleared first, since a bit-field keeps the other bits.
    const cleared = fields.filter(({ role }) => role !== "member")
      .map((field) => `    bpf.codecs.clear(view, ${at(field.offset)}, ${field.sizeBytes});`);
    const writes = parts.map((part) => `    ${part.codec}.write(view, ${at(part.offset)}, value.${part.name});`);
    const reads = parts.map((part) => `    ${part.name}: ${part.codec}.read(view, ${at(part.offset)}),`);
    const doc = `\`struct ${name}\`: ${sizeBytes} bytes`;
    const definition = parts.length === 0
      ? `/** ${doc}, without members. */\nexport type ${own} = Record<string, never>;`
      : `/** ${doc}. */\nexport interface ${own} {\n${members.join("\n")}\n}`;
    return `
${definition}

/** Reads and writes \`struct ${name}\`. */
export const ${own}: bpf.Codec<${own}> = {
  sizeBytes: ${sizeBytes},
  read: ${parts.length === 0 ? "() => ({})" : `(view, at) => ({\n${reads.join("\n")}\n  })`},
  write(${[...cleared, ...writes].length === 0 ? "" : `view, at${parts.length === 0 ? "" : ", value"}`}) {
${[...cleared, ...writes].join("\n")}
  },
};`;
  }

  /** The members of a union share its bytes, so that each is read and written by itself. */
  #union(record: ModelRecord): string {
    const { name, sizeBytes } = record;
    const own = this.names.type(name);
    const accessors = this.#parts(record).map((part) => `
  /** ${part.doc} */
  get ${part.name}(): ${part.type} {
    return ${part.codec}.read(new DataView(this.storage.buffer), ${part.offset});
  }
  set ${part.name}(value: ${part.type}) {
    ${part.codec}.write(new DataView(this.storage.buffer), ${part.offset}, value);
  }`);
    return `
/** \`union ${name}\`: ${sizeBytes} bytes, which its members share. */
export class ${own} {
  static readonly sizeBytes = ${sizeBytes};
  /** Its bytes. */
  readonly storage: Uint8Array<ArrayBuffer>;

  /** All bytes are 0, or a copy of \`bytes\`. */
  constructor(bytes: Uint8Array = new Uint8Array(${sizeBytes})) {
    if (bytes.length !== ${sizeBytes}) throw new RangeError(\`Cannot use \${bytes.length} bytes: the union has ${sizeBytes}\`);
    this.storage = new Uint8Array(bytes);
  }

  static read(view: DataView, at: number): ${own} {
    return new ${own}(new Uint8Array(view.buffer, view.byteOffset + at, ${sizeBytes}));
  }

  static write(view: DataView, at: number, value: ${own}): void {
    new Uint8Array(view.buffer, view.byteOffset + at, ${sizeBytes}).set(value.storage);
  }
${accessors.join("\n")}
}`;
  }

  /** The members that have a value. Those without bytes, such as flexible arrays, have none. */
  #parts(record: ModelRecord): Part[] {
    const storages = new Map(record.fields.map((field) => [field.name, field.offset]));
    const members = record.fields.filter(({ role, sizeBytes }) => role === "member" && sizeBytes > 0);
    return [
      ...members.map((field) => this.#fieldPart(record, field)),
      ...record.bitFields.map((field) => this.#bitPart(record, field, storages.get(field.storage) ?? 0)),
    ];
  }

  #fieldPart(record: ModelRecord, { name, offset, type }: ModelField): Part {
    return {
      name: this.names.member(record, name),
      doc: `\`${name}\`, at byte ${offset}.`,
      offset,
      type: this.typeOf(type),
      codec: this.codecOf(type),
    };
  }

  #bitPart(record: ModelRecord, { name, shift, bits, signed }: ModelBitField, offset: number): Part {
    const place = `{ shift: ${shift}, count: ${bits}, signed: ${signed} }`;
    return {
      name: this.names.member(record, name),
      doc: `\`${name}\`, a bit-field of ${bits} bits from byte ${offset} on.`,
      offset,
      type: bits > 32 ? "bigint" : "number",
      codec: this.#share(`bpf.codecs.${bits > 32 ? "wideBits" : "bits"}(${place})`),
    };
  }
}

/** True for an array of numbers of one byte. */
function isBytes(type: ModelType): boolean {
  return type.kind === "array" && type.element.kind === "int" && type.element.sizeBytes === 1 && !type.element.signed;
}

function at(offset: number): string {
  return offset === 0 ? "at" : `at + ${offset}`;
}

/** A constant named __proto__ would be the prototype of the others. */
function constantName(name: string): string {
  return name === "__proto__" ? `["__proto__"]` : name;
}
