/**
 * The descriptors of one guest.
 *
 * A guest has one series of numbers, counted from 0: WASI's files, and the kernel's maps, programs, links, BTF and iterators of version 2.
 * In version 1 of the ABI it also has numbers for maps, and these are the kernel's own descriptors, so the two series can share a number:
 * file 5 and map 5. The table therefore keeps two series, and each lookup chooses one.
 *
 * @module
 */

import type { GuestMap } from "./guest_map.ts";
import { MapTable } from "./map_table.ts";

/** The largest number of descriptors that a guest can have. */
export const MAX_DESCRIPTORS = 1024;

/** The kinds of descriptors. */
export type DescriptorKind =
  | "file"
  | "map"
  | "program"
  | "link"
  | "btf"
  | "iterator"
  | "token"
  | "perf_event"
  | "epoll"
  | "socket"
  | "stats";

/** An entry of the table. Disposing closes it. */
export interface Descriptor extends Disposable {
  readonly kind: DescriptorKind;
  /** The host's descriptor. */
  readonly hostFd: number;
  /**
   * The host's descriptor, for calls that pass a guest's descriptor to the kernel: attaching to a directory, values of maps. Undefined
   * if the guest may not pass it on.
   */
  readonly passedFd: number | undefined;
}

/** A descriptor of the kernel that is no file of the guest. */
export class KernelDescriptor implements Descriptor {
  readonly kind: DescriptorKind;
  readonly hostFd: number;
  readonly #close: (() => void) | undefined;

  /** @param close closes the host's descriptor. Without it the descriptor belongs to another thing, such as an object. */
  constructor(kind: Exclude<DescriptorKind, "file" | "map">, hostFd: number, close?: () => void) {
    this.kind = kind;
    this.hostFd = hostFd;
    this.#close = close;
  }

  get passedFd(): number {
    return this.hostFd;
  }

  [Symbol.dispose](): void {
    this.#close?.();
  }
}

/** A map's descriptor. */
export class MapDescriptor implements Descriptor {
  readonly kind = "map";
  readonly map: GuestMap;
  readonly #close: (() => void) | undefined;

  /** @param close as that of {@link KernelDescriptor}. */
  constructor(map: GuestMap, close?: () => void) {
    this.map = map;
    this.#close = close;
  }

  get hostFd(): number {
    return this.map.fd;
  }

  get passedFd(): number {
    return this.map.fd;
  }

  [Symbol.dispose](): void {
    this.#close?.();
  }
}

/** Gets every change of the table: the number, and its new entry or undefined. */
export type DescriptorListener = (fd: number, entry: Descriptor | undefined) => void;

/** All descriptors of one guest. Disposing closes them. */
export class DescriptorTable implements Disposable {
  /** Version 1's maps, by the kernel's descriptor. Their objects close them. */
  readonly maps: MapTable = new MapTable();
  readonly #entries: (Descriptor | undefined)[] = [];
  readonly #listeners: DescriptorListener[] = [];

  /** Returns the entry at `fd`, or undefined. */
  find(fd: number): Descriptor | undefined {
    return this.#entries[fd];
  }

  /** Returns the map at `fd`, which may be a number of either version; undefined if there is none. */
  findMap(fd: number): GuestMap | undefined {
    const entry = this.#entries[fd];
    return entry instanceof MapDescriptor ? entry.map : this.maps.get(fd);
  }

  /** The numbers and entries, in ascending order. */
  *entries(): Generator<[fd: number, entry: Descriptor]> {
    for (const [fd, entry] of this.#entries.entries()) {
      if (entry !== undefined) yield [fd, entry];
    }
  }

  /** Gives `entry` the lowest free number. @returns undefined if there is none. */
  add(entry: Descriptor): number | undefined {
    let fd = 0;
    while (this.#entries[fd] !== undefined) fd++;
    if (fd >= MAX_DESCRIPTORS) return undefined;
    this.set(fd, entry);
    return fd;
  }

  /** Puts `entry` at a free number. */
  set(fd: number, entry: Descriptor): void {
    this.#entries[fd] = entry;
    this.#tellListeners(fd, entry);
  }

  /** Removes the entry at `fd` without closing it, and returns it. */
  remove(fd: number): Descriptor | undefined {
    const entry = this.#entries[fd];
    if (entry === undefined) return undefined;
    this.#entries[fd] = undefined;
    this.#tellListeners(fd, undefined);
    return entry;
  }

  /** The number of `entry`, which the guest can move; undefined if it has none. */
  numberOf(entry: Descriptor): number | undefined {
    const fd = this.#entries.indexOf(entry);
    return fd < 0 ? undefined : fd;
  }

  /** Removes `entry` without closing it, if it has a number. */
  forget(entry: Descriptor): void {
    const fd = this.numberOf(entry);
    if (fd !== undefined) this.remove(fd);
  }

  /** Adds a function that is called after every change. */
  onChange(listener: DescriptorListener): void {
    this.#listeners.push(listener);
  }

  #tellListeners(fd: number, entry: Descriptor | undefined): void {
    for (const listener of this.#listeners) listener(fd, entry);
  }

  [Symbol.dispose](): void {
    this.maps.clear();
    for (const entry of this.#entries.splice(0)) entry?.[Symbol.dispose]();
  }
}
