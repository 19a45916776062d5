/**
 * Turns types of BTF into those of the model.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { Btf } from "../object/btf/btf.ts";
import { innermostFirst } from "../object/btf/containment.ts";
import { isUnknown, type Layouts } from "../object/btf/layout.ts";
import type { BtfEnum, BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from "../object/btf/types.ts";
import type { DataSection } from "../object/data_sections.ts";
import type { ModelBitField, ModelEnum, ModelField, ModelRecord, ModelType } from "./model.ts";
import { alignmentOf, bitRuns, bytesType, unionBits, unionFields, withGaps } from "./record_fields.ts";
import { NameBudget, UniqueNames } from "./unique_names.ts";

/** The named types of an object. */
export interface TypesModel {
  readonly records: readonly ModelRecord[];
  readonly enums: readonly ModelEnum[];
}

/** More fields in one record would be a damaged file, or a denial of service by generated text. */
const MAX_FIELDS = 1 << 16;

/** The limit of an array's dimensions. Compilers accept 256 nested brackets. */
const MAX_DIMENSIONS = 240;

/** Parts without a name whose path is longer are called after their number. */
const MAX_PATH = 200;

/** Collects the types that a model needs. */
export class ModelTypes {
  readonly #btf: Btf;
  readonly #layouts: Layouts;
  readonly #budget = new NameBudget();
  readonly #names = new UniqueNames(this.#budget);
  readonly #records = new Map<TypeId, ModelRecord>();
  readonly #enums = new Map<TypeId, ModelEnum>();

  constructor(btf: Btf, layouts: Layouts) {
    this.#btf = btf;
    this.#layouts = layouts;
  }

