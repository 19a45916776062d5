/**
 * Structs of an object's global variables for C skeletons, with the kernel's layout.
 *
 * @module
 */

import type { Btf } from "../btf/btf.ts";
import type { DataSection } from "../btf/data_sections.ts";
import { Layouts } from "../btf/layout.ts";
import type { BtfStruct, TypeId } from "../btf/types.ts";
import { Declarations, type TypeNames } from "./c_declarations.ts";
import { identifier } from "./c_identifiers.ts";

/** What a skeleton needs of one section of variables. */
export interface VariablesOfSection {
  /** The lines between the braces of its struct. */
  readonly members: readonly string[];
  /** What follows the closing brace: an attribute, or nothing. */
  readonly attribute: string;
  /** C assertions about them; `s` is a pointer to the skeleton. */
  readonly asserts: readonly string[];
}

/** Variables of the sections of one object. */
export class VariableStructs {
  readonly #btf: Btf;
  readonly #kernel: Layouts;
  readonly #wasm: Layouts;
  readonly #declarations: Declarations;
  /** The user's structs whose members have been looked at. */
  readonly #seen = new Set<TypeId>();

  /** @param layouts those of the kernel side. */
  constructor(btf: Btf, layouts: Layouts) {
    this.#btf = btf;
    this.#kernel = layouts;
    this.#wasm = new Layouts(btf, "wasm32");
    this.#declarations = new Declarations(btf, layouts, userTypes(btf));
  }

  /**
   * The struct of a section that is the skeleton's member `member`; undefined when it has no variables but static ones, which
   * libbpf does not map either.
   *
   * @throws {FormatError}
   */
  of(section: DataSection, member: string): VariablesOfSection | undefined {
    const variables = section.variables.filter((variable) => !variable.static);
    if (variables.length === 0) return undefined;
    const sizeOf = (type: TypeId) => this.#kernel.of(type).sizeBytes;
    const struct: BtfStruct = {
      kind: "struct",
      id: 0,
      name: member,
      members: variables.map(({ name, type, offset }) => ({ name, type, bitOffset: offset * 8, bitSize: 0 })),
      sizeBytes: Math.max(...variables.map(({ type, offset }) => offset + sizeOf(type))),
    };
    const members = this.#declarations.members(struct, "        ");
    const asserts = variables.flatMap(({ name, type, offset }) => [
      assertion(`sizeof(s->${member}->${name}) == ${sizeOf(type)}`, `size of ${name}`),
      assertion(`offsetof(__typeof__(*s->${member}), ${name}) == ${offset}`, `offset of ${name}`),
      ...this.#riskyMembers(type),
    ]);
    // BTF does not say that a variable's type is packed; its place does.
    const isPacked = variables.some(({ type, offset }) => offset % this.#kernel.of(type).alignBytes !== 0);
    return { members, attribute: isPacked ? " __attribute__((packed))" : "", asserts };
  }

  /**
   * Assertions on those members of the user's own structs that a wasm32 compiler would lay out differently from the kernel
   * side: the ones after, or of type, `long` or pointer.
   */
  #riskyMembers(id: TypeId): string[] {
    const type = this.#btf.resolve(id);
    if (type.kind === "array") return this.#riskyMembers(type.element);
    if ((type.kind !== "struct" && type.kind !== "union") || this.#seen.has(type.id)) return [];
    this.#seen.add(type.id);
    const kernel = this.#kernel.ofStruct(type);
    const wasm = this.#wasm.ofStruct(type);
    const asserts: string[] = [];
    for (const [i, member] of type.members.entries()) {
      asserts.push(...this.#riskyMembers(member.type));
      if (type.name === "" || member.name === "" || member.bitSize !== 0) continue;
      const tag = `${type.kind} ${identifier(type.name)}`;
      const name = identifier(member.name);
      const size = this.#kernel.of(member.type).sizeBytes;
      if (size !== this.#wasm.of(member.type).sizeBytes) {
        asserts.push(assertion(`sizeof(((${tag} *)0)->${name}) == ${size}`, `size of ${name} in ${tag}`));
      }
      if (kernel.bitOffsets[i] !== wasm.bitOffsets[i]) {
        asserts.push(assertion(`offsetof(${tag}, ${name}) == ${member.bitOffset / 8}`, `offset of ${name} in ${tag}`));
      }
    }
    return asserts;
  }
}

function assertion(condition: string, subject: string): string {
  return `_Static_assert(${condition}, "${subject} is not the kernel's");`;
}

/** Structs of variables are the user's, by the names that they have in the user's headers. */
function userTypes(btf: Btf): TypeNames {
  return {
    ofStruct(struct, id) {
      if (struct.name !== "") return `${struct.kind} ${identifier(struct.name)}`;
      let type = btf.skipModifiers(id);
      let name: string | undefined;
      while (type.kind === "typedef") {
        name = identifier(type.name);
        type = btf.skipModifiers(type.target);
      }
      return name;
    },
    // Integers of the right size: the enum's own declaration need not be there.
    ofEnum: () => undefined,
  };
}
