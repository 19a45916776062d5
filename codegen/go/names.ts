/**
 * The names of generated Go. Those of a package begin with the object's, as bpf2go of cilium/ebpf writes them: "bootstrapEvent".
 *
 * @module
 */

import { capitalized } from "../source_text.ts";
import { exported } from "./text.ts";
import type { ModelEnum, ModelField, ModelRecord, ObjectModel } from "../model.ts";
import { alignOf } from "../model.ts";
import { chooseNames } from "../unique_names.ts";

/** The names of an object's file. */
export class GoNames {
  /** The name of the object: "bootstrap", or "Bootstrap" for names that other packages see. */
  readonly stem: string;
  readonly #types: ReadonlyMap<string, string>;
  readonly #constants: ReadonlyMap<string, string>;

  constructor({ name, records, enums }: ObjectModel) {
    this.stem = stemOf(name);
    const own = [this.objects, this.specs, this.load, this.loadObjects, this.closer, this.bytes];
    const parts = ["Programs", "Maps", "Variables"].flatMap((part) => [
      `${this.stem}${part}`,
      `${this.stem}${part.slice(0, -1)}Specs`,
    ]);
    const named = [...records, ...enums].map(({ name }) => name).filter((name) => name !== "");
    this.#types = chooseNames(named, {
      spell: (name) => `${this.stem}${exported(name)}`,
      reserved: [...own, ...parts],
    });
    const constants = enums.flatMap((one) => one.values.map(({ name }) => constantKey(one, name)));
    this.#constants = chooseNames(constants, {
      spell: (key) => `${this.stem}${key.split(" ").map((word) => word === "" ? "" : exported(word)).join("")}`,
      reserved: [...own, ...parts, ...this.#types.values()],
    });
  }

  /** The type of a struct, a union or an enum. */
  type({ name }: { readonly name: string }): string {
    return this.#types.get(name) ?? exported(name);
  }

  /** A constant of an enum. */
  constant(enumeration: ModelEnum, name: string): string {
    return this.#constants.get(constantKey(enumeration, name)) ?? exported(name);
  }

  get objects(): string {
    return `${this.stem}Objects`;
  }

  get specs(): string {
    return `${this.stem}Specs`;
  }

  get load(): string {
    return `${this.#isExported ? "Load" : "load"}${capitalized(this.stem)}`;
  }

  get loadObjects(): string {
    return `${this.load}Objects`;
  }

  get closer(): string {
    return `_${capitalized(this.stem)}Close`;
  }

  get bytes(): string {
    return `_${capitalized(this.stem)}Bytes`;
  }

  get #isExported(): boolean {
    return /^[A-Z]/.test(this.stem);
  }
}

/** The fields and methods of a record. */
export function memberNames(record: ModelRecord): ReadonlyMap<string, string> {
  const { fields, bitFields } = record;
  const bits = new Set(bitFields.map(({ name }) => name));
  const bytes = new Set(fields.filter((field) => !isPlain(field, record)).map(({ name }) => name));
  return chooseNames([...fields, ...bitFields].map(({ name }) => name), {
    spell: exported,
    reserved: record.isUnion ? ["Words"] : [],
    formsOf: (spelled, name) => [
      spelled,
      ...bits.has(name) ? [`Set${spelled}`] : [],
      ...bytes.has(name) ? [`Get${spelled}`] : [],
    ],
  });
}

/** True for a field that lies where Go's compiler puts it. Others are bytes, with a method. */
export function isPlain({ type, offset, role }: ModelField, { isPacked }: ModelRecord): boolean {
  return role !== "member" || !(isPacked || offset % alignOf(type) !== 0) || alignOf(type) === 1;
}

/** The names of maps, programs or variables as fields of a struct. */
export function fieldNames(names: readonly string[]): ReadonlyMap<string, string> {
  return chooseNames(names, { spell: exported, reserved: ["Close"] });
}

/** "bootstrap" for "bootstrap_bpf", "openAt" for "open_at_bpf", "Opens" for "Opens". */
export function stemOf(name: string): string {
  const words = name.replace(/_bpf$/, "").split("_").filter((word) => word !== "");
  const [first = "bpf", ...rest] = words;
  const stem = first + rest.map(capitalized).join("");
  return /^[A-Za-z]/.test(stem) ? stem : `x${stem}`;
}

function constantKey({ name }: ModelEnum, value: string): string {
  return `${name} ${value}`;
}
