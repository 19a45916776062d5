import { LINUX_ERRNO } from "../../errors/mod.ts";
import { type BpfLink, MapType } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { objectHandle } from "../core/handles.ts";
import type { LoadedObject } from "../core/loaded_object.ts";
import { guestPtr } from "../core/memory.ts";
import { noneOfThisName } from "./names.ts";
import { attachDirectory, attachNamed } from "./attach_target.ts";
import { HiddenPath } from "./target_reading.ts";

/**
 * `wasm_attach_bpf_program(i64 object, i32 name, i32 target) -> i32`: attaches a program until the object is closed.
 *
 * `target` 0 or "" attaches by the program's section name; else what it means depends on the kind of program, see
 * {@link attachNamed}. A name that is no program's but a struct_ops map's attaches that map.
 */
export function attachBpfProgram(guest: GuestContext): (object: bigint, name: number, target: number) => number {
  return (object, name, target) => {
    const loaded = guest.objects.find(objectHandle(object));
    if (loaded === undefined) return -LINUX_ERRNO.EINVAL;
    const programName = guest.memory.readCString(guestPtr(name));
    const targetName = target === 0 ? "" : guest.memory.readCString(guestPtr(target));
    const program = loaded.object.findProgram(programName);
    if (program === undefined) return attachStructOps(guest, loaded, programName);
    const link = () => attachNamed(guest.system, loaded.object, program, targetName);
    return attach(guest, loaded, { name: programName, link });
  };
}

/**
 * `wasm_attach_bpf_program_fd(i64 object, i32 name, i32 fd) -> i32`: the same, to a directory that the guest holds open (a
 * cgroup). A negative `fd` attaches by the section name.
 */
export function attachBpfProgramFd(guest: GuestContext): (object: bigint, name: number, fd: number) => number {
  return (object, name, fd) => {
    const loaded = guest.objects.find(objectHandle(object));
    if (loaded === undefined) return -LINUX_ERRNO.EINVAL;
    const programName = guest.memory.readCString(guestPtr(name));
    const program = loaded.object.findProgram(programName);
    if (program === undefined) return refuseName(guest, loaded, programName);
    const hostFd = fd < 0 ? undefined : guest.descriptors.find(fd)?.passedFd;
    if (fd >= 0 && hostFd === undefined) return -LINUX_ERRNO.EBADF;
    const link = () =>
      hostFd === undefined ? attachNamed(guest.system, loaded.object, program, "") : attachDirectory(program, hostFd);
    return attach(guest, loaded, { name: program.name, link });
  };
}

/** Keeps the link that `link` creates. For a refused path of the host, the guest only gets ENOENT. */
function attach(guest: GuestContext, loaded: LoadedObject, what: { name: string; link: () => BpfLink }): number {
  try {
    const made = loaded.addLink(what.name, what.link);
    if (made.note !== undefined) guest.diagnostics.report(made.note);
    return 0;
  } catch (error) {
    if (!(error instanceof HiddenPath)) throw error;
    guest.diagnostics.report(error.reason);
    return -LINUX_ERRNO.ENOENT;
  }
}

function attachStructOps(guest: GuestContext, loaded: LoadedObject, name: string): number {
  const map = loaded.object.findMap(name);
  if (map?.type !== MapType.STRUCT_OPS) return refuseName(guest, loaded, name);
  loaded.addLink(name, () => map.attachStructOps());
  return 0;
}

function refuseName(guest: GuestContext, { object }: LoadedObject, name: string): number {
  guest.diagnostics.report(`Cannot attach program "${name}": ${noneOfThisName(object.programs())}`);
  return -LINUX_ERRNO.ENOENT;
}
