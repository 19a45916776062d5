/**
 * `bpf_map_lookup_elem()` and the other functions for one element of a map.
 *
 * Most calls of a guest do not enter JavaScript: map_elements_gate.wat, which the guest imports, passes them to map_elements.wat. This
 * file handles the rest.
 *
 * @module
 */

import { LINUX_ERRNO, wasiErrno } from "../../errors/mod.ts";
import { MAP_COMMAND } from "../../object/bpf_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import { translateKey, translateValue, version2Descriptors } from "../core/descriptor_values.ts";
import { DirectCalls, type DirectModule } from "../core/direct_calls.ts";
import { instantiateEmbedded } from "../core/embedded_module.ts";
import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import type { GuestMap } from "../core/guest_map.ts";
import type { ImportFunction } from "../core/imports.ts";
import { type GuestPtr, guestPtr, type WasmPtr } from "../core/memory.ts";
import { newBytes } from "../core/refusal.ts";
import type { Line } from "./line.ts";
import { MAP_ELEMENTS_I32_BASE64, MAP_ELEMENTS_I64_BASE64 } from "./map_elements_bytes.ts";
import { MAP_ELEMENTS_GATE_I32_BASE64, MAP_ELEMENTS_GATE_I64_BASE64 } from "./map_elements_gate_bytes.ts";
import { mapNumbers } from "./map_numbers.ts";

/** The functions of map_elements_gate.wat. */
type Name =
  | "bpf_map_lookup_elem"
  | "bpf_map_lookup_elem_flags"
  | "bpf_map_update_elem"
  | "bpf_map_delete_elem"
  | "bpf_map_delete_elem_flags"
  | "bpf_map_get_next_key"
  | "bpf_map_lookup_and_delete_elem"
  | "bpf_map_lookup_and_delete_elem_flags";

/** A command of {@link MAP_COMMAND} on an element. Returns 0 or a negative errno of WASI. */
export type MapElement = (command: number, fd: number, key: WasmPtr, value: WasmPtr, flags: bigint) => number;

/** The exports of map_elements_gate.wat. */
type Gate = { readonly target: WebAssembly.Global } & Readonly<Record<Name, ImportFunction>>;

/** The exports of map_elements.wat. */
interface Calls extends DirectModule {
  readonly map_element: MapElement;
}

const { LOOKUP, UPDATE, DELETE, GET_NEXT_KEY, LOOKUP_AND_DELETE } = MAP_COMMAND;
const NULL = 0;
const EFAULT = -LINUX_ERRNO.EFAULT;
const EINVAL = -LINUX_ERRNO.EINVAL;
const EBADF = -LINUX_ERRNO.EBADF;
const GUARD: GuardOptions<number> = { errors: NEGATIVE_WASI, syncs: true };

const gates = new WeakMap<GuestContext, Gate>();

function lineOf(name: Name): Line<never> {
  return {
    make: (guest, types) => {
      const run = gateOf(guest)[name];
      // A function of WebAssembly links only with its own type.
      return types.every(({ isPlain }) => isPlain) ? run : (...parameters) => run(...parameters);
    },
  };
}

/** The lines. */
export const MAP_ELEMENT_LINES: Readonly<Record<Name, Line<never>>> = {
  bpf_map_lookup_elem: lineOf("bpf_map_lookup_elem"),
  bpf_map_lookup_elem_flags: lineOf("bpf_map_lookup_elem_flags"),
  bpf_map_update_elem: lineOf("bpf_map_update_elem"),
  bpf_map_delete_elem: lineOf("bpf_map_delete_elem"),
  bpf_map_delete_elem_flags: lineOf("bpf_map_delete_elem_flags"),
  bpf_map_get_next_key: lineOf("bpf_map_get_next_key"),
  bpf_map_lookup_and_delete_elem: lineOf("bpf_map_lookup_and_delete_elem"),
  bpf_map_lookup_and_delete_elem_flags: lineOf("bpf_map_lookup_and_delete_elem_flags"),
};

/** All functions of one guest. The first that it imports makes them. */
function gateOf(guest: GuestContext): Gate {
  let gate = gates.get(guest);
  if (gate === undefined) {
    gate = openGate(guest);
    gates.set(guest, gate);
  }
  return gate;
}

