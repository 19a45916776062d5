/**
 * The gate between a guest and libbpf.
 *
 * Only the gate holds the guest's {@link Libbpf}. Objects, programs and maps behind it (`guest_object.ts`, `guest_program.ts`,
 * `guest_map.ts`) hold libbpf's own in private fields, and each of their calls passes {@link Admission}: the policy may refuse it, an
 * allowance limits it, a counter counts it.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { Libbpf, MapCall, System } from "../../ffi/mod.ts";
import type { ObjectUses } from "../../object/uses/uses.ts";
import type { Admission } from "./admission.ts";
import type { BufferSizes } from "./buffer_sizes.ts";
import type { BufferOpener, OpenBuffer } from "./event_buffers.ts";
import { GuestCalls } from "./guest_calls.ts";
import { GuestMap } from "./guest_map.ts";
import { GuestObject } from "./guest_object.ts";
import { loadRequest } from "./load_request.ts";
import { type GuestOpenOptions, type ObjectGrants, openCheckedObject } from "./object_requests.ts";
import type { GateRequest } from "./requests.ts";

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
  readonly bufferSizes: BufferSizes;
}

/** The only way from a guest to libbpf. */
export class Gate implements Disposable {
  /** The name of the guest's objects. */
  readonly objectName: string;
  /** Opens buffers on maps that {@link GuestMap.admitBuffer} passes. */
  readonly buffers: BufferOpener;
  /** The directory in which the guest may pin; undefined if it may not. */
  readonly pinPath: string | undefined;
  /** libbpf's functions by name, for version 2. */
  readonly calls: GuestCalls;
  readonly #admission: Admission;
  readonly #libbpf: Libbpf;
  readonly #system: System;
  readonly #grants: ObjectGrants;
  readonly #openBuffer: OpenBuffer;
  readonly #bufferSizes: BufferSizes;
  #pinDirectory: number | undefined;

  constructor(admission: Admission, options: GateOptions) {
    this.#admission = admission;
    this.objectName = options.grants.objectName;
    this.buffers = options.buffers;
    this.pinPath = options.grants.pinPath;
    this.calls = new GuestCalls(admission, options.libbpf.calls);
    this.#libbpf = options.libbpf;
    this.#system = options.system;
    this.#grants = options.grants;
    this.#openBuffer = options.openBuffer;
    this.#bufferSizes = options.bufferSizes;
  }

  /**
   * Opens an object.
   *
   * @param options by default those of version 1, where the host names the object.
   * @throws {BpfError} EPERM if the policy refuses or a permission is missing; EMFILE if the guest has too many objects; EINVAL if the
   * object is damaged; the error of libbpf.
   */
  open(bytes: Uint8Array<ArrayBuffer>, options: GuestOpenOptions = {}): GuestObject {
    return this.#open(bytes, options, () => {});
  }

  #open(
    bytes: Uint8Array<ArrayBuffer>,
    options: GuestOpenOptions,
    onUses: (uses: ObjectUses) => void,
  ): GuestObject {
    const admission = this.#admission;
    const { objects, objectBytes } = admission.allowances;
    const sizeBytes = bytes.length;
    const charges = [{ allowance: objects }, { allowance: objectBytes, count: sizeBytes }];
    const name = options.name ?? this.objectName;
    const onPin = (map: string, directory: string) => admission.pass({ kind: "pin", object: name, map, directory });
    const host = { libbpf: this.#libbpf, system: this.#system, onPin, onUses };
    const opened = admission.admit(
      { kind: "open", object: name, sizeBytes },
      charges,
      () => openCheckedObject(host, bytes, this.#grants, options),
    );
    return new GuestObject(opened, {
      admission,
      sizeBytes,
      openBuffer: this.#openBuffer,
      bufferSizes: this.#bufferSizes,
      system: this.#system,
      cpus: this.cpus,
    });
  }

  /**
   * Opens and loads an object. A guest of version 1 cannot change it between, so the policy decides before libbpf gets it.
   *
   * @throws {BpfError} as {@link Gate.open}; the error of the kernel.
   */
  load(bytes: Uint8Array<ArrayBuffer>): GuestObject {
    const object = this.#open(bytes, {}, (uses) => this.#admission.check(loadRequest(this.objectName, uses)));
    try {
      object.load();
      return object;
    } catch (error) {
      object[Symbol.dispose]();
      throw error;
    }
  }

  /** The file with BTF that the guest's objects use in place of the kernel's. */
  get btfPath(): string | undefined {
    return this.#grants.btfPath;
  }

  /**
   * The directory in which the guest may pin, as a descriptor of the host that stays open.
   *
   * @throws {BpfError} EPERM if it may not pin; the error of opening the directory.
   */
  pinDirectory(operation: Operation): number {
    const { pinPath } = this.#grants;
    if (pinPath === undefined) {
      const [reason, hint] = ["it pins or opens a pinned object", "--pin DIR gives it a directory"];
      throw new BpfError(operation, LINUX_ERRNO.EPERM, { reason, hint });
    }
    return this.#pinDirectory ??= this.#system.openPinDirectory(pinPath);
  }

  /** Closes the directory. */
  [Symbol.dispose](): void {
    if (this.#pinDirectory !== undefined) this.#system.closeDescriptor(this.#pinDirectory);
    this.#pinDirectory = undefined;
  }

  /** The map that a descriptor of the host names. @throws {BpfError} EPERM if the policy refuses the guest a number for it. */
  mapOf(fd: number): GuestMap {
    const map = this.#libbpf.mapOf(fd);
    return new GuestMap(map, { admission: this.#admission, openBuffer: this.#openBuffer, end: () => map.end() });
  }

  /** True if libbpf may change the size of a section of variables. Without this project's changes, it then reads freed memory. */
  get resizesVariables(): boolean {
    return this.#libbpf.isPatched;
  }

  /** The number of possible CPUs, for the host's own figures. */
  get cpus(): number {
    return this.#libbpf.possibleCpus;
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
   * Opens the native function for elements of maps, see {@link Libbpf.openMapCall}. It passes no gate, so it may be called only for
   * maps whose elements the policy does not restrict: {@link MapTable.sizes} has no others.
   */
  openMapCall(): MapCall | undefined {
    return this.#libbpf.openMapCall();
  }
}
