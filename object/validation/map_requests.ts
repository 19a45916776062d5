/**
 * Properties of the maps in `.maps` that a loader must check before it opens the object.
 *
 * @module
 */

import { MAP_FLAG, MapType } from "../bpf_numbers.ts";
import { mapTypeName } from "../map_types.ts";
import { type BtfCheck, KIND } from "./btf_check.ts";

/** The checked properties of one map. */
export interface MapRequest {
  readonly name: string;
  /** `enum bpf_map_type`; 0 when the definition has none. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** `map_extra`: for an arena, the address of its mapping. */
  readonly extra: bigint;
  readonly pinned: boolean;
  /** The definition of the inner maps of an array or hash of maps. */
  readonly inner: MapRequest | undefined;
}

/**
 * The maps of bpf/usdt.bpf.h. libbpf finds them by name and writes its own records of these sizes into them, without regard to the
 * map's sizes. Into a larger map, the kernel would copy memory of this process that lies behind the record. A map of another type
 * may treat the bytes as a descriptor, or need a record for each processor.
 */
const USDT_MAPS: ReadonlyMap<string, { type: number; keyBytes: number; valueBytes: number }> = new Map([
  ["__bpf_usdt_specs", { type: MapType.ARRAY, keyBytes: 4, valueBytes: 208 }],
  ["__bpf_usdt_ip_to_spec_id", { type: MapType.HASH, keyBytes: 8, valueBytes: 4 }],
]);

/** The size of the values of maps that hold maps or programs. */
const DESCRIPTOR_BYTES = 4;

/** Flags that make another field a descriptor: of a BTF object, or of a token. */
const DESCRIPTOR_FLAGS = MAP_FLAG.BPF_F_VTYPE_BTF_OBJ_FD | MAP_FLAG.BPF_F_TOKEN_FD;

/** The maps of these sections. @throws {FormatError} when a map cannot come from a valid definition, or names a descriptor. */
export function readMapRequests(btf: BtfCheck, sections: readonly number[]): MapRequest[] {
  const maps: MapRequest[] = [];
  for (const section of sections) {
    for (const { type } of btf.entries(section)) {
      const struct = btf.resolve(btf.sizeOrType(type));
      if (btf.kind(struct) === KIND.STRUCT) maps.push(readMap(btf, struct, btf.name(type), true));
    }
  }
  return maps;
}

function readMap(btf: BtfCheck, struct: number, name: string, isOuter: boolean): MapRequest {
  const numbers = new Map<string, bigint>();
  let inner: MapRequest | undefined;
  for (let i = 0; i < btf.length(struct); i++) {
    const member = btf.memberName(struct, i);
    const type = btf.member(struct, i, 1);
    if (member === "values") {
      numbers.set("value_size", BigInt(DESCRIPTOR_BYTES));
      if (isOuter) inner = readInner(btf, type, name);
    } else if (member === "key" || member === "value") numbers.set(`${member}_size`, sizeBehind(btf, type));
    else numbers.set(member, numberOf(btf, type));
  }
  const number = (member: string) => numbers.get(member) ?? 0n;
  const map: MapRequest = {
    name,
    type: Number(number("type")),
    keySize: Number(number("key_size")),
    valueSize: Number(number("value_size")),
    maxEntries: Number(number("max_entries")),
    flags: Number(number("map_flags")),
    extra: number("map_extra"),
    pinned: number("pinning") !== 0n,
    inner,
  };
  if (map.type === MapType.STRUCT_OPS) {
    btf.fail(`map "${name}" is a struct_ops, which belongs in section ".struct_ops"`);
  }
  if ((map.flags & DESCRIPTOR_FLAGS) !== 0) {
    btf.fail(`map "${name}" has a flag that gives it a descriptor of its loader`);
  }
  checkUsdtMap(btf, map);
  return map;
}

function checkUsdtMap(btf: BtfCheck, { name, type, keySize, valueSize }: MapRequest): void {
  const usdt = USDT_MAPS.get(name);
  if (usdt === undefined) return;
  const { keyBytes, valueBytes } = usdt;
  if (type === usdt.type && keySize <= keyBytes && valueSize <= valueBytes) return;
  const definition = `${mapTypeName(usdt.type)}, key ${keyBytes} B, value ${valueBytes} B`;
  btf.fail(`map "${name}" differs from the one in bpf/usdt.bpf.h: ${definition}`);
}

/** True when libbpf treats a map of this name as one of bpf/usdt.bpf.h. */
export function isUsdtMap(name: string): boolean {
  return USDT_MAPS.has(name);
}

/** `__array(values, T)` is an array of pointers to T. */
function readInner(btf: BtfCheck, values: number, name: string): MapRequest | undefined {
  const array = btf.resolve(values);
  if (btf.kind(array) !== KIND.ARRAY) return undefined;
  const pointer = btf.resolve(btf.array(array).element);
  if (btf.kind(pointer) !== KIND.PTR) return undefined;
  const struct = btf.resolve(btf.sizeOrType(pointer));
  return btf.kind(struct) === KIND.STRUCT ? readMap(btf, struct, `${name}.inner`, false) : undefined;
}

/** `__type(key, T)` is a pointer to a T. Other types give 0, since libbpf then has no size either. */
function sizeBehind(btf: BtfCheck, member: number): bigint {
  const pointer = btf.resolve(member);
  return btf.kind(pointer) === KIND.PTR ? BigInt(btf.sizeOf(btf.sizeOrType(pointer)) ?? 0) : 0n;
}

/** `__uint(name, N)` is a pointer to an array of N elements, `__ulong(name, N)` an enum of one value. Other types give 0. */
function numberOf(btf: BtfCheck, member: number): bigint {
  const type = btf.resolve(member);
  switch (btf.kind(type)) {
    case KIND.PTR: {
      const array = btf.sizeOrType(type);
      return btf.kind(array) === KIND.ARRAY ? BigInt(btf.array(array).length) : 0n;
    }
    case KIND.ENUM:
      return btf.length(type) === 1 ? BigInt(btf.member(type, 0, 1, 2)) : 0n;
    case KIND.ENUM64:
      return btf.length(type) === 1 ? BigInt(btf.member(type, 0, 1)) | BigInt(btf.member(type, 0, 2)) << 32n : 0n;
    default:
      return 0n;
  }
}
