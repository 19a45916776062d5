/**
 * The gate between a guest and libbpf.
 *
 * Only the gate holds the guest's {@link Libbpf}. Objects, programs and maps behind it (`guest_object.ts`, `guest_program.ts`,
 * `guest_map.ts`) hold libbpf's own in private fields, and each of their calls passes {@link Admission}: the policy may refuse it, an
 * allowance limits it, a counter counts it.
 *
 * @module
 */

import type { BpfObject, Libbpf, MapElement, System } from "../../ffi/mod.ts";
import type { Admission } from "./admission.ts";
import type { BufferOpener, OpenBuffer } from "./event_buffers.ts";
import { GuestObject } from "./guest_object.ts";
import type { GateRequest } from "./policy.ts";
import { loadCheckedObject, type ObjectGrants } from "./object_requests.ts";

/** Options of {@link Gate}. */
export interface GateOptions {
  readonly libbpf: Libbpf;
  readonly system: System;
  /** The name and the permissions of the guest's objects. */
  readonly grants: ObjectGrants;
  /** Opens a buffer of events for the guest. */
  readonly openBuffer: OpenBuffer;
  /** Opens the buffers of version 2. */
  readonly buffers: BufferOpener;
}

/** The only way from a guest to libbpf. */
export class Gate {
  /** The name of the guest's objects. */
  readonly objectName: string;
  /** Opens buffers on maps that {@link GuestMap.admitBuffer} passes. */
  readonly buffers: BufferOpener;
  readonly #admission: Admission;
  readonly #libbpf: Libbpf;
  readonly #system: System;
  readonly #grants: ObjectGrants;
  readonly #openBuffer: OpenBuffer;

  constructor(admission: Admission, options: GateOptions) {
    this.#admission = admission;
    this.objectName = options.grants.objectName;
    this.buffers = options.buffers;
    this.#libbpf = options.libbpf;
    this.#system = options.system;
    this.#grants = options.grants;
    this.#openBuffer = options.openBuffer;
  }

  /**
   * Opens and loads an object.
   *
   * @throws {BpfError} EPERM if the policy refuses or a permission is missing; EMFILE if the guest has too many objects; EINVAL if the
   * object is damaged; the error of libbpf or the kernel.
   */
  load(bytes: Uint8Array<ArrayBuffer>): GuestObject {
    const admission = this.#admission;
    const { objects, objectBytes } = admission.allowances;
    const sizeBytes = bytes.length;
    const charges = [{ allowance: objects }, { allowance: objectBytes, count: sizeBytes }];
    const request = { kind: "load", object: this.objectName, sizeBytes } as const;
    const object = admission.admit(request, charges, () => this.#load(bytes));
    return new GuestObject(object, { admission, sizeBytes, openBuffer: this.#openBuffer });
  }

  #load(bytes: Uint8Array<ArrayBuffer>): BpfObject {
    const onPin = (map: string, directory: string) =>
      this.#admission.pass({ kind: "pin", object: this.objectName, map, directory });
    return loadCheckedObject({ libbpf: this.#libbpf, system: this.#system, onPin }, bytes, this.#grants);
  }

  /** Passes a request of another import module. @throws {BpfError} EPERM if the policy refuses it. */
  pass(request: GateRequest): void {
    this.#admission.pass(request);
  }

  /** The number of possible CPUs, which is the number of values in an element of a per-CPU map. @throws {BpfError} */
  possibleCpus(): number {
    this.#admission.pass({ kind: "query", fact: "possible CPUs" });
    return this.#libbpf.possibleCpus;
  }

  /**
   * Opens the native function for elements of maps, see {@link Libbpf.openMapElement}. It passes no gate, so it may be called only for
   * maps whose elements the policy does not restrict: {@link MapTable.sizes} has no others.
   */
  openMapElement(): MapElement | undefined {
    return this.#libbpf.openMapElement();
  }
}
