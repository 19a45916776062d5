/**
 * The uses that guests have for the maps of an object, by the type of map.
 *
 * @module
 */

import { MapType } from "../object/bpf_numbers.ts";
import type { ModelMap } from "./model.ts";

/** True for maps that guests read or write through buffers, not by elements. */
export function isBuffer({ type }: Pick<ModelMap, "type">): boolean {
  return type === MapType.PERF_EVENT_ARRAY || type === MapType.RINGBUF || type === MapType.USER_RINGBUF;
}

/** True for maps whose values are descriptors of maps. Their definition may lack the size of values. */
export function holdsMaps({ type }: ModelMap): boolean {
  return type === MapType.ARRAY_OF_MAPS || type === MapType.HASH_OF_MAPS;
}

/** True for maps whose values are descriptors of maps or programs. */
export function holdsDescriptors(map: ModelMap): boolean {
  return holdsMaps(map) || map.type === MapType.PROG_ARRAY;
}

/** True for maps whose values are addresses of the kernel or of a process, the innermost first. */
export function holdsStacks({ type }: ModelMap): boolean {
  return type === MapType.STACK_TRACE;
}
