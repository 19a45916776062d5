/**
 * The state of one guest that its import modules share.
 *
 * @module
 */

import type { BpfError } from "../../errors/mod.ts";
import { type Libbpf, openWindow, type System } from "../../ffi/mod.ts";
import { Allowances } from "./allowances.ts";
import { Cancellation } from "./cancellation.ts";
import { DescriptorTable } from "./descriptors.ts";
import type { OpenBuffer } from "./event_buffers.ts";
import { Guard } from "./guard.ts";
import { HandleTable } from "./handles.ts";
import { GuestInstance, type InstanceParts } from "./instance.ts";
import type { LoadedObject } from "./loaded_object.ts";
import type { GuestMemory } from "./memory.ts";
import type { ObjectGrants } from "./object_requests.ts";
import { SharedMemory, type SharedMemoryMode } from "./shared_memory.ts";

/** Receivers of the host's messages about a guest. */
export interface Diagnostics {
  /** Gets one problem: a line of text, or an error with its log. */
  report(problem: BpfError | string): void;
  /** Gets the number of events that the kernel dropped since the last call because a buffer was full. */
  lost(count: number): void;
}

/** Options of {@link GuestContext}. */
export interface GuestContextOptions {
  libbpf: Libbpf;
  system: System;
  /** Opens a buffer of events for the guest. */
  openBuffer: OpenBuffer;
  diagnostics: Diagnostics;
  /** The name and the permissions of the guest's objects. */
  grants: ObjectGrants;
  /** The limit of links that the guest may have at once; see {@link Allowances}. */
  maxLinks?: number | undefined;
  /** "copy" forces the fallback of {@link SharedMemory}; "map" by default. */
  sharedMemory?: SharedMemoryMode | undefined;
}

/** The state of one guest. Disposing closes everything that the guest has open. */
export class GuestContext implements Disposable {
  readonly libbpf: Libbpf;
  readonly system: System;
  readonly openBuffer: OpenBuffer;
  readonly grants: ObjectGrants;
  readonly instance = new GuestInstance();
  readonly cancellation = new Cancellation();
  readonly objects = new HandleTable<"object", LoadedObject>("object");
  readonly descriptors = new DescriptorTable();
  readonly allowances: Allowances;
  readonly shared: SharedMemory;
  readonly diagnostics: Diagnostics;
  readonly guard: Guard;

  constructor(options: GuestContextOptions) {
    this.libbpf = options.libbpf;
    this.system = options.system;
    this.openBuffer = options.openBuffer;
    this.grants = options.grants;
    this.allowances = new Allowances(options.maxLinks);
    this.shared = new SharedMemory(options.system.calls, this.allowances.shares, options.sharedMemory);
    this.diagnostics = options.diagnostics;
    this.guard = new Guard({
      cancellation: this.cancellation,
      copies: this.shared,
      report: (problem) => this.diagnostics.report(problem),
    });
  }

  /** Adds the parts of the linked instance. */
  bind(parts: InstanceParts): void {
    const window = openWindow(parts.memory);
    this.instance.bind(parts, { window, onGrow: () => this.shared.follow() });
  }

  /** The guest's memory. @throws {MemoryFault} before {@link GuestContext.bind}. */
  get memory(): GuestMemory {
    return this.instance.memory;
  }

  [Symbol.dispose](): void {
    this.shared[Symbol.dispose]();
    for (const loaded of this.objects.drain()) loaded[Symbol.dispose]();
    this.descriptors[Symbol.dispose]();
  }
}
