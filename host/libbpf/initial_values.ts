/**
 * The initial values of maps: of global variables, and of struct_ops.
 *
 * In the value of a struct_ops map, a member for a function of the kernel has the handle of the program that implements it, as a native
 * program has its pointer there.
 *
 * @module
 */

import { libbpfErrno, LINUX_ERRNO } from "../../errors/mod.ts";
import { MapType, type NativeRef } from "../../ffi/mod.ts";
import { readStructOpsLayout, type StructOpsLayout } from "../../object/struct_ops_layout.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { type ObjectPart, PROGRAMS } from "./kinds.ts";
import { partHandle } from "./parts.ts";

/** `bpf_map__initial_value(map, buffer, size) -> size`: copies the value. */
export function initialValue(call: Call): number {
  const map = call.map("map");
  call.calls.pass({ kind: "call", function: call.name });
  const value = isStructOps(map) ? readMembers(call, map) : map.object.initialValueOf(map.ref);
  return value === undefined ? 0 : call.returnBytes(value, { buffer: "buffer", size: "size" });
}

/** `bpf_map__set_initial_value`. libbpf refuses a map of struct_ops, whose members native programs set in memory. */
export function setInitialValue(call: Call): number {
  const map = call.map("map");
  const bytes = call.copy(call.pointer("data"), call.size("size"));
  const { errno } = call.calls.call("bpf_map__set_initial_value", [map.ref, bytes, BigInt(bytes.length)]);
  if (errno === -LINUX_ERRNO.EINVAL && isStructOps(map)) return writeMembers(call, map, bytes);
  return -libbpfErrno(errno);
}

function isStructOps({ object, ref }: ObjectPart): boolean {
  return object.describeMapOf(ref).type === MapType.STRUCT_OPS;
}

function layoutOf(call: Call, { object, ref }: ObjectPart): StructOpsLayout {
  const { value: btf } = call.calls.call("bpf_object__btf", [object.ref], { owner: object.ref });
  const { value: type } = call.calls.call("bpf_map__btf_value_type_id", [ref]);
  if (typeof btf !== "object" || typeof type !== "number") refuse("EINVAL");
  return readStructOpsLayout(call.calls.btfBytes(btf), type);
}

function readMembers(call: Call, map: ObjectPart): Uint8Array<ArrayBuffer> | undefined {
  const value = call.calls.structOpsValue({ object: map.object.ref, map: map.ref }, layoutOf(call, map));
  if (value === undefined) return undefined;
  const view = new DataView(value.bytes.buffer);
  for (const [offset, program] of value.programs) {
    view.setBigUint64(offset, BigInt(partHandle(call, map.object, program)), true);
  }
  return value.bytes;
}

function writeMembers(call: Call, map: ObjectPart, bytes: Uint8Array<ArrayBuffer>): number {
  const { sizeBytes, pointers } = layoutOf(call, map);
  if (bytes.length !== sizeBytes) refuse("EINVAL");
  const view = new DataView(bytes.buffer);
  const programs = new Map<number, NativeRef>();
  for (const offset of pointers) {
    const handle = view.getBigUint64(offset, true);
    view.setBigUint64(offset, 0n, true);
    if (handle !== 0n) programs.set(offset, programOf(call, map, handle));
  }
  if (!call.calls.setStructOpsValue(map.ref, { bytes, programs })) refuse("ENOTSUP");
  return 0;
}

/** The program behind a handle. libbpf compares it with the object's programs, and dies of no other one. */
function programOf({ guest }: Call, { object }: ObjectPart, handle: bigint): NativeRef {
  const program = PROGRAMS.of(guest.handles).find(handle);
  if (program?.object !== object) refuse("EINVAL");
  return program.ref;
}
