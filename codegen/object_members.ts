/**
 * Names the parts of an object in source code: its programs, maps, sections of global variables and struct_ops maps. Writers of all
 * languages and of C skeletons start from them.
 *
 * @module
 */

import { dataMapName, type DataSection } from "../object/data_sections.ts";
import type { MapDefinition } from "../object/maps.ts";
import type { BpfObjectInfo, ProgramInfo } from "../object/object.ts";
import type { StructOpsMap } from "../object/struct_ops.ts";
import { mangle } from "./c/identifiers.ts";

/** A scope of names: `take` returns a name that no other part has. */
export interface NameScope {
  take(name: string): string;
}

/** The parts of an object, in libbpf's order. `member` is a part's name in source code, `name` its name in libbpf. */
export interface ObjectMembers {
  readonly programs: readonly { readonly member: string; readonly program: ProgramInfo }[];
  readonly maps: readonly { readonly member: string; readonly map: MapDefinition }[];
  readonly sections: readonly { readonly member: string; readonly name: string; readonly section: DataSection }[];
  /** `link` is the name of its link, in the scope of the programs. */
  readonly structOps: readonly { readonly member: string; readonly link: string; readonly map: StructOpsMap }[];
  /** The names of variables in an arena, as the file has them. */
  readonly unreachable: readonly string[];
}

/**
 * Names the parts. Maps, sections and struct_ops maps share a scope, and so do programs and links.
 *
 * @param newScope makes an empty scope with the rules of a language.
 * @throws {FormatError} when a part has a name that cannot be one in source code.
 */
export function objectMembers(info: BpfObjectInfo, objectName: string, newScope: () => NameScope): ObjectMembers {
  const names = newScope();
  const links = newScope();
  // Sections are named first, since users expect the variables of .bss under "bss".
  const sections = info.dataSections.map((section) => ({
    member: names.take(mangle(section.name.slice(1))),
    name: dataMapName(section.name, objectName),
    section,
  }));
  const maps = info.maps.map((map) => ({ member: names.take(map.name), map }));
  const programs = info.programs.map((program) => ({ member: links.take(program.name), program }));
  const structOps = info.structOps.map((map) => ({
    member: names.take(map.name),
    link: links.take(map.name),
    map,
  }));
  const unreachable = info.arena?.variables.filter((variable) => !variable.static) ?? [];
  return { programs, maps, sections, structOps, unreachable: unreachable.map(({ name }) => name) };
}
