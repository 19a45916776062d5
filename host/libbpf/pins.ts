/**
 * Paths of the BPF file system: pinning, opening what is pinned, unpinning.
 *
 * A guest reaches only plain names in the directory that it was given. libbpf gets the path through the directory's descriptor, which
 * stays open, because libbpf keeps such paths.
 *
 * @module
 */

import { BpfError, libbpfErrno, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { cString } from "../../ffi/system/c_string.ts";
import { pathOfDescriptor } from "../../ffi/system/host_paths.ts";
import { AttachType } from "../../ffi/mod.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { addDescriptor, addMapDescriptor } from "./descriptors.ts";
import type { ParameterRule } from "./line.ts";
import { messagesOf } from "./print.ts";

/** The path of something pinned. */
export const PIN: ParameterRule = { is: "text", isNullable: false, map: pinPath };
/** As {@link PIN}, or NULL for the path that libbpf knows. */
export const OPTIONAL_PIN: ParameterRule = { is: "text", isNullable: true, map: pinPath };

/** The directory of pins. For programs libbpf needs one: it would make the directory "(null)" in the host's own. */
export const PIN_DIRECTORY: ParameterRule = { is: "text", isNullable: false, map: pinDirectory };
/** As {@link PIN_DIRECTORY}, or NULL for the paths of maps that libbpf knows. */
export const OPTIONAL_PIN_DIRECTORY: ParameterRule = { is: "text", isNullable: true, map: pinDirectory };

function pinDirectory(call: Call, path: string): string {
  const directory = directoryOf(call, path);
  if (withoutSlashes(path) !== withoutSlashes(call.guest.gate.pinPath ?? "")) throw refused(path);
  return pathOfDescriptor(directory);
}

function pinPath(call: Call, path: string): string {
  const directory = directoryOf(call, path);
  const root = `${withoutSlashes(call.guest.gate.pinPath ?? "")}/`;
  const name = path.startsWith(root) ? path.slice(root.length) : "";
  if (!isPlain(name) || call.guest.system.isSymbolicLink(directory, name)) throw refused(path);
  return `${pathOfDescriptor(directory)}/${name}`;
}

/** `bpf_obj_get`: the kernel says what is pinned there. */
export function openPinned(call: Call): number {
  const path = cString(pinPath(call, call.text("pathname")));
  const { value, errno } = call.calls.call("bpf_obj_get", [path]);
  if (errno < 0) return -libbpfErrno(errno);
  const hostFd = Number(value);
  switch (call.guest.system.calls.readLink(pathOfDescriptor(hostFd))) {
    case "anon_inode:bpf-map":
      return addMapDescriptor(call, hostFd);
    case "anon_inode:bpf-prog":
      checkPinned(call, hostFd);
      return addDescriptor(call, "program", hostFd);
    default:
      return addDescriptor(call, "link", hostFd);
  }
}

/**
 * Refuses a pinned program whose type the policy does not allow, since the guest could attach it. Its calls are unknown, and so is the attach
 * type of a tracing program: the policy decided about those when the program was loaded.
 */
function checkPinned(call: Call, hostFd: number): void {
  // The type is the first number of the struct.
  const info = new Uint32Array(2);
  const [infoBytes, length] = [new Uint8Array(info.buffer), new Uint8Array(Uint32Array.of(info.byteLength).buffer)];
  try {
    const { errno } = call.calls.call("bpf_prog_get_info_by_fd", [hostFd, infoBytes, length]);
    if (errno < 0) throw new Refusal(libbpfErrno(errno));
    const [type = 0] = info;
    const name = call.text("pathname");
    const expectedAttachType = AttachType.TRACE_FENTRY;
    const program = { name, sectionName: "", type, expectedAttachType, helpers: [], kfuncs: [], boundTo: undefined };
    call.calls.check({ kind: "load", operation: operationOf(name), programs: [program], maps: [] });
  } catch (error) {
    call.guest.system.closeDescriptor(hostFd);
    throw error;
  }
}

/** The guest's path for one that libbpf returned. */
export function guestPin(call: Call, path: string): string {
  const { pinPath: root } = call.guest.gate;
  return root === undefined ? path : `${withoutSlashes(root)}${path.slice(path.lastIndexOf("/"))}`;
}

/** Refuses to pin parts of an object whose names are not plain file names, to which libbpf would append its directory. */
export function checkPartNames(parameter: string): (call: Call) => void {
  return (call) => {
    const object = call.object(parameter);
    if (![...object.mapNames(), ...object.programNames()].every(isPlain)) refuse("EPERM");
  };
}

function directoryOf(call: Call, path: string): number {
  call.calls.pass({
    kind: "pin",
    object: call.guest.gate.objectName,
    map: path,
    directory: call.guest.gate.pinPath ?? "",
  });
  const { gate } = call.guest;
  const directory = gate.pinDirectory(operationOf(path));
  messagesOf(call.guest).rename(pathOfDescriptor(directory), withoutSlashes(gate.pinPath ?? ""));
  return directory;
}

function operationOf(path: string): Operation {
  return { operation: "use", kind: "file", subject: path };
}

function refused(path: string): BpfError {
  const reason = "it is not a plain name in the directory of --pin";
  return new BpfError(operationOf(path), LINUX_ERRNO.EPERM, { reason });
}

function isPlain(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/");
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}