/** @param worthIt the number of calls through JavaScript before the direct path is set up. */
export function openGate(guest: GuestContext, worthIt?: number): Gate {
  const [gateBytes, callsBytes] = guest.addressBits === 64
    ? [MAP_ELEMENTS_GATE_I64_BASE64, MAP_ELEMENTS_I64_BASE64]
    : [MAP_ELEMENTS_GATE_I32_BASE64, MAP_ELEMENTS_I32_BASE64];
  const inJavaScript = guest.guard.wrap(mapElement(guest), GUARD);
  const slowly: MapElement = (...parameters) => {
    if (guest.descriptors.findMap(parameters[1])?.isDirect) direct.update();
    return inJavaScript(...parameters);
  };
  const gate = instantiateEmbedded<Gate>(gateBytes, { host: { map_element: slowly } });
  const open = () => {
    const call = guest.gate.openMapCall();
    if (call === undefined) return undefined;
    const calls = instantiateEmbedded<Calls>(callsBytes, {
      guest: { memory: guest.instance.rawMemory },
      host: { numbers: mapNumbers(guest), map_element: slowly },
      native: { wasm_bpf_map_call: call },
    });
    gate.target.value = calls.map_element;
    return calls;
  };
  const direct = new DirectCalls(guest, { open, pages: "i64", worthIt });
  return gate;
}

/** Makes the call on a copy of key and value, in which the host's descriptors replace the guest's. */
function mapElement(guest: GuestContext): MapElement {
  return (command, fd, keyPtr, valuePtr, flags) => {
    const map = guest.descriptors.findMap(fd);
    if (map === undefined) return -wasiErrno(EBADF);
    const { addressBits } = guest;
    const at = { key: guestPtr(keyPtr, addressBits), value: guestPtr(valuePtr, addressBits) };
    return -wasiErrno(operate(guest, map, { command, ...at, flags }));
  };
}

interface ElementCall {
  readonly command: number;
  readonly key: GuestPtr;
  readonly value: GuestPtr;
  readonly flags: bigint;
}

/** @returns 0 or a negative errno of Linux. @throws {MemoryFault} */
function operate(guest: GuestContext, map: GuestMap, { command, key, value, flags }: ElementCall): number {
  // The kernel's functions for maps have no flags above 32 bits that need no other sizes.
  if (BigInt.asUintN(32, flags) !== flags) return EINVAL;
  const isWalk = command === GET_NEXT_KEY;
  // A map without keys needs NULL, and others refuse it.
  if (map.keySize === 0 ? key !== NULL : key === NULL && !isWalk) return map.keySize === 0 ? EINVAL : EFAULT;
  if (value === NULL && command !== DELETE) return EFAULT;
  const { memory } = guest;
  const valueBytes = isWalk ? map.keySize : map.elementBytes;
  const element = newBytes(map.keySize + valueBytes);
  const view = new DataView(element.buffer);
  if (key !== NULL) element.set(memory.view(key, map.keySize));
  if (command !== DELETE) element.set(memory.view(value, valueBytes), map.keySize);
  if (map.hasDescriptors && !isWalk) {
    const own = version2Descriptors(guest.descriptors);
    if (!translateKey(own, map, view, 0)) return EBADF;
    if (command === UPDATE && !translateValue(own, map, view, map.keySize)) return EBADF;
  }
  const result = call(map, element, { command, hasKey: key !== NULL, flags: Number(flags) });
  if (result === 0 && (isWalk || command === LOOKUP || command === LOOKUP_AND_DELETE)) {
    memory.view(value, valueBytes).set(element.subarray(map.keySize));
  }
  return result;
}

/** Makes the call on `element`: the key, then the value or the next key. */
function call(
  map: GuestMap,
  element: Uint8Array<ArrayBuffer>,
  { command, hasKey, flags }: { command: number; hasKey: boolean; flags: number },
): number {
  switch (command) {
    case LOOKUP:
      return map.lookup(element, 0, map.keySize, flags);
    case UPDATE:
      return map.update(element, 0, map.keySize, flags);
    case DELETE:
      return map.delete(element, 0, flags);
    case LOOKUP_AND_DELETE:
      return map.lookupAndDelete(element, 0, map.keySize, flags);
    case GET_NEXT_KEY:
      return map.nextKey(element, hasKey ? 0 : undefined, map.keySize);
    default:
      return EINVAL;
  }
}
