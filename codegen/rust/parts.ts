/**
 * The maps and programs of an object, as a skeleton in Rust names them.
 *
 * @module
 */

import { holdsDescriptors } from "../map_kinds.ts";
import type { ModelMap, ObjectModel } from "../model.ts";
import { rustNames, rustNamesOf } from "./names.ts";
import { commentText } from "../source_text.ts";
import { stringLiteral } from "./text.ts";
import type { RustTypes } from "./types.ts";

/** A map, a program or a map of struct_ops in the skeleton. */
export interface Part {
  /** The method or the field for it. */
  readonly member: string;
  /** A literal of its name. */
  readonly name: string;
  readonly doc: string;
  /** The type of a map, and the method of the object that finds it. */
  readonly type: string;
  readonly find: string;
}

/** The parts of an object. */
export interface Parts {
  readonly maps: readonly Part[];
  readonly programs: readonly Part[];
  readonly structOps: readonly Part[];
}

/** The parts, with the types that maps have in Rust. */
export function partsOf(model: ObjectModel, types: RustTypes): Parts {
  const mapNames = rustNames([...model.maps, ...model.structOps].map(({ member }) => member));
  const programNames = rustNames(model.programs.map(({ member }) => member));
  return {
    maps: model.maps.map((map) => {
      const typed = mapType(map, types);
      return {
        member: mapNames.get(map.member) ?? "",
        name: stringLiteral(map.name),
        doc: `/// The map \`${commentText(map.name)}\`: ${typed === undefined ? "any type" : "keys and values"}.`,
        type: typed ?? "wasm_bpf::MapHandle<'o>",
        find: typed === undefined ? "map_handle" : "map",
      };
    }),
    programs: model.programs.map(({ name, member, section }) => ({
      member: programNames.get(member) ?? "",
      name: stringLiteral(name),
      doc: `/// \`${commentText(section)}\``,
      type: "wasm_bpf::Program<'o>",
      find: "program",
    })),
    structOps: model.structOps.map(({ name, member, struct }) => ({
      member: mapNames.get(member) ?? "",
      name: stringLiteral(name),
      doc: `/// \`struct ${commentText(struct)}\``,
      type: "wasm_bpf::MapHandle<'o>",
      find: "map_handle",
    })),
  };
}

/** Programs and maps of struct_ops have links, in one scope. */
export function linksOf({ programs, structOps }: Parts): Part[] {
  const parts = [...programs, ...structOps];
  const names = rustNamesOf(parts.map(({ member }) => member));
  return parts.map((part, i) => ({ ...part, member: names[i] ?? "" }));
}

/** The type of a map with known keys and values. */
function mapType(map: ModelMap, types: RustTypes): string | undefined {
  const isOfDescriptors = holdsDescriptors(map);
  const key = map.key !== undefined
    ? types.qualified(map.key)
    : map.keySize === 0 && !isOfDescriptors
    ? "()"
    : map.keySize === 4 && isOfDescriptors
    ? "u32"
    : undefined;
  const value = isOfDescriptors ? "i32" : map.value === undefined ? undefined : types.qualified(map.value);
  return key === undefined || value === undefined ? undefined : `wasm_bpf::Map<'o, ${key}, ${value}>`;
}
