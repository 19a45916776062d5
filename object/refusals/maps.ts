/**
 * Reasons why libbpf would refuse the maps of an object. `../maps.ts` throws on malformed definitions.
 *
 * @module
 */

import { MapType } from "../bpf_numbers.ts";
import type { Btf } from "../btf/btf.ts";
import type { ElfFile } from "../elf/elf.ts";
import { innerDefinition, readNumber } from "../maps.ts";
import type { BtfStruct, BtfVar } from "../btf/types.ts";

/** Members of a definition that libbpf accepts; `values` must be the last one. */
const MEMBERS: ReadonlySet<string> = new Set([
  "type",
  "max_entries",
  "map_flags",
  "numa_node",
  "key_size",
  "key",
  "value_size",
  "value",
  "values",
  "pinning",
  "map_extra",
]);

/** The reasons, map by map. */
export function* mapRefusals(elf: ElfFile, btf: Btf): Generator<string> {
  const section = btf.find("datasec", ".maps");
  if (section === undefined || !elf.sections.some(({ name }) => name === ".maps")) return;
  const arenas: string[] = [];
  for (const { type } of section.variables) {
    const variable = btf.get(type);
    if (variable.kind !== "var") continue;
    yield* definitionRefusals(btf, variable);
    const definition = btf.resolve(variable.target);
    if (definition.kind !== "struct") continue;
    if (numberOf(btf, variable.name, definition, "type") === MapType.ARENA) arenas.push(variable.name);
  }
  if (arenas.length > 1) yield `maps "${arenas.join('" and "')}" are arenas: an object has one`;
}

function* definitionRefusals(btf: Btf, { name, target, linkage }: BtfVar): Generator<string> {
  if (linkage !== "global") yield `map "${name}" is ${linkage}: a map must be a global variable`;
  const definition = btf.resolve(target);
  if (definition.kind !== "struct") return;
  yield* memberRefusals(name, definition);
  const type = numberOf(btf, name, definition, "type");
  const isOfMaps = type === MapType.ARRAY_OF_MAPS || type === MapType.HASH_OF_MAPS;
  const values = definition.members.find((member) => member.name === "values");
  if (values !== undefined && !isOfMaps && type !== MapType.PROG_ARRAY) {
    yield `map "${name}" has "values", which arrays and hashes of maps and arrays of programs have`;
  }
  const pinning = numberOf(btf, name, definition, "pinning") ?? 0;
  if (pinning > 1) yield `map "${name}" has "pinning" ${pinning}, which is neither 0 nor LIBBPF_PIN_BY_NAME`;
  if (values === undefined || !isOfMaps) return;
  const inner = innerDefinition(btf, name, values);
  yield* memberRefusals(`${name}.inner`, inner);
  if (inner.members.some((member) => member.name === "pinning")) yield `map "${name}" has inner maps that are pinned`;
}

function* memberRefusals(name: string, { members }: BtfStruct): Generator<string> {
  for (const [i, member] of members.entries()) {
    if (!MEMBERS.has(member.name)) yield `map "${name}" has "${member.name}", which no map has`;
    if (member.name === "values" && i !== members.length - 1) yield `map "${name}" has members after "values"`;
  }
}

function numberOf(btf: Btf, map: string, { members }: BtfStruct, name: string): number | undefined {
  return readNumber(btf, map, members.find((member) => member.name === name));
}
