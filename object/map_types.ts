/**
 * bpftool's names for types of maps.
 *
 * @module
 */

import { MapType } from "./bpf_numbers.ts";

/** The name of a map type: "hash"; "type 99" for an unknown number. */
export function mapTypeName(type: number): string {
  const name = Object.entries(MapType).find(([, number]) => number === type)?.[0];
  return name === undefined ? `type ${type}` : name.toLowerCase();
}
