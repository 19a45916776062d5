/**
 * Checks that an object needs only features that the guest may use: pinned maps, persistent struct_ops, placed arenas.
 *
 * @module
 */

import { type ObjectUses, usesOf } from "../../object/uses/uses.ts";
import { type ObjectRequests, validateObject } from "../../object/validation/validate_object.ts";
import { BpfError, FormatError, LINUX_ERRNO, openOperation, type Operation } from "../../errors/mod.ts";
import type { BpfObject, Libbpf, OpenObjectOptions, System } from "../../ffi/mod.ts";
import { pathOfDescriptor } from "../../ffi/system/host_paths.ts";

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

/** Objects and functions that {@link openCheckedObject} uses. */
export interface LoadingHost {
  readonly libbpf: Libbpf;
  readonly system: System;
  /** Called before `map` is pinned in `directory`. @throws {BpfError} if the guest may not pin it. */
  readonly onPin: (map: string, directory: string) => void;
  /** Called before libbpf gets the object. @throws {BpfError} if the guest may not load it. */
  readonly onUses: (uses: ObjectUses) => void;
}

/** An object that was opened, and the directory in which its maps are pinned. */
export interface OpenedObject {
  readonly object: BpfObject;
  /** Its programs and maps, as its bytes describe them. */
  readonly uses: ObjectUses;
  /** The host's descriptor, which the caller closes after the object; undefined for an object that pins no map. */
  readonly pinDirectory: number | undefined;
}

/** Options of a guest of version 2 for one object. */
export type GuestOpenOptions = Pick<OpenObjectOptions, "name" | "kconfig" | "relaxedMaps" | "kernelLog" | "tokenPath">;

/**
 * Checks and opens an object of a guest. libbpf pins its maps when it is loaded.
 *
 * @throws {BpfError} if it is damaged, needs a permission that the guest lacks, or is refused by libbpf.
 */
export function openCheckedObject(
  host: LoadingHost,
  bytes: Uint8Array<ArrayBuffer>,
  grants: ObjectGrants,
  options: GuestOpenOptions = {},
): OpenedObject {
  const { libbpf, system } = host;
  const name = options.name ?? grants.objectName;
  const operation = openOperation(name);
  const { pinnedMaps, contents } = checkObject(libbpf, operation, bytes);
  if (options.kconfig !== undefined) checkKconfig(operation, options.kconfig);
  const uses = usesOf(contents, { cpus: libbpf.possibleCpus });
  host.onUses(uses);
  const { btfPath, persistentStructOps, pinPath } = grants;
  const own = { ...options, name, btfPath, persistentStructOps };
  if (pinnedMaps.length === 0) {
    return { object: libbpf.openObject(bytes, own), uses, pinDirectory: undefined };
  }
  const path = checkPins(operation, pinnedMaps, pinPath);
  for (const map of pinnedMaps) host.onPin(map, path);
  const directory = openPinDirectory(system, operation, pinnedMaps, path);
  try {
    // The path goes through the descriptor, so that nobody can redirect it to another directory.
    return {
      object: libbpf.openObject(bytes, { ...own, pinRootPath: pathOfDescriptor(directory) }),
      uses,
      pinDirectory: directory,
    };
  } catch (error) {
    system.closeDescriptor(directory);
    throw error;
  }
}

/**
 * Checks everything that libbpf reads from an object, because some versions of libbpf check less than others.
 *
 * @throws {BpfError} EINVAL if it is damaged; EOPNOTSUPP if this libbpf would map an arena over memory of this process.
 */
export function checkObject(
  libbpf: Pick<Libbpf, "isPatched" | "path">,
  operation: Operation,
  bytes: Uint8Array,
): ObjectRequests {
  const requests = validated(operation, bytes);
  const [arena] = requests.placedArenas;
  if (arena !== undefined && !libbpf.isPatched) {
    throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
      reason: `arena "${arena}" needs a fixed address, where ${libbpf.path} would overwrite existing memory`,
    });
  }
  return requests;
}

function validated(operation: Operation, bytes: Uint8Array): ObjectRequests {
  try {
    return validateObject(bytes, { machine: Deno.build.arch });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { reason: `${error.format}: ${error.problem}`, cause: error });
  }
}

/** libbpf reads 4095 bytes of a line at a time. */
const MAX_KCONFIG_LINE_BYTES = 4000;

/** Checks the text of a kernel configuration. For a single quote as value, libbpf copies what lies behind it in its memory. */
function checkKconfig(operation: Operation, text: string): void {
  const encoder = new TextEncoder();
  const lines = text.split("\n");
  const wrong = lines.findIndex((line) => line.endsWith('="') || encoder.encode(line).length > MAX_KCONFIG_LINE_BYTES);
  if (wrong < 0) return;
  const problem = lines[wrong]?.endsWith('="')
    ? "has no end of its text"
    : `is longer than ${MAX_KCONFIG_LINE_BYTES} bytes`;
  throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
    reason: `line ${wrong + 1} of its kernel configuration ${problem}`,
  });
}

/**
 * Checks that the guest may pin `maps`. libbpf appends a map's name to the path of the directory, so only plain file names are accepted.
 *
 * @returns the directory.
 */
function checkPins(operation: Operation, maps: readonly string[], path: string | undefined): string {
  if (path === undefined) {
    throw new BpfError(operation, LINUX_ERRNO.EPERM, {
      reason: `it pins map "${maps[0]}"`,
      hint: "--pin DIR gives it a directory",
    });
  }
  const unfit = maps.find((map) => map === "" || map === "." || map === ".." || map.includes("/"));
  if (unfit !== undefined) throw refusedPin(operation, unfit, { path, problem: "its name is not a plain file name" });
  return path;
}

/** Opens the directory for pinned maps. Refuses symbolic links in it, which libbpf would follow. */
function openPinDirectory(system: System, operation: Operation, maps: readonly string[], path: string): number {
  const directory = system.openPinDirectory(path);
  const link = maps.find((map) => system.isSymbolicLink(directory, map));
  if (link === undefined) return directory;
  system.closeDescriptor(directory);
  throw refusedPin(operation, link, { path, problem: "a symbolic link is there" });
}

function refusedPin(operation: Operation, map: string, { path, problem }: { path: string; problem: string }): BpfError {
  return new BpfError(operation, LINUX_ERRNO.EPERM, {
    reason: `it pins map "${map}" in "${path}": ${problem}`,
  });
}
