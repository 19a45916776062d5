/**
 * Chooses names for TypeScript: `isExit` for a member `is_exit`, `ExitEvent` for `struct exit_event`.
 *
 * @module
 */

import type { ModelRecord, ObjectModel } from "../model.ts";
import { capitalized } from "../source_text.ts";
import { chooseNames } from "../unique_names.ts";

/** Words that cannot be names of constants and types, in modules. */
const WORDS = (
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in " +
  "instanceof new null return super switch this throw true try typeof var void while with implements interface let package private " +
  "protected public static yield await arguments eval any unknown never string number boolean bigint symbol object undefined type as " +
  "async of NaN Infinity"
).split(" ");

/** Names that generated modules use themselves. */
const OWN_NAMES = "bpf OBJECT DataView Uint8Array ArrayBuffer Record RangeError".split(" ");

/** Members that every object has, and those of generated classes of unions. */
const OBJECT_MEMBERS =
  ("constructor prototype toString valueOf toLocaleString hasOwnProperty isPrototypeOf propertyIsEnumerable storage")
    .split(" ");

/** Members of the class `Skeleton`. */
const SKELETON_MEMBERS = [...OBJECT_MEMBERS, ..."object links load attach map program maps progs".split(" ")];

/** Names in a scope of members: maps, programs, fields. */
export function memberNames(names: Iterable<string>): ReadonlyMap<string, string> {
  return chooseNames(names, { spell: camel, reserved: OBJECT_MEMBERS });
}

/** Names of the sections in a skeleton. */
export function sectionNames(names: Iterable<string>): ReadonlyMap<string, string> {
  return chooseNames(names, { spell: camel, reserved: SKELETON_MEMBERS });
}

/** The names of an object's types and constants, and of its skeleton. */
export class TypeScriptNames {
  readonly #types: ReadonlyMap<string, string>;
  readonly #members = new Map<ModelRecord, ReadonlyMap<string, string>>();
  /** The class of the skeleton: "BootstrapSkel" for "bootstrap_bpf". */
  readonly skeleton: string;

  constructor({ name, records, enums, sections }: ObjectModel) {
    const constants = new Set(enums.flatMap(({ name, values }) => name === "" ? values.map(({ name }) => name) : []));
    this.skeleton = `${pascal(name.replace(/_bpf$/, ""))}Skel`;
    const names = [
      ...constants,
      ...enums.flatMap(({ name }) => name === "" ? [] : [name]),
      ...[...records, ...sections.map(({ variables }) => variables)].map(({ name }) => name),
    ];
    this.#types = chooseNames(names, {
      spell: (name) => constants.has(name) ? name : pascal(name),
      reserved: [...WORDS, ...OWN_NAMES, this.skeleton],
    });
  }

  /** A record, an enum, or a constant of an enum without a name. */
  type(name: string): string {
    return this.#types.get(name) ?? name;
  }

  /** A field or bit-field. */
  member(record: ModelRecord, name: string): string {
    let members = this.#members.get(record);
    if (members === undefined) {
      members = memberNames([...record.fields, ...record.bitFields].map((field) => field.name));
      this.#members.set(record, members);
    }
    return members.get(name) ?? name;
  }
}

/** "isExit" for "is_exit". A first letter stays as it is, and so does "CONFIG_HZ". */
function camel(name: string): string {
  if (isUpperCase(name)) return name;
  const [first = "", ...others] = wordsOf(name);
  const joined = first + others.map(capitalized).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `_${joined}`;
}

/** "IsExit" for "is_exit". */
function pascal(name: string): string {
  if (isUpperCase(name)) return name;
  const joined = wordsOf(name).map(capitalized).join("");
  return /^[A-Z]/.test(joined) ? joined : `X${joined}`;
}

function isUpperCase(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name);
}

function wordsOf(name: string): string[] {
  return name.split("_").filter((word) => word !== "");
}
