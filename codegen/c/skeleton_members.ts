/**
 * The members of an object's skeleton: its maps, programs and variables, with their names in C.
 *
 * @module
 */

import type { BpfObjectInfo } from "../../object/object.ts";
import { identifier, Names } from "./identifiers.ts";
import { type OperationsOfMap, type VariablesOfSection, VariableStructs } from "./variables.ts";
import { objectMembers } from "../object_members.ts";

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
  const { btf, layouts } = info;
  const structs = btf === undefined || layouts === undefined ? undefined : new VariableStructs(btf, layouts);
  const members = objectMembers(info, objectName, () => new Names());
  return {
    maps: [
      ...members.maps.map(({ member, map: { name } }) => ({ member, name })),
      ...members.sections.map(({ member, name, section }) => ({
        member,
        name,
        variables: structs?.of(section, member),
      })),
      ...members.structOps.map(({ member, link, map }) => ({
        member,
        name: map.name,
        link,
        operations: structs?.ofStructOps(map, member),
      })),
    ],
    programs: members.programs.map(({ member, program: { name } }) => ({ member, name })),
    unreachable: members.unreachable.map(identifier),
  };
}

/** True when a guest's variables of this map are shared memory of the kernel. */
export function isShared({ name, variables }: SkeletonMap): boolean {
  return variables !== undefined && /\.(bss|data)\b/.test(name);
}
