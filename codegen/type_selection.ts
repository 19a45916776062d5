/**
 * Selects the types of an object that its guests need: the types of its maps and global variables, but not the kernel's types, which
 * its programs read.
 *
 * @module
 */

import type { Btf } from "../object/btf/btf.ts";
import { readRelocatedTypes } from "../object/btf/core_relocations.ts";
import type { MapDefinition } from "../object/maps.ts";
import type { BpfObjectInfo } from "../object/object.ts";
import type { BtfType, TypeId } from "../object/btf/types.ts";
import { isBuffer } from "./map_kinds.ts";

/** Further types to select. */
export interface TypeSelection {
  /** The names of structs, unions, enums or typedefs. */
  types?: readonly string[] | undefined;
  /** True for all types that the object defines, except map definitions and types of the kernel. */
  all?: boolean | undefined;
}

/** A requested type does not exist. */
export class MissingTypeError extends RangeError {
  override readonly name = "MissingTypeError";
}

/** The selected types, without the types that they contain. @throws {MissingTypeError} when a type of `types` does not exist. */
export function selectTypes(info: BpfObjectInfo, btf: Btf, selection: TypeSelection): TypeId[] {
  const chosen: TypeId[] = [];
  for (const map of info.maps) chosen.push(...mapTypes(map));
  for (const { variables } of info.dataSections) {
    for (const { type } of variables) chosen.push(type, ...pointees(btf, type));
  }
  for (const name of selection.types ?? []) chosen.push(findNamed(btf, name));
  if (selection.all === true) { for (const id of ownTypes(info, btf)) chosen.push(id); }
  return chosen;
}

function mapTypes({ keyType, valueType, inner }: MapDefinition): TypeId[] {
  const types = [keyType, valueType].filter((type) => type !== undefined);
  return inner === undefined ? types : [...types, ...mapTypes(inner)];
}

/**
 * The target of a variable that is a pointer to a struct, union or enum. With `const struct event *unused;` a program keeps a type in
 * its BTF that only its local variables have.
 */
function pointees(btf: Btf, id: TypeId): TypeId[] {
  const type = btf.resolve(id);
  if (type.kind !== "ptr") return [];
  const target = btf.resolve(type.target);
  return target.kind === "struct" || target.kind === "union" || target.kind === "enum" ? [type.target] : [];
}

/** True if an object has a buffer, but no pointer to a type of its records. Its skeleton may then lack this type. */
export function lacksRecordType({ btf, maps, dataSections }: BpfObjectInfo): boolean {
  const hasPointer = dataSections.some(({ variables }) =>
    variables.some(({ type }) => btf !== undefined && pointees(btf, type).length > 0)
  );
  return !hasPointer && maps.some(isBuffer);
}

/** Advice about a missing type: BTF omits types that only local variables use. */
export const HOW_TO_KEEP =
  "(hint: compilers leave out a type that only local variables have, as a ring buffer's record; " +
  'a global pointer to it, "const struct event *unused;", keeps it)';

/** The struct, union, enum or typedef of this name. @throws {MissingTypeError} when it does not exist. */
export function findNamed(btf: Btf, name: string): TypeId {
  const found = btf.find("struct", name) ?? btf.find("union", name) ?? btf.find("enum", name) ??
    btf.find("typedef", name);
  if (found !== undefined) return found.id;
  throw new MissingTypeError(`Cannot find type ${JSON.stringify(name)}: not in the BTF ${HOW_TO_KEEP}`);
}

/** All structs, unions and enums, except the kernel's and those that define maps. */
function ownTypes(info: BpfObjectInfo, btf: Btf): TypeId[] {
  const foreign = new Set<TypeId>();
  for (const id of kernelRoots(info, btf)) collect(btf, id, foreign);
  for (const id of mapDefinitions(btf)) foreign.add(id);
  return btf.types
    .filter((type) => isDefinition(btf, type) && !foreign.has(type.id))
    .map((type) => type.id);
}

function isDefinition(btf: Btf, type: BtfType): boolean {
  if (type.kind === "typedef") return btf.skipModifiers(type.target).name === "" && isDefinitionKind(btf, type);
  return type.name !== "" && isDefinitionKind(btf, type);
}

function isDefinitionKind(btf: Btf, type: BtfType): boolean {
  const kind = btf.resolve(type.id).kind;
  return kind === "struct" || kind === "union" || kind === "enum";
}

/** Types of the kernel: relocated ones, the contexts of programs, and the types of the kernel's functions and variables. */
function kernelRoots(info: BpfObjectInfo, btf: Btf): TypeId[] {
  const roots = [...readRelocatedTypes(info.elf)];
  const programs = new Set(info.programs.map(({ name }) => name));
  for (const type of btf.types) {
    if (type.kind === "func" && programs.has(type.name)) roots.push(type.target);
    if (type.kind !== "datasec" || type.name !== ".ksyms") continue;
    for (const { type: id } of type.variables) roots.push(id);
  }
  return roots;
}

/** The types of the variables in `.maps`. */
function mapDefinitions(btf: Btf): TypeId[] {
  const section = btf.find("datasec", ".maps");
  return (section?.variables ?? []).flatMap(({ type }) => {
    const variable = btf.get(type);
    return variable.kind === "var" ? [btf.resolve(variable.target).id] : [];
  });
}

/** Adds `root` and all types that it refers to. It does not recurse, because a chain of types may be longer than the call stack. */
function collect(btf: Btf, root: TypeId, into: Set<TypeId>): void {
  const todo = [root];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (into.has(id)) continue;
    into.add(id);
    const type = btf.get(id);
    switch (type.kind) {
      case "struct":
      case "union":
        for (const member of type.members) todo.push(member.type);
        break;
      case "array":
        todo.push(type.element);
        break;
      case "func_proto":
        todo.push(type.returns);
        for (const parameter of type.parameters) todo.push(parameter.type);
        break;
      case "void":
      case "int":
      case "float":
      case "enum":
      case "fwd":
      case "datasec":
        break;
      default:
        todo.push(type.target);
    }
  }
}
