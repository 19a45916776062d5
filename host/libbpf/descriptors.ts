/**
 * Descriptors that calls of libbpf give to the guest.
 *
 * @module
 */

import { cString } from "../../ffi/system/c_string.ts";
import type { DescriptorKind } from "../core/descriptors.ts";
import { KernelDescriptor, MapDescriptor } from "../core/descriptors.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import type { ObjectPart } from "./kinds.ts";
import { partDescriptor } from "./parts.ts";

const NOT_CREATED = -1;

/** Adds a descriptor of the host, which the guest owns from now on. @returns the guest's number. */
export function addDescriptor(
  call: Call,
  kind: Exclude<DescriptorKind, "file" | "map">,
  hostFd: number,
  onClose: () => void = () => {},
): number {
  const { system, descriptors } = call.guest;
  const entry = new KernelDescriptor(kind, hostFd, () => {
    system.closeDescriptor(hostFd);
    onClose();
  });
  const fd = descriptors.add(entry);
  if (fd !== undefined) return fd;
  entry[Symbol.dispose]();
  refuse("EMFILE");
}

/** As {@link addDescriptor}, for a map. */
export function addMapDescriptor({ guest }: Call, hostFd: number): number {
  using stack = new DisposableStack();
  stack.defer(() => guest.system.closeDescriptor(hostFd));
  const map = guest.gate.mapOf(hostFd);
  const entry = new MapDescriptor(map, () => {
    guest.shared.remove([map]);
    map[Symbol.dispose]();
    guest.system.closeDescriptor(hostFd);
  });
  const fd = guest.descriptors.add(entry) ?? refuse("EMFILE");
  stack.move();
  return fd;
}

/** `bpf_map__fd`: the guest's descriptor of a map, which belongs to the map's object. */
export function mapFd(call: Call): number {
  return mapFdOf(call, call.map("map"));
}

/**
 * The guest's descriptor of a map; -1 if it is not in the kernel. For a map that loading skips, libbpf returns the descriptor of an empty
 * file, whose pages would end the process if they were shared.
 */
function mapFdOf(call: Call, map: ObjectPart): number {
  const { errno } = call.calls.call("bpf_map__fd", [map.ref]);
  if (errno < 0 || call.calls.call("bpf_map__autocreate", [map.ref]).value === false) return NOT_CREATED;
  return partDescriptor(call, map, () => new MapDescriptor(map.object.openMapOf(map.ref)));
}

/** `bpf_object__find_map_fd_by_name`: EINVAL for an unknown name, as in libbpf. */
export function objectMapFd(call: Call): number {
  const object = call.object("obj");
  const name = cString(call.text("name"));
  const { value } = call.calls.call("bpf_object__find_map_by_name", [object.ref, name], { owner: object.ref });
  if (typeof value !== "object") refuse("EINVAL");
  return mapFdOf(call, { ref: value, object });
}

/** `bpf_object__btf_fd`: the guest's descriptor of an object's BTF, which belongs to the object; -1 before it is loaded. */
export function objectBtfFd(call: Call): number {
  const object = call.object("obj");
  const { value } = call.calls.call("bpf_object__btf_fd", [object.ref]);
  if (typeof value !== "number" || value < 0) return NOT_CREATED;
  return partDescriptor(call, { ref: object.ref, object }, () => new KernelDescriptor("btf", value));
}

/** `bpf_program__fd`: the guest's descriptor of a program, which belongs to the program's object. */
export function programFd(call: Call): number {
  const program = call.program("prog");
  const { value, errno } = call.calls.call("bpf_program__fd", [program.ref]);
  if (errno < 0) refuse("ENOENT");
  return partDescriptor(call, program, () => new KernelDescriptor("program", Number(value)));
}
