/**
 * Calls of libbpf's functions by name, for guests of version 2. Each passes the gate.
 *
 * @module
 */

import type { BpfError, Operation } from "../../errors/mod.ts";
import type {
  BpfProgram,
  FunctionName,
  LibbpfCalls,
  LogMessage,
  NativeArgument,
  NativeOutcome,
  NativeRef,
  NativeStruct,
  StructOpsValue,
} from "../../ffi/mod.ts";
import type { Admission } from "./admission.ts";
import type { GateRequest, LoadRequest } from "./requests.ts";

/** The functions of libbpf for one guest. No other code holds {@link LibbpfCalls}. */
export class GuestCalls {
  readonly #admission: Admission;
  readonly #calls: LibbpfCalls;

  constructor(admission: Admission, calls: LibbpfCalls) {
    this.#admission = admission;
    this.#calls = calls;
  }

  /**
   * Calls a function.
   *
   * @param options.request by default a call of this function.
   * @param options.owner the struct that the result is a part of.
   * @throws {BpfError} EPERM if the policy refuses; EOPNOTSUPP if libbpf lacks the function.
   */
  call(
    name: FunctionName,
    args: readonly NativeArgument[],
    options: { request?: GateRequest | undefined; owner?: NativeRef | undefined } = {},
  ): NativeOutcome {
    const { request = { kind: "call", function: name }, owner } = options;
    if (request.kind === "load") return this.#load(name, args, request);
    this.#admission.pass(request);
    return this.#calls.call(name, args, owner);
  }

  /** A program or a map that a call makes counts until the guest ends: other programs can keep it after its descriptor is closed. */
  #load(name: FunctionName, args: readonly NativeArgument[], request: LoadRequest): NativeOutcome {
    const charges = this.#admission.chargesOf(request);
    const outcome = this.#admission.admit(request, charges, () => this.#calls.call(name, args));
    if (outcome.errno < 0) { for (const { allowance, count } of charges) allowance.give(count); }
    return outcome;
  }

  /**
   * Makes a link, which counts until {@link GuestCalls.giveLink}.
   *
   * @param make calls the function. It throws if that fails, and returns undefined if there is no link and no error.
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many links; the error of `make`.
   */
  takeLink<T>(request: GateRequest, make: (calls: LibbpfCalls) => T): T {
    const { links } = this.#admission.allowances;
    const link = this.#admission.admit(request, [{ allowance: links }], () => {
      this.#calls.begin();
      return make(this.#calls);
    });
    if (link === undefined) links.give();
    return link;
  }

  /** Returns a link to the allowance. */
  giveLink(): void {
    this.#admission.allowances.links.give();
  }

  /** Frees a link, which needs no request. @returns libbpf's result. */
  destroyLink(link: NativeRef): number {
    const { errno } = this.#calls.call("bpf_link__destroy", [link]);
    this.#calls.revoke(link);
    this.giveLink();
    return errno;
  }

  /** Undoes an attachment, which needs no request. */
  undo(detach: (calls: LibbpfCalls) => void): void {
    detach(this.#calls);
  }

  /** Counts `request`. @throws {BpfError} EPERM if the policy refuses it. */
  pass(request: GateRequest): void {
    this.#admission.pass(request);
  }

  /** Checks a part of a request that was passed. @throws {BpfError} EPERM if the policy refuses it. */
  check(request: GateRequest): void {
    this.#admission.check(request);
  }

  /** See {@link LibbpfCalls.btfBytes}. The call that returned `btf` has passed the gate. */
  btfBytes(btf: NativeRef): Uint8Array<ArrayBuffer> {
    return this.#calls.btfBytes(btf);
  }

  /** The instructions of a program. @throws {BpfError} EPERM if the policy refuses. */
  instructionsOf(program: NativeRef): Uint8Array<ArrayBuffer> {
    this.#admission.pass({ kind: "call", function: "bpf_program__insns" });
    return this.#calls.instructionsOf(program);
  }

  /** See {@link LibbpfCalls.structOpsValue}. The call that reads the value has passed the gate. */
  structOpsValue(
    part: { readonly object: NativeRef; readonly map: NativeRef },
    layout: { readonly sizeBytes: number; readonly pointers: readonly number[] },
  ): StructOpsValue | undefined {
    return this.#calls.structOpsValue(part, layout);
  }

  /** See {@link LibbpfCalls.setStructOpsValue}. The call that sets the value has passed the gate. */
  setStructOpsValue(map: NativeRef, value: StructOpsValue): boolean {
    return this.#calls.setStructOpsValue(map, value);
  }

  /** Makes a reference unusable, because libbpf has freed its struct. */
  revoke(ref: NativeRef): void {
    this.#calls.revoke(ref);
  }

  /** See {@link LibbpfCalls.struct}. */
  struct(bytes: Uint8Array<ArrayBuffer>): NativeStruct {
    return this.#calls.struct(bytes);
  }

  /** See {@link LibbpfCalls.error}. */
  error(operation: Operation, errno: number, program?: BpfProgram): BpfError {
    return this.#calls.error(operation, errno, program);
  }

  /** Gets libbpf's messages up to `level`, see {@link LibbpfCalls.onMessages}. */
  listen(level: number, listener: (messages: readonly LogMessage[]) => void): void {
    this.#calls.logLevel = level;
    this.#calls.onMessages = listener;
  }

  /** Gives the messages since the last call to the listener. */
  takeMessages(): void {
    this.#calls.takeMessages();
  }
}