  /** The types so far. */
  get model(): TypesModel {
    return { records: [...this.#records.values()], enums: [...this.#enums.values()] };
  }

  /** Adds the structs, unions and enums in a type, innermost first. @throws {FormatError} */
  add(id: TypeId): void {
    this.#addNamed(id, this.#typedefName(id));
  }

  /** The model of a type, whose structs are added. @throws {FormatError} for types without a size. */
  of(id: TypeId): ModelType {
    this.add(id);
    return this.#of(id);
  }

  /** A struct with the variables of a section that are not static, and the names of the weak ones. */
  section(section: DataSection, name: string): { variables: ModelRecord; weak: string[] } {
    const variables = section.variables.filter((one) => !one.static && !isUnknown(this.#btf, one.type));
    const members = variables.map((variable) => ({
      name: variable.name,
      bitOffset: variable.offset * 8,
      bitSize: 0,
      type: variable.type,
    }));
    for (const { type } of members) this.add(type);
    const record = this.#record({ kind: "struct", sizeBytes: section.sizeBytes, members }, this.#names.take(name));
    const weakOffsets = new Set(variables.filter(({ weak }) => weak).map(({ offset }) => offset));
    const weak = record.fields.filter(({ role, offset }) => role === "member" && weakOffsets.has(offset));
    return { variables: record, weak: weak.map(({ name }) => name) };
  }

  /** @param name the name of a struct or enum that has none of its own. */
  #addNamed(root: TypeId, name: string): void {
    const names = new Map<TypeId, string>([[this.#btf.resolve(root).id, name]]);
    // Parts come before the struct that names them, so the names are found first, from the outside in.
    const order = innermostFirst(this.#btf, root, (id) => this.#isKnown(id));
    for (const id of [...order].reverse()) this.#nameParts(this.#btf.resolve(id), names);
    for (const id of order) {
      const type = this.#btf.resolve(id);
      const own = type.name || names.get(type.id) || "";
      if (type.kind === "enum") this.#addEnum(type, own);
      if ((type.kind === "struct" || type.kind === "union") && !this.#records.has(type.id)) {
        this.#records.set(type.id, this.#record(type, this.#names.take(own || `anonymous_${type.id}`)));
      }
    }
  }

  #isKnown(id: TypeId): boolean {
    const type = this.#btf.resolve(id);
    return this.#records.has(type.id) || this.#enums.has(type.id);
  }

  #nameParts(type: BtfType, names: Map<TypeId, string>): void {
    if (type.kind !== "struct" && type.kind !== "union") return;
    const outer = type.name || names.get(type.id) || "";
    for (const [index, member] of type.members.entries()) {
      const part = this.#innermost(member.type);
      const suffix = member.name === "" ? String(index) : member.name;
      const path = outer === "" || outer.length > MAX_PATH ? "" : `${outer}_${suffix}`;
      const name = this.#typedefName(member.type) || path;
      if (part.name === "" && !names.has(part.id)) names.set(part.id, name);
    }
  }

  /** The element of an array, and of arrays of it; other types themselves. */
  #innermost(id: TypeId): BtfType {
    let type = this.#btf.resolve(id);
    while (type.kind === "array") type = this.#btf.resolve(type.element);
    return type;
  }

  /** The name of the last typedef before a type; "" without one. */
  #typedefName(id: TypeId): string {
    let name = "";
    let type = this.#btf.skipModifiers(id);
    while (type.kind === "typedef") {
      name = type.name;
      type = this.#btf.skipModifiers(type.target);
    }
    return name;
  }

  #addEnum({ id, sizeBytes, signed, values }: BtfEnum, name: string): void {
    if (this.#enums.has(id)) return;
    const own = name === "" ? "" : this.#names.take(name);
    const names = own === "" ? this.#names : new UniqueNames(this.#budget);
    const constants = values.map(({ name, value }) => ({ name: names.take(name), value }));
    this.#enums.set(id, { name: own, sizeBytes, signed, values: constants });
  }

  #of(id: TypeId, dimensions = 0): ModelType {
    const type = this.#btf.resolve(id);
    switch (type.kind) {
      case "int":
        return intOf(type.sizeBytes, type);
      case "float":
        return type.sizeBytes === 4 || type.sizeBytes === 8
          ? { kind: "float", sizeBytes: type.sizeBytes }
          : { kind: "bytes", sizeBytes: type.sizeBytes };
      case "ptr":
        return { kind: "pointer" };
      case "array":
        if (dimensions === MAX_DIMENSIONS) {
          throw new FormatError("BTF", `type ${id} has more than ${MAX_DIMENSIONS} dimensions`);
        }
        return { kind: "array", element: this.#of(type.element, dimensions + 1), length: type.length };
      case "enum": {
        const enumeration = this.#enums.get(type.id);
        if (enumeration === undefined || enumeration.name === "") return intOf(type.sizeBytes, { signed: type.signed });
        return { kind: "enum", enumeration };
      }
      case "struct":
      case "union": {
        const record = this.#records.get(type.id);
        if (record !== undefined) return { kind: "record", record };
        break;
      }
    }
    throw new FormatError("BTF", `type ${type.id} (${type.kind} "${type.name}") has no size`);
  }

  #record(struct: Pick<BtfStruct, "kind" | "sizeBytes" | "members">, name: string): ModelRecord {
    if (struct.members.length > MAX_FIELDS) throw new FormatError("BTF", `struct "${name}" has too many members`);
    const isUnion = struct.kind === "union";
    if (isUnion && struct.members.some(({ bitOffset }) => bitOffset !== 0)) {
      throw new FormatError("BTF", `union "${name}" has members that do not begin at its first byte`);
    }
    const names = new UniqueNames(this.#budget);
    // The bytes of members whose type BTF cannot express become gaps.
    const whole = struct.members.filter(({ bitSize, type }) => bitSize === 0 && !isUnknown(this.#btf, type));
    const members = whole.map((member): ModelField => this.#field(member, names));
    const bits = isUnion ? unionBits(struct.members) : bitRuns(struct.members);
    const storages = bits.map((run): ModelField => ({
      name: names.take(`_bits${run.start}`),
      offset: run.start,
      sizeBytes: run.end - run.start,
      type: bytesType(run.end - run.start),
      role: "bits",
    }));
    const placed = [...members, ...storages].sort((a, b) => a.offset - b.offset);
    if (placed.some(({ offset, sizeBytes }) => offset + sizeBytes > struct.sizeBytes)) {
      throw new FormatError("BTF", `members of "${name}" end after its ${struct.sizeBytes} bytes`);
    }
    const fields = isUnion
      ? unionFields(placed, struct.sizeBytes)
      : withGaps(placed, { sizeBytes: struct.sizeBytes, names, what: name });
    const { alignBytes, isPacked } = alignmentOf(fields, struct.sizeBytes);
    const bitFields = bits.flatMap((run, i) =>
      run.members.map((member) => this.#bitField(member, run.start, { names, storage: storages[i] }))
    );
    return { name, isUnion, sizeBytes: struct.sizeBytes, alignBytes, isPacked, fields, bitFields };
  }

  #field({ name, type, bitOffset }: BtfMember, names: UniqueNames): ModelField {
    const modelType = this.#of(type);
    return {
      name: names.take(name === "" ? `_${bitOffset / 8}` : name),
      offset: bitOffset / 8,
      sizeBytes: this.#layouts.of(type).sizeBytes,
      type: modelType,
      role: "member",
    };
  }

  #bitField(
    member: BtfMember,
    start: number,
    { names, storage }: { names: UniqueNames; storage: ModelField | undefined },
  ): ModelBitField {
    const type = this.#btf.resolve(member.type);
    return {
      name: names.take(member.name),
      storage: storage?.name ?? "",
      shift: member.bitOffset - start * 8,
      bits: member.bitSize,
      signed: (type.kind === "int" || type.kind === "enum") && type.signed,
    };
  }
}

/** Clang does not mark `char` as a character, so its name counts too. */
function intOf(
  sizeBytes: number,
  { signed, bool = false, char = false, name = "" }: Partial<BtfInt> & { signed: boolean },
): ModelType {
  if (bool && sizeBytes === 1) return { kind: "bool" };
  if (sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8) {
    return { kind: "int", sizeBytes, signed, isChar: sizeBytes === 1 && (char || name === "char") };
  }
  return { kind: "bytes", sizeBytes };
}
