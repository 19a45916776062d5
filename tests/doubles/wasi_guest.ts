/**
 * A guest's state for tests of WASI alone: descriptors, memory and the guard, without eBPF.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { Cancellation } from "../../host/core/cancellation.ts";
import { DescriptorTable } from "../../host/core/descriptors.ts";
import { Guard } from "../../host/core/guard.ts";
import { GuestInstance } from "../../host/core/instance.ts";
import type { AddressBits, GuestMemory } from "../../host/core/memory.ts";
import { GuestSignals } from "../../host/core/signals.ts";
import type { WasiGuest } from "../../host/wasi/mod.ts";

/** See the module. Disposing closes its files. */
export class WasiTestState implements WasiGuest, Disposable {
  readonly descriptors = new DescriptorTable();
  readonly cancellation = new Cancellation();
  readonly signals = new GuestSignals(() => -LINUX_ERRNO.ENOSYS);
  readonly guard = new Guard({
    cancellation: this.cancellation,
    copies: { copying: false, sync: () => {} },
    signals: this.signals,
    report: (problem) => {
      throw problem;
    },
  });
  readonly #instance: GuestInstance;

  constructor(addressBits: AddressBits = 32) {
    this.#instance = new GuestInstance(addressBits);
  }

  get addressBits(): AddressBits {
    return this.#instance.addressBits;
  }

  /** Gives the guest its memory. */
  bind(memory: WebAssembly.Memory): void {
    const parts = { memory, table: undefined, callback: undefined, callbackName: "" };
    this.#instance.bind(parts, { window: { base: 0 }, onGrow: () => {} });
  }

  get memory(): GuestMemory {
    return this.#instance.memory;
  }

  [Symbol.dispose](): void {
    this.descriptors[Symbol.dispose]();
  }
}
