/**
 * Makes the model of an object from its file; see `model.ts`.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { MapType } from "../object/bpf_numbers.ts";
import { Btf } from "../object/btf/btf.ts";
import { Layouts } from "../object/btf/layout.ts";
import type { TypeId } from "../object/btf/types.ts";
import type { MapDefinition } from "../object/maps.ts";
import { parseObject } from "../object/object.ts";
import type { ModelMap, ModelType, ObjectModel } from "./model.ts";
import { ModelTypes } from "./model_types.ts";
import { objectMembers } from "./object_members.ts";
import { findNamed, selectTypes, type TypeSelection } from "./type_selection.ts";
import { plainIdentifier, UniqueNames } from "./unique_names.ts";

/** Options of {@link modelOf}. */
export interface ModelOptions extends TypeSelection {
  /** The name of the object: a C identifier. */
  name: string;
}

const PER_CPU: ReadonlySet<number> = new Set([
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.LRU_PERCPU_HASH,
  MapType.PERCPU_CGROUP_STORAGE,
]);

/**
 * Returns the model of an object.
 *
 * @throws {FormatError} when the bytes are not a BPF object, are damaged, or have no BTF.
 * @throws {MissingTypeError} when a type of `types` does not exist.
 */
export function modelOf(object: Uint8Array, options: ModelOptions): ObjectModel {
  const info = parseObject(object);
  const { btf, layouts } = info;
  if (btf === undefined || layouts === undefined) throw new FormatError("ELF", "it has no BTF; compile it with -g");
  const types = new ModelTypes(btf, layouts);
  const { programs, maps, sections, structOps, unreachable } = objectMembers(
    info,
    options.name,
    () => new UniqueNames(),
  );
  for (const id of selectTypes(info, btf, options)) types.add(id);
  return {
    name: plainIdentifier(options.name),
    license: info.license,
    programs: programs.map(({ member, program: { name, section } }) => ({ name, member, section })),
    maps: maps.map(({ member, map }) => mapOf(map, { member, types })),
    sections: sections.map(({ member, name, section }) => ({
      member,
      mapName: name,
      kind: section.kind,
      ...types.section(section, `${options.name}_${member}`),
    })),
    structOps: structOps.map(({ member, map }) => ({ name: map.name, member, struct: map.struct.name })),
    unreachable,
    ...types.model,
  };
}

/**
 * Returns a model with types by name from plain BTF, such as /sys/kernel/btf/vmlinux, and nothing else.
 *
 * @throws {FormatError} when the bytes are not BTF, or are damaged.
 * @throws {MissingTypeError} when one of the types does not exist.
 */
export function modelOfBtf(btfBytes: Uint8Array, options: { name: string; types: readonly string[] }): ObjectModel {
  const btf = Btf.parse(btfBytes);
  const types = new ModelTypes(btf, new Layouts(btf, "bpf"));
  for (const name of options.types) types.add(findNamed(btf, name));
  return {
    name: plainIdentifier(options.name),
    license: undefined,
    programs: [],
    maps: [],
    sections: [],
    structOps: [],
    unreachable: [],
    ...types.model,
  };
}

function mapOf(map: MapDefinition, { member, types }: { member: string; types: ModelTypes }): ModelMap {
  const { name, type, keySize, valueSize, maxEntries, inner } = map;
  const typeOf = (id: TypeId | undefined): ModelType | undefined => id === undefined ? undefined : types.of(id);
  return {
    name,
    member,
    type,
    keySize,
    valueSize,
    maxEntries,
    key: typeOf(map.keyType),
    value: typeOf(map.valueType),
    isPerCpu: PER_CPU.has(type),
    inner: inner === undefined ? undefined : mapOf({ ...inner, name: "" }, { member: "", types }),
  };
}
