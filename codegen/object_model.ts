/**
 * Makes the model of an object from its file; see `model.ts`.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { MapType } from "../object/bpf_numbers.ts";
import type { TypeId } from "../object/btf/types.ts";
import { dataMapName } from "../object/data_sections.ts";
import type { MapDefinition } from "../object/maps.ts";
import { type BpfObjectInfo, parseObject } from "../object/object.ts";
import { mangle } from "./c_identifiers.ts";
import type { ModelMap, ModelSection, ModelType, ObjectModel } from "./model.ts";
import { ModelTypes } from "./model_types.ts";
import { selectTypes, type TypeSelection } from "./type_selection.ts";

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
  for (const id of selectTypes(info, btf, options)) types.add(id);
  return {
    name: options.name,
    license: info.license,
    programs: info.programs.map(({ name, section }) => ({ name, section })),
    maps: info.maps.map((map) => mapOf(map, types)),
    sections: sectionsOf(info, options.name, types),
    ...types.model,
  };
}

function mapOf(map: MapDefinition, types: ModelTypes): ModelMap {
  const { name, type, keySize, valueSize, maxEntries } = map;
  const typeOf = (id: TypeId | undefined): ModelType | undefined => id === undefined ? undefined : types.of(id);
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    key: typeOf(map.keyType),
    value: typeOf(map.valueType),
    isPerCpu: PER_CPU.has(type),
  };
}

function sectionsOf({ dataSections }: BpfObjectInfo, objectName: string, types: ModelTypes): ModelSection[] {
  return dataSections.filter(({ kind }) => kind !== "arena").map((section) => {
    const member = mangle(section.name.slice(1));
    return {
      member,
      mapName: dataMapName(section.name, objectName),
      kind: section.kind,
      variables: types.sectionRecord(section, `${objectName}_${member}`),
    };
  });
}
