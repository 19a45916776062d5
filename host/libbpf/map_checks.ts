/**
 * Checks of changes to the definition of a map, which libbpf does not make.
 *
 * libbpf keeps the initial value of a map in memory whose size it computes from the definition, now and at every later use. So a change
 * of the definition could make it read or unmap other memory of this process.
 *
 * @module
 */

import { MapType } from "../../ffi/mod.ts";
import type { MapDescription } from "../core/requests.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import type { ObjectPart } from "./kinds.ts";

/** Types with data beside the definition, which a map can neither get nor lose. */
const BOUND_TYPES: ReadonlySet<number> = new Set([
  MapType.STRUCT_OPS,
  MapType.ARENA,
  MapType.PROG_ARRAY,
  MapType.ARRAY_OF_MAPS,
  MapType.HASH_OF_MAPS,
]);

/** Types whose initial data libbpf measures by the definition. */
const MEASURED_TYPES: ReadonlySet<number> = new Set([MapType.STRUCT_OPS, MapType.ARENA]);

/** The map of a call, which is not in the kernel yet. */
function definitionOf(call: Call): { part: ObjectPart; map: MapDescription; isGlobal: boolean } {
  const part = call.map("map");
  const map = part.object.describeMapOf(part.ref);
  return { part, map, isGlobal: part.object.hasInitialValue(part.ref) };
}

/** Refuses a change of the type of a map that has initial data. */
export function checkType(call: Call): void {
  const { map, isGlobal } = definitionOf(call);
  if (isGlobal || BOUND_TYPES.has(map.type) || BOUND_TYPES.has(call.int("type"))) refuse("EINVAL");
}

/** Refuses another number of entries for a map that has initial data. */
export function checkMaxEntries(call: Call): void {
  const { map, isGlobal } = definitionOf(call);
  const isSame = call.int("max_entries") >>> 0 === map.maxEntries;
  if (!isSame && (isGlobal || MEASURED_TYPES.has(map.type))) refuse("EINVAL");
}

/** Refuses another size of keys for a map whose entries libbpf writes itself. */
export function checkKeySize(call: Call): void {
  const { map, isGlobal } = definitionOf(call);
  const isSame = call.int("size") >>> 0 === map.keySize;
  if (!isSame && (isGlobal || BOUND_TYPES.has(map.type))) refuse("EINVAL");
}

/**
 * Refuses another size of values. libbpf resizes the data of global variables itself, but not their kernel configuration. It keeps the
 * data in memory of this process, which counts as the object's.
 */
export function checkValueSize(call: Call): void {
  const { part, map, isGlobal } = definitionOf(call);
  const sizeBytes = call.int("size") >>> 0;
  if (sizeBytes === map.valueSize) return;
  if (BOUND_TYPES.has(map.type) || map.name.endsWith(".kconfig")) refuse("EINVAL");
  if (isGlobal && !call.guest.gate.resizesVariables) refuse("ENOTSUP");
  if (isGlobal && sizeBytes > map.valueSize) part.object.charge(sizeBytes - map.valueSize);
}

/** Refuses other flags for struct_ops: BPF_F_LINK, which the host sets, ties their registration to this process. */
export function checkFlags(call: Call): void {
  const { map } = definitionOf(call);
  const isSame = call.int("flags") >>> 0 === map.flags;
  if (!isSame && MEASURED_TYPES.has(map.type)) refuse("EINVAL");
}

/** Refuses to choose the address of an arena, at which libbpf maps it into this process. */
export function checkMapExtra(call: Call): void {
  const { map } = definitionOf(call);
  if (map.type === MapType.ARENA) refuse("EINVAL");
}

/**
 * Refuses another map for the data of a map, unless it has the same shape. Refuses it also for a map that is in the kernel: libbpf would
 * put the other map under the same descriptor, whose sizes the host knows.
 */
export function checkReuse(call: Call): void {
  const { part, map, isGlobal } = definitionOf(call);
  const { value } = call.calls.call("bpf_map__fd", [part.ref]);
  if (typeof value === "number" && value >= 0) refuse("EBUSY");
  const other = call.guest.descriptors.findMap(call.int("fd"));
  if (MEASURED_TYPES.has(map.type)) refuse("EINVAL");
  if (!isGlobal || other === undefined) return;
  const isSame = other.type === map.type && other.keySize === map.keySize && other.valueSize === map.valueSize &&
    other.maxEntries === map.maxEntries;
  if (!isSame) refuse("EINVAL");
}
