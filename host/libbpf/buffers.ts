/**
 * The parts that buffers of events have in common.
 *
 * @module
 */

import { BpfError, wasiErrno } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { type DescriptorKind, KernelDescriptor } from "../core/descriptors.ts";
import type { EventReceiver, Room } from "../core/event_buffers.ts";
import type { GuestMap } from "../core/guest_map.ts";
import type { HandleKind, HandleTable } from "../core/handles.ts";
import { guestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { Refusal, refuse } from "../core/refusal.ts";

/** The receiver of a guest's events. Refuses with EINVAL if the guest has no table. */
export function receiverOf({ instance, addressBits }: GuestContext): EventReceiver {
  const { table } = instance;
  if (table === undefined) refuse("EINVAL");
  return { memory: instance.rawMemory, table, addressBits };
}

/** The guest's map at `fd`. Refuses with EBADF. */
export function mapAt({ descriptors }: GuestContext, fd: number): GuestMap {
  return descriptors.findMap(fd) ?? refuse("EBADF");
}

/** The guest's memory for records. @throws {MemoryFault} if it does not lie in the memory. */
export function checkedRoom(guest: GuestContext, room: Room): Room {
  guest.memory.check(guestPtr(room.at, guest.addressBits), guestSize(room.sizeBytes));
  return room;
}

/** Calls `make`. An error becomes the guest's errno without a report, because libbpf's own programs print the reason. */
export function quietly<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof BpfError) throw new Refusal(wasiErrno(error.errno));
    throw error;
  }
}

/** The buffers of one kind that a guest has. The guest's end closes them. */
export class Buffers<T extends Disposable> {
  readonly #guest: GuestContext;
  readonly #table: HandleTable<T>;

  constructor(guest: GuestContext, kind: HandleKind<T>) {
    this.#guest = guest;
    this.#table = kind.of(guest.handles);
  }

  /** The buffer with this handle. Refuses with EINVAL. */
  get(handle: WasmPtr): T {
    return this.#table.find(handle) ?? refuse("EINVAL");
  }

  /** Gives a new buffer its handle. */
  add(buffer: T): number {
    this.#guest.resources.add(buffer);
    return this.#table.add(buffer);
  }

  /** Closes the buffer with this handle, if there is one. */
  free(handle: WasmPtr): void {
    const buffer = this.#table.remove(handle);
    if (buffer !== undefined) this.#guest.resources.close(buffer);
  }
}

/** Descriptors that the guest sees, and that belong to a buffer. Disposing removes them from the guest's table. */
export class BufferDescriptors implements Disposable {
  readonly #guest: GuestContext;
  /** By the host's descriptor: its only entry in the guest's table. The guest can close it and move it to another number. */
  readonly #entries = new Map<number, KernelDescriptor>();

  constructor(guest: GuestContext) {
    this.#guest = guest;
  }

  /** The guest's number for `hostFd`. Refuses with EMFILE. */
  numberOf(hostFd: number, kind: Exclude<DescriptorKind, "file" | "map">): number {
    const { descriptors } = this.#guest;
    const entry = this.#entries.get(hostFd) ?? new KernelDescriptor(kind, hostFd);
    this.#entries.set(hostFd, entry);
    return descriptors.numberOf(entry) ?? descriptors.add(entry) ?? refuse("EMFILE");
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries.values()) this.#guest.descriptors.forget(entry);
    this.#entries.clear();
  }
}

/**
 * Reads `*_opts` of the guest; `sizeBytes` bytes are known. Refuses with EINVAL, as libbpf does, if they are too short, or if unknown
 * bytes are not 0. The bytes are a copy, because BPF programs may write to the guest's memory.
 *
 * @returns a view of the known bytes, in which missing ones are 0.
 */
export function readOptions(
  guest: GuestContext,
  { at, sizeBytes }: { at: WasmPtr; sizeBytes: number },
): DataView<ArrayBuffer> {
  const known = new Uint8Array(sizeBytes);
  const from = guestPtr(at, guest.addressBits);
  if (from === 0) return new DataView(known.buffer);
  guest.memory.check(from, SIZE_BYTES);
  const stated = Number(guest.memory.data.getBigUint64(from, true));
  if (stated < SIZE_BYTES) refuse("EINVAL");
  const bytes = guest.memory.view(from, stated);
  if (bytes.subarray(sizeBytes).some((byte) => byte !== 0)) refuse("EINVAL");
  known.set(bytes.subarray(0, sizeBytes));
  return new DataView(known.buffer);
}

/** The first field of all `*_opts` is their size, a `size_t` of the LP64 layout. */
const SIZE_BYTES = 8;

/** Limits a number of the guest to those of `int`. */
export function clampedInt(value: WasmPtr): number {
  return Math.min(guestSize(value), LARGEST_INT);
}

const LARGEST_INT = 2 ** 31 - 1;
