/**
 * Checks that an object needs only features that the guest may use: pinned maps, persistent struct_ops, placed arenas.
 *
 * @module
 */

import { type ObjectRequests, validateObject } from "../../object/validation/validate_object.ts";
import { BpfError, FormatError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { BpfObject, Libbpf, System } from "../../ffi/mod.ts";

/** Permissions of a guest's objects, from the options of the run. */
export interface ObjectGrants {
  /** The name of the guest's objects. */
  readonly objectName: string;
  readonly btfPath?: string | undefined;
  /** The directory in which objects may pin maps; none by default. */
  readonly pinPath?: string | undefined;
  /** Lets registrations of `.struct_ops` outlive this process. */
  readonly persistentStructOps?: boolean | undefined;
}

/**
 * Checks, opens and loads an object of a guest.
 *
 * @throws {BpfError} when it is damaged, needs a permission that the guest lacks, or is refused by libbpf or the kernel.
 */
export function loadCheckedObject(
  { libbpf, system }: { libbpf: Libbpf; system: System },
  bytes: Uint8Array<ArrayBuffer>,
  grants: ObjectGrants,
): BpfObject {
  const operation = `Cannot open object "${grants.objectName}"`;
  const requests = checkObject(libbpf, operation, bytes);
  if (requests.pinnedMaps.length === 0) return load(libbpf, bytes, grants, undefined);
  const directory = openPinDirectory(system, operation, requests.pinnedMaps, grants.pinPath);
  try {
    // The path goes through the descriptor, so that it cannot be redirected to another directory meanwhile.
    return load(libbpf, bytes, grants, `/proc/self/fd/${directory}`);
  } finally {
    system.closeDescriptor(directory);
  }
}

/**
 * Checks everything that libbpf reads from an object, because some versions of libbpf check less than others.
 *
 * @throws {BpfError} EINVAL when it is damaged; EOPNOTSUPP when this libbpf would map an arena over memory of this process.
 */
export function checkObject(
  libbpf: Pick<Libbpf, "isPatched" | "path">,
  operation: string,
  bytes: Uint8Array,
): ObjectRequests {
  const requests = validated(operation, bytes);
  const [arena] = requests.placedArenas;
  if (arena !== undefined && !libbpf.isPatched) {
    throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
      log: [
        `arena "${arena}" is to be mapped at an address of its own, which ${libbpf.path} does over anything that is there`,
      ],
    });
  }
  return requests;
}

function validated(operation: string, bytes: Uint8Array): ObjectRequests {
  try {
    return validateObject(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { log: [`${error.format}: ${error.problem}`], cause: error });
  }
}

/** Opens the directory for pinned maps. libbpf appends the map's name to its path, so only names without slashes are accepted. */
function openPinDirectory(
  system: System,
  operation: string,
  maps: readonly string[],
  path: string | undefined,
): number {
  if (path === undefined) {
    throw new BpfError(operation, LINUX_ERRNO.EPERM, {
      log: [`map "${maps[0]}" is to be pinned`],
      hint: "--pin DIR gives it a directory for that",
    });
  }
  const refuse = (map: string, problem: string): never => {
    throw new BpfError(operation, LINUX_ERRNO.EPERM, {
      log: [`map "${map}" is to be pinned in "${path}": ${problem}`],
    });
  };
  for (const map of maps) {
    if (map === "" || map === "." || map === ".." || map.includes("/")) {
      refuse(map, "its name is not a plain file name");
    }
  }
  const directory = system.openPinDirectory(path);
  const link = maps.find((map) => system.isSymbolicLink(directory, map));
  if (link === undefined) return directory;
  system.closeDescriptor(directory);
  return refuse(link, "a symbolic link is there");
}

function load(
  libbpf: Libbpf,
  bytes: Uint8Array<ArrayBuffer>,
  { objectName: name, btfPath, persistentStructOps }: ObjectGrants,
  pinRootPath: string | undefined,
): BpfObject {
  const object = libbpf.openObject(bytes, { name, btfPath, pinRootPath, persistentStructOps });
  try {
    object.load();
    return object;
  } catch (error) {
    object[Symbol.dispose]();
    throw error;
  }
}
