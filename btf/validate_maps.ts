/**
 * Properties of the maps in `.maps` that a loader must check before it opens the object.
 *
 * @module
 */

import { type BtfCheck, KIND } from "./validate_btf.ts";

/** The checked properties of one map. */
export interface MapRequest {
  readonly name: string;
  /** `enum bpf_map_type`; 0 when the definition has none. */
  readonly type: number;
  readonly flags: number;
  /** `map_extra`: for an arena, the address of its mapping. */
  readonly extra: bigint;
  readonly pinned: boolean;
}

/** `BPF_MAP_TYPE_STRUCT_OPS` (linux/bpf.h). */
const STRUCT_OPS = 26;
/** Flags that make another field a descriptor: of a BTF object, or of a token. */
const BPF_F_VTYPE_BTF_OBJ_FD = 1 << 15;
const BPF_F_TOKEN_FD = 1 << 16;

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
  for (let i = 0; i < btf.length(struct); i++) {
    const member = btf.memberName(struct, i);
    const type = btf.member(struct, i, 1);
    if (member === "values" && isOuter) readInner(btf, type, name);
    else numbers.set(member, numberOf(btf, type));
  }
  const number = (member: string) => numbers.get(member) ?? 0n;
  const map: MapRequest = {
    name,
    type: Number(number("type")),
    flags: Number(number("map_flags")),
    extra: number("map_extra"),
    pinned: number("pinning") !== 0n,
  };
  if (map.type === STRUCT_OPS) btf.fail(`map "${name}" is a struct_ops, which belongs in section ".struct_ops"`);
  if ((map.flags & (BPF_F_VTYPE_BTF_OBJ_FD | BPF_F_TOKEN_FD)) !== 0) {
    btf.fail(`map "${name}" has a flag that gives it a descriptor of its loader`);
  }
  return map;
}

/** `__array(values, T)` is an array of pointers to T. */
function readInner(btf: BtfCheck, values: number, name: string): void {
  const array = btf.resolve(values);
  if (btf.kind(array) !== KIND.ARRAY) return;
  const pointer = btf.resolve(btf.array(array).element);
  if (btf.kind(pointer) !== KIND.PTR) return;
  const struct = btf.resolve(btf.sizeOrType(pointer));
  if (btf.kind(struct) === KIND.STRUCT) readMap(btf, struct, `${name}.inner`, false);
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
