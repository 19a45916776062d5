/**
 * Reads whole files.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { MMAP, O } from "./linux_numbers.ts";
import { mapMemory, unmapMemory } from "./memory_map.ts";
import { address, NULL } from "./pointers.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Larger than any module or object. The limit also stops endless devices and pipes. */
const MAX_FILE_BYTES = 256 << 20;

/** Most modules and objects fit into the first part. */
const FIRST_PART_BYTES = 1 << 16;
const PART_BYTES = 1 << 20;

/** Memory that is left to the engine when a file does not fit. The engine ends the process when it finds none for itself. */
const ENGINE_ROOM_BYTES = 8 << 20;

/**
 * The bytes of the file at `path`, without Deno's read permission.
 *
 * @throws {BpfError} with the errno of `open` or `read`; EFBIG for more than 256 MiB.
 */
export function readFile(calls: SystemCalls, path: string): Uint8Array<ArrayBuffer> {
  const operation: Operation = { operation: "read", kind: "file", subject: path };
  const fd = calls.open(path, O.RDONLY | O.CLOEXEC);
  if (fd < 0) throw new BpfError(operation, fd);
  try {
    return readToEnd(calls, fd, operation);
  } finally {
    calls.close(fd);
  }
}

/**
 * Reads `fd` to its end.
 *
 * @throws {BpfError} with the errno of `read`; EFBIG for more than 256 MiB; ENOMEM.
 */
export function readToEnd(calls: SystemCalls, fd: number, operation: Operation): Uint8Array<ArrayBuffer> {
  // A list of parts needs less memory than one growing array. The old arrays would stay until the next garbage collection, and
  // a large file would take three times its size.
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let part = new Uint8Array(FIRST_PART_BYTES);
  let used = 0;
  let size = 0;
  for (;;) {
    const count = calls.read(fd, part.subarray(used));
    if (count === -LINUX_ERRNO.EINTR) continue;
    if (count < 0) throw new BpfError(operation, count);
    if (count === 0) return joined([...parts, part.subarray(0, used)], size, operation);
    used += count;
    size += count;
    if (size > MAX_FILE_BYTES) throw new BpfError(operation, LINUX_ERRNO.EFBIG, { reason: "it has more than 256 MiB" });
    if (used < part.length) continue;
    parts.push(part);
    if (parts.length > 1 && !hasRoomFor(calls, PART_BYTES + ENGINE_ROOM_BYTES)) {
      throw new BpfError(operation, LINUX_ERRNO.ENOMEM);
    }
    part = allocated(PART_BYTES, operation);
    used = 0;
  }
}

/** True when `sizeBytes` bytes of memory are left to this process. */
function hasRoomFor(calls: SystemCalls, sizeBytes: number): boolean {
  const options = { protection: MMAP.PROT_READ | MMAP.PROT_WRITE, flags: MMAP.PRIVATE | MMAP.ANONYMOUS };
  const at = mapMemory(calls, NULL, sizeBytes, options);
  if (at > 0) unmapMemory(calls, address(at), sizeBytes);
  return at > 0;
}

/** Joins `parts` into one array. A single part is returned unchanged. */
function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
  sizeBytes: number,
  operation: Operation,
): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (first !== undefined && first.length === sizeBytes) return first;
  const whole = allocated(sizeBytes, operation);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @throws {BpfError} ENOMEM. */
function allocated(sizeBytes: number, operation: Operation): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(sizeBytes);
  } catch (cause) {
    throw new BpfError(operation, LINUX_ERRNO.ENOMEM, { cause });
  }
}
