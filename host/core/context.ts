/**
 * The state of one guest that its import modules share.
 *
 * @module
 */

import type { BpfError } from "../../errors/mod.ts";
import { type Libbpf, openWindow, type System } from "../../ffi/mod.ts";
import { Admission } from "./admission.ts";
import { Allowances } from "./allowances.ts";
import { BufferSizes } from "./buffer_sizes.ts";
import { Cancellation } from "./cancellation.ts";
import { Counters } from "./counters.ts";
import { DescriptorTable } from "./descriptors.ts";
import type { BufferOpener, OpenBuffer } from "./event_buffers.ts";
import { type BufferReport, EventLosses } from "./event_losses.ts";
import { Gate } from "./gate.ts";
import { Guard } from "./guard.ts";
import type { GuestObject } from "./guest_object.ts";
import { HandleKind, Handles, type HandleTable } from "./handles.ts";
import { GuestInstance, type InstanceParts } from "./instance.ts";
import type { AddressBits, GuestMemory } from "./memory.ts";
import type { ObjectGrants } from "./object_requests.ts";
import type { PolicyLimits } from "./policy/guest_policy.ts";
import { ALLOW_EVERYTHING, type Policy } from "./requests.ts";
import { Resources } from "./resources.ts";
import { SharedMemory, type SharedMemoryMode } from "./shared_memory.ts";
import { GuestSignals } from "./signals.ts";

/** Receivers of the host's messages about a guest. */
export interface Diagnostics {
  /** Gets one problem: a line of text, or an error with its log. */
  report(problem: BpfError | string): void;
  /** Gets the number of events of a buffer that the kernel dropped since its last report, because the buffer was full. */
  lost(count: number, buffer: BufferReport): void;
}

/** Options of {@link GuestContext}. */
export interface GuestContextOptions {
  /** The guest reaches it only through {@link GuestContext.gate}. */
  libbpf: Libbpf;
  system: System;
  /** Opens a buffer of events for the guest. */
  openBuffer: OpenBuffer;
  /** Opens buffers of version 2. */
  buffers: BufferOpener;
  diagnostics: Diagnostics;
  /** The width of the guest's addresses, from the declaration of its memory; 32 by default. */
  addressBits?: AddressBits | undefined;
  /** The name and the permissions of the guest's objects. */
  grants: ObjectGrants;
  /** Decides about the guest's requests; allows everything by default. */
  policy?: Policy | undefined;
  /** Counts the guest's requests and events; by default a new one. */
  counters?: Counters | undefined;
  /** The sizes of buffers that the user sets; see {@link BufferSizes}. */
  bufferSizes?: BufferSizes | undefined;
  /** Ends the guest when events were lost; false by default. */
  failOnLoss?: boolean | undefined;
  /** The limits of what the guest may have at once; see {@link Allowances}. */
  limits?: PolicyLimits | undefined;
  /** "copy" forces the fallback of {@link SharedMemory}; "map" by default. */
  sharedMemory?: SharedMemoryMode | undefined;
}

/** The handles of objects. */
const OBJECTS = new HandleKind<GuestObject>("bpf_object");

/** The state of one guest. Disposing closes everything that the guest has open. */
export class GuestContext implements Disposable {
  readonly system: System;
  readonly gate: Gate;
  readonly counters: Counters;
  readonly instance: GuestInstance;
  readonly cancellation = new Cancellation();
  readonly handles = new Handles();
  /** The objects of both versions. */
  readonly objects: HandleTable<GuestObject> = OBJECTS.of(this.handles);
  readonly descriptors = new DescriptorTable();
  /** Links and buffers of version 2. */
  readonly resources = new Resources();
  readonly shared: SharedMemory;
  readonly signals: GuestSignals;
  readonly losses: EventLosses;
  readonly bufferSizes: BufferSizes;
  readonly diagnostics: Diagnostics;
  readonly guard: Guard;
  constructor(options: GuestContextOptions) {
    const { policy = ALLOW_EVERYTHING, counters = new Counters(), limits } = options;
    const admission = new Admission({ policy, counters, allowances: new Allowances(limits) });
    this.system = options.system;
    this.instance = new GuestInstance(options.addressBits);
    this.counters = counters;
    this.bufferSizes = options.bufferSizes ?? new BufferSizes();
    this.gate = new Gate(admission, { ...options, bufferSizes: this.bufferSizes });
    this.shared = new SharedMemory(options.system.calls, admission, options.sharedMemory);
    this.signals = new GuestSignals(() => options.system.openSignals());
    this.diagnostics = options.diagnostics;
    this.losses = new EventLosses({
      counters,
      cancellation: this.cancellation,
      report: (count, buffer) => this.diagnostics.lost(count, buffer),
      failOnLoss: options.failOnLoss ?? false,
    });
    this.guard = new Guard({
      cancellation: this.cancellation,
      copies: this.shared,
      signals: this.signals,
      report: (problem) => this.diagnostics.report(problem),
    });
  }

  /** Adds the parts of the linked instance. */
  bind(parts: InstanceParts): void {
    const window = openWindow(parts.memory);
    this.instance.bind(parts, { window, onGrow: () => this.shared.follow() });
  }

  /** Closes the object with this handle, and everything of both versions that belongs to it. @returns false if there is none. */
  closeObject(handle: number | bigint): boolean {
    const object = this.objects.remove(handle);
    if (object === undefined) return false;
    const maps = object.openMaps;
    this.shared.remove(maps);
    for (const map of maps) this.descriptors.maps.delete(map.fd);
    object[Symbol.dispose]();
    return true;
  }

  /** The guest's memory. @throws {MemoryFault} before {@link GuestContext.bind}. */
  get memory(): GuestMemory {
    return this.instance.memory;
  }

  /** The width of the guest's pointers and sizes. Known before the guest is linked. */
  get addressBits(): AddressBits {
    return this.instance.addressBits;
  }

  [Symbol.dispose](): void {
    this.signals[Symbol.dispose]();
    this.resources[Symbol.dispose]();
    this.shared[Symbol.dispose]();
    for (const object of this.objects.drain()) object[Symbol.dispose]();
    this.descriptors[Symbol.dispose]();
    this.gate[Symbol.dispose]();
  }
}
