/**
 * The members of an object's skeleton: its maps, programs and variables, with their names in C.
 *
 * @module
 */

import { dataMapName } from "../object/data_sections.ts";
import type { BpfObjectInfo } from "../object/object.ts";
import { identifier, mangle, Names } from "./c_identifiers.ts";
import { type OperationsOfMap, type VariablesOfSection, VariableStructs } from "./c_variables.ts";

/** A map in the skeleton. */
export interface SkeletonMap {
  /** Its member of `maps`: "rodata". */
  readonly member: string;
  /** Its name in libbpf: "runqlat.rodata". */
  readonly name: string;
  /** Its variables, if guests may see them. */
  readonly variables?: VariablesOfSection | undefined;
  /** Its member of `links`. Only struct_ops maps have one. */
  readonly link?: string;
  /** The initial value of a struct_ops map. */
  readonly operations?: OperationsOfMap | undefined;
}

/** A program in the skeleton. */
export interface SkeletonProgram {
  /** Its member of `progs` and `links`. */
  readonly member: string;
  readonly name: string;
}

/** The members of a skeleton. */
export interface SkeletonMembers {
  readonly maps: readonly SkeletonMap[];
  readonly programs: readonly SkeletonProgram[];
  /** Variables without a member in the skeleton. */
  readonly unreachable: readonly string[];
}

/** The members in libbpf's order: maps of the file, then sections of variables, then struct_ops. @throws {FormatError} */
export function skeletonMembers(info: BpfObjectInfo, objectName: string): SkeletonMembers {
  const { btf, layouts, dataSections, structOps } = info;
  const structs = btf === undefined || layouts === undefined ? undefined : new VariableStructs(btf, layouts);
  const names = new Names();
  // Sections are named first, since users expect the variables of .bss under "bss".
  const sections = dataSections.map((section) => {
    const member = names.take(mangle(section.name.slice(1)));
    return { member, name: dataMapName(section.name, objectName), variables: structs?.of(section, member) };
  });
  const maps = info.maps.map(({ name }) => ({ member: names.take(name), name }));
  const links = new Names();
  const programs = info.programs.map(({ name }) => ({ member: links.take(name), name }));
  const operations = structOps.map((map) => {
    const member = names.take(map.name);
    return { member, name: map.name, link: links.take(map.name), operations: structs?.ofStructOps(map, member) };
  });
  const unreachable = info.arena?.variables.filter((variable) => !variable.static) ?? [];
  return {
    maps: [...maps, ...sections, ...operations],
    programs,
    unreachable: unreachable.map((variable) => identifier(variable.name)),
  };
}

/** True when a guest's variables of this map are shared memory of the kernel. */
export function isShared({ name, variables }: SkeletonMap): boolean {
  return variables !== undefined && /\.(bss|data)\b/.test(name);
}
