/**
 * Elements of maps by the map's handle: `bpf_map__lookup_elem` and its like. Calls by descriptor are in `map_elements.ts`.
 *
 * @module
 */

import { translateKey, translateValue, version2Descriptors } from "../core/descriptor_values.ts";
import type { GateRequest, MapAccess } from "../core/requests.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { bytesIn, type ParameterRule } from "./line.ts";

/** The request for an element. */
export function element(access: MapAccess): (call: Call) => GateRequest {
  return (call) => {
    const { ref, object } = call.map("map");
    return { kind: "element", map: object.describeMapOf(ref), access };
  };
}

/** Asks for reading, beside the request for writing. */
export function alsoRead(call: Call): void {
  call.calls.pass(element("read")(call));
}

/** A key. libbpf compares its size with the map's. */
export function key(size: string): ParameterRule {
  return bytesIn(size, (call, bytes) => {
    const map = mapOf(call);
    if (bytes.byteLength !== map.keySize) return;
    if (!translateKey(version2Descriptors(call.guest.descriptors), map, bytes, 0)) refuse("EBADF");
  });
}

/** A new value. libbpf compares its size with the map's. */
export function value(size: string): ParameterRule {
  return bytesIn(size, (call, bytes) => {
    const map = mapOf(call);
    if (bytes.byteLength !== map.valueSize) return;
    if (!translateValue(version2Descriptors(call.guest.descriptors), map, bytes, 0)) refuse("EBADF");
  });
}

function mapOf(call: Call) {
  const { ref, object } = call.map("map");
  return object.describeMapOf(ref);
}
