import { LINUX_ERRNO } from "../../errors/mod.ts";
import { type BpfLink, MapType } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestObject } from "../core/guest_object.ts";
import type { Attach, CheckPoint, GuestProgram } from "../core/guest_program.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import type { AttachPlace } from "../core/requests.ts";
import { attachDirectory, attachNamed } from "../core/attach_targets/attach_target.ts";
import { noneOfThisName } from "./unknown_name.ts";
import { HiddenPath } from "../core/attach_targets/target_reading.ts";

/**
 * `wasm_attach_bpf_program(i64 object, ptr name, ptr target) -> i32`: attaches a program until the object is closed.
 *
 * `target` 0 or "" attaches by the program's section name. Otherwise its meaning depends on the kind of program, see
 * {@link attachNamed}. The name of a struct_ops map attaches that map.
 */
export function attachBpfProgram(guest: GuestContext): (object: bigint, name: WasmPtr, target: WasmPtr) => number {
  return (handle, name, target) => {
    const object = guest.objects.find(handle);
    if (object === undefined) return -LINUX_ERRNO.EINVAL;
    const programName = guest.memory.readCString(guestPtr(name, guest.addressBits));
    const targetAt = guestPtr(target, guest.addressBits);
    const text = targetAt === 0 ? "" : guest.memory.readCString(targetAt);
    const program = object.findProgram(programName);
    if (program === undefined) return attachStructOps(guest, object, programName);
    return attachByName(guest, object, program, text);
  };
}

/**
 * `wasm_attach_bpf_program_fd(i64 object, ptr name, i32 fd) -> i32`: attaches a program to a directory that the guest has open (a
 * cgroup). A negative `fd` attaches by the section name.
 */
export function attachBpfProgramFd(guest: GuestContext): (object: bigint, name: WasmPtr, fd: number) => number {
  return (handle, name, fd) => {
    const object = guest.objects.find(handle);
    if (object === undefined) return -LINUX_ERRNO.EINVAL;
    const programName = guest.memory.readCString(guestPtr(name, guest.addressBits));
    const program = object.findProgram(programName);
    if (program === undefined) return refuseName(guest, object, programName);
    if (fd < 0) return attachByName(guest, object, program, "");
    const hostFd = guest.descriptors.find(fd)?.passedFd;
    if (hostFd === undefined) return -LINUX_ERRNO.EBADF;
    const place = { kind: "directory", hostFd } as const;
    const { system } = guest;
    return attach(
      guest,
      program,
      place,
      (attach, check) => attachDirectory({ system, program, attach, check }, hostFd),
    );
  };
}

function attachByName(guest: GuestContext, object: GuestObject, program: GuestProgram, text: string): number {
  const { system } = guest;
  const place: AttachPlace = text === "" ? { kind: "section" } : { kind: "text", text };
  return attach(
    guest,
    program,
    place,
    (attach, check) => attachNamed({ system, object, program, attach, check }, text),
  );
}

/** Attaches `program`. For a refused path of the host, the guest gets only ENOENT. */
function attach(
  guest: GuestContext,
  program: GuestProgram,
  place: AttachPlace,
  reach: (attach: Attach, check: CheckPoint) => BpfLink,
): number {
  try {
    const { note } = program.attach(place, reach);
    if (note !== undefined) guest.diagnostics.report(note);
    return 0;
  } catch (error) {
    if (!(error instanceof HiddenPath)) throw error;
    guest.guard.report(error.reason);
    return -LINUX_ERRNO.ENOENT;
  }
}

function attachStructOps(guest: GuestContext, object: GuestObject, name: string): number {
  if (object.describeMap(name)?.type !== MapType.STRUCT_OPS) return refuseName(guest, object, name);
  object.attachStructOps(name);
  return 0;
}

function refuseName(guest: GuestContext, object: GuestObject, name: string): number {
  guest.guard.report(`Cannot attach program "${name}": ${noneOfThisName(object.programNames())}`);
  return -LINUX_ERRNO.ENOENT;
}
