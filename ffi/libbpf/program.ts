/**
 * `struct bpf_program`.
 *
 * @module
 */

import type { NativePointer } from "../system/pointers.ts";
import { attachProgram } from "./attach.ts";
import type { AttachTarget, BpfLink, BpfProgram } from "./interfaces/mod.ts";
import type { Owner } from "./map.ts";
import type { Native } from "./native.ts";

/** See {@link BpfProgram}. */
export class NativeProgram implements BpfProgram {
  readonly name: string;
  readonly sectionName: string;
  readonly #native: Native;
  readonly #pointer: NativePointer<"bpf_program">;
  readonly #owner: Owner;

  constructor(native: Native, pointer: NativePointer<"bpf_program">, name: string, owner: Owner) {
    this.#native = native;
    this.#pointer = pointer;
    this.#owner = owner;
    this.name = name;
    this.sectionName = native.text(native.program.symbols.bpf_program__section_name(pointer));
  }

  get type(): number {
    return this.#native.program.symbols.bpf_program__type(this.#alive());
  }

  get expectedAttachType(): number {
    return this.#native.program.symbols.bpf_program__expected_attach_type(this.#alive());
  }

  get fd(): number {
    const fd = this.#native.program.symbols.bpf_program__fd(this.#alive());
    return this.#native.check.value({ operation: "use", kind: "program", subject: this.name }, fd);
  }

  get autoload(): boolean {
    return this.#native.program.symbols.bpf_program__autoload(this.#alive());
  }

  set autoload(value: boolean) {
    const result = this.#native.program.symbols.bpf_program__set_autoload(this.#alive(), value);
    const words = `autoload of program "${this.name}"`;
    this.#native.check.value({ operation: "set", kind: "program", subject: this.name, words }, result);
  }

  attach(target: AttachTarget = { kind: "section" }): BpfLink {
    return this.#owner.own(attachProgram(this.#native, this.#alive(), this, target));
  }

  #alive(): NativePointer<"bpf_program"> {
    if (this.#owner.closed) throw new TypeError(`Cannot use program "${this.name}": its object is closed`);
    return this.#pointer;
  }
}
