/**
 * Reads the maps that an object defines in its `.maps` section. Each is a variable, and its type describes the map.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { MapType } from "./bpf_numbers.ts";
import type { Btf } from "./btf/btf.ts";
import { type ElfFile, type ElfSymbol, SYMBOL_BIND } from "./elf/elf.ts";
import type { Layouts } from "./btf/layout.ts";
import type { BtfMember, BtfStruct, TypeId } from "./btf/types.ts";

/** The definition of a map. */
export interface MapDefinition {
  readonly name: string;
  /** The number of its type, `enum bpf_map_type`. */
  readonly type: number;
  /** The size in bytes; 0 when the definition leaves it to libbpf. */
  readonly keySize: number;
  /** As {@link keySize}. */
  readonly valueSize: number;
  /** 0 when the definition leaves it to libbpf, which gives perf event arrays one entry for each CPU. */
  readonly maxEntries: number;
  readonly flags: number;
  /** The type of a key; undefined when the definition has only its size. */
  readonly keyType: TypeId | undefined;
  /** As {@link keyType}. */
  readonly valueType: TypeId | undefined;
  /** True when loading the object pins the map under its name (LIBBPF_PIN_BY_NAME). */
  readonly pinned: boolean;
  /** The definition of the inner maps of an array or hash of maps. */
  readonly inner: MapDefinition | undefined;
}

const IN_MAP_TYPES: readonly number[] = [MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS];

/** The maps of an object, in libbpf's order. @throws {FormatError} when a definition is invalid. */
export function readMaps(elf: ElfFile, btf: Btf | undefined, layouts: Layouts | undefined): MapDefinition[] {
  const section = elf.sections.find(({ name }) => name === ".maps");
  if (section === undefined) return [];
  if (btf === undefined || layouts === undefined) {
    throw new FormatError("ELF", "it has maps and no BTF; compile it with -g");
  }
  const type = btf.find("datasec", ".maps");
  if (type === undefined) throw new FormatError("BTF", `no section ".maps"`);

  const offsets = new Map<string, number>(
    elf.symbols.filter((symbol) => isGlobalIn(symbol, section.index)).map(({ name, value }) => [name, value]),
  );
  const maps = type.variables.map((entry) => {
    const variable = btf.get(entry.type);
    if (variable.kind !== "var") throw new FormatError("BTF", `type ${entry.type} in ".maps" is not a variable`);
    const definition = btf.resolve(variable.target);
    if (definition.kind !== "struct") throw new FormatError("BTF", `map "${variable.name}" is not a struct`);
    return {
      offset: offsets.get(variable.name) ?? entry.offset,
      map: readMap(btf, layouts, variable.name, definition, false),
    };
  });
  return maps.sort((a, b) => a.offset - b.offset).map(({ map }) => map);
}

function isGlobalIn(symbol: ElfSymbol, section: number): boolean {
  return symbol.section === section && symbol.bind !== SYMBOL_BIND.LOCAL;
}

function readMap(btf: Btf, layouts: Layouts, name: string, definition: BtfStruct, isInner: boolean): MapDefinition {
  const member = (memberName: string) => definition.members.find((member) => member.name === memberName);
  const number = (memberName: string) => readNumber(btf, name, member(memberName));
  const type = number("type") ?? 0;
  if (type === 0) throw new FormatError("BTF", `map "${name}" has no type`);

  const keyType = pointee(btf, name, member("key"));
  const valueType = pointee(btf, name, member("value"));
  const values = member("values");
  const inner = values === undefined || !IN_MAP_TYPES.includes(type)
    ? undefined
    : readInner(btf, layouts, name, values, isInner);
  return {
    name,
    type,
    keySize: size(name, "key", number("key_size"), keyType === undefined ? undefined : layouts.of(keyType).sizeBytes),
    valueSize: values === undefined
      ? size(name, "value", number("value_size"), valueType === undefined ? undefined : layouts.of(valueType).sizeBytes)
      : 4,
    maxEntries: number("max_entries") ?? 0,
    flags: number("map_flags") ?? 0,
    keyType,
    valueType,
    pinned: number("pinning") === 1,
    inner,
  };
}

/** The number N of `__uint(name, N)`, a pointer to an array of N elements. @throws {FormatError} when it is another type. */
export function readNumber(btf: Btf, map: string, member: BtfMember | undefined): number | undefined {
  if (member === undefined) return undefined;
  const pointer = btf.resolve(member.type);
  const array = pointer.kind === "ptr" ? btf.get(pointer.target) : pointer;
  if (pointer.kind !== "ptr" || array.kind !== "array") {
    throw new FormatError("BTF", `"${member.name}" of map "${map}" is not written with __uint()`);
  }
  return array.length;
}

/** `__type(name, T)` is a pointer to T. */
function pointee(btf: Btf, map: string, member: BtfMember | undefined): TypeId | undefined {
  if (member === undefined) return undefined;
  const pointer = btf.get(member.type);
  if (pointer.kind !== "ptr") {
    throw new FormatError("BTF", `"${member.name}" of map "${map}" is not written with __type()`);
  }
  return pointer.target;
}

function readInner(btf: Btf, layouts: Layouts, map: string, values: BtfMember, isInner: boolean): MapDefinition {
  if (isInner) throw new FormatError("BTF", `map "${map}" has maps in maps in maps`);
  return readMap(btf, layouts, `${map}.inner`, innerDefinition(btf, map, values), true);
}

/** The struct T of `__array(values, T)`, an empty array of pointers to T. @throws {FormatError} when it is another type. */
export function innerDefinition(btf: Btf, map: string, values: BtfMember): BtfStruct {
  const array = btf.resolve(values.type);
  const pointer = array.kind === "array" ? btf.resolve(array.element) : array;
  const definition = pointer.kind === "ptr" ? btf.resolve(pointer.target) : pointer;
  if (array.kind !== "array" || pointer.kind !== "ptr" || definition.kind !== "struct") {
    throw new FormatError("BTF", `"values" of map "${map}" is not written with __array()`);
  }
  return definition;
}

function size(map: string, of: string, given: number | undefined, typed: number | undefined): number {
  if (given !== undefined && typed !== undefined && given !== typed) {
    throw new FormatError("BTF", `map "${map}" has a ${of} of ${given} and of ${typed} bytes`);
  }
  return typed ?? given ?? 0;
}
