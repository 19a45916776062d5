/**
 * Chooses names for Rust.
 *
 * @module
 */

import type { ModelEnum, ModelRecord, ObjectModel } from "../model.ts";
import { chooseNames } from "../unique_names.ts";

/** Words that cannot be names, of all editions. */
const WORDS: ReadonlySet<string> = new Set(
  ("_ as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return " +
    "self Self static struct super trait true type unsafe use where while abstract become box do final macro override priv typeof " +
    "unsized virtual yield try gen union macro_rules").split(" "),
);

/** Names that the module of types uses itself. */
const OWN_NAMES =
  ("bool char str i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 core std wasm_bpf bits Pod Text Clone Copy " +
    "Debug Default PartialEq Eq PartialOrd Ord Hash").split(" ");

/** Gives each of `names` a name in Rust, in one scope. */
export function rustNames(names: Iterable<string>, reserved: readonly string[] = []): ReadonlyMap<string, string> {
  return chooseNames(names, { spell, reserved: [...WORDS, ...reserved] });
}

/** As {@link rustNames}, for a list in which names can be equal. */
export function rustNamesOf(names: readonly string[]): string[] {
  const keys = names.map((name, i) => `${i} ${name}`);
  const chosen = chooseNames(keys, { spell: (key) => spell(key.slice(key.indexOf(" ") + 1)), reserved: WORDS });
  return keys.map((key) => chosen.get(key) ?? "");
}

/** The names of types, of constants of enums without a name, and of members in an object. */
export class RustNames {
  readonly #types: ReadonlyMap<string, string>;
  readonly #members = new Map<ModelRecord, ReadonlyMap<string, string>>();

  constructor({ records, enums, sections }: ObjectModel) {
    const names = [
      ...enums.flatMap(({ name, values }) => name === "" ? values.map((value) => value.name) : [name]),
      ...[...records, ...sections.map(({ variables }) => variables)].map(({ name }) => name),
    ];
    const structs = new Set([...records, ...sections.map(({ variables }) => variables)].map(({ name }) => name));
    this.#types = chooseNames(names, {
      spell,
      reserved: [...WORDS, ...OWN_NAMES, "tuple value"],
      // An enum is a tuple struct, whose name no parameter of a function can have.
      formsOf: (spelled, name) => structs.has(name) ? [spelled] : [spelled, `tuple ${spelled}`],
    });
  }

  /** A record, an enum, or a constant of an enum without a name. */
  type(name: string): string {
    return this.#types.get(name) ?? name;
  }

  /** A field or bit-field. A bit-field `low` is a pair of methods, `low` and `set_low`. */
  member(record: ModelRecord, name: string): string {
    let members = this.#members.get(record);
    if (members === undefined) {
      const bits = new Set(record.bitFields.map((field) => field.name));
      members = chooseNames([...record.fields, ...record.bitFields].map((field) => field.name), {
        spell,
        reserved: [...WORDS, ...METHODS.map((method) => `fn ${method}`)],
        // Methods have a name space of their own.
        formsOf: (spelled, name) => bits.has(name) ? [spelled, `fn ${spelled}`, `fn set_${spelled}`] : [spelled],
      });
      this.#members.set(record, members);
    }
    return members.get(name) ?? name;
  }

  /** The constants of an enum. */
  constants({ values }: ModelEnum): ReadonlyMap<string, string> {
    return rustNames(values.map(({ name }) => name));
  }
}

/** Methods of every type that bit-fields must not hide. */
const METHODS = ["default", "clone", "fmt", "as_bytes", "from_bytes", "zeroed"];

/** A reserved word gets a `_` at its end: `type_`. */
function spell(name: string): string {
  return WORDS.has(name) ? `${name}_` : name;
}
