/**
 * Writes the structs of an object's global variables for C skeletons, with the kernel's layout.
 *
 * @module
 */

import type { Btf } from "../../object/btf/btf.ts";
import { innermostFirst } from "../../object/btf/containment.ts";
import type { DataSection } from "../../object/data_sections.ts";
import { isUnknown, Layouts } from "../../object/btf/layout.ts";
import type { StructOpsMap } from "../../object/struct_ops.ts";
import type { BtfStruct, TypeId } from "../../object/btf/types.ts";
import { Declarations, isFunctionPointer, isStruct, type TypeNames } from "./declarations.ts";
import { identifier, Names } from "./identifiers.ts";
import { SDK_OWN_TAGS } from "./sdk_names.ts";

/** One section of variables, for a skeleton. */
export interface VariablesOfSection {
  /** The lines between the braces of its struct. */
  readonly members: readonly string[];
  /** The attribute after the closing brace, or an empty string. */
  readonly attribute: string;
  /** C assertions about them; `s` is a pointer to the skeleton. */
  readonly asserts: readonly string[];
}

/** The initial value of a struct_ops map, for a skeleton. */
export interface OperationsOfMap extends VariablesOfSection {
  /** The kernel's name for the struct. */
  readonly typeName: string;
  /** The lines between the braces of its struct for ABI version 2, where functions are programs. */
  readonly programs: readonly string[];
  /** The offset of the value in the object. */
  readonly fileOffset: number;
}

/** Writes the structs of one object. */
export class VariableStructs {
  readonly #btf: Btf;
  readonly #kernel: Layouts;
  readonly #wasm: Layouts;
  readonly #declarations: Declarations;
  /** For structs of functions that programs implement. */
  readonly #operations: Declarations;
  /** The visited types by id, and the user's structs, which can have several ids. */
  readonly #seen = new Set<TypeId>();
  readonly #seenStructs = new Set<BtfStruct>();

  /** @param layouts the kernel side's. */
  constructor(btf: Btf, layouts: Layouts) {
    this.#btf = btf;
    this.#kernel = layouts;
    this.#wasm = new Layouts(btf, "wasm32");
    this.#declarations = new Declarations(btf, layouts, userTypes(btf));
    this.#operations = new Declarations(btf, layouts, { ...userTypes(btf), ofFunctions: "struct bpf_program *" });
  }

  /**
   * The struct of a section, which becomes the skeleton's member `member`; undefined when all its variables are static. libbpf does
   * not map those either.
   *
   * @throws {FormatError}
   */
  of(section: DataSection, member: string): VariablesOfSection | undefined {
    const variables = section.variables.filter((one) => !one.static && !isUnknown(this.#btf, one.type));
    if (variables.length === 0) return undefined;
    const sizeOf = (type: TypeId) => this.#kernel.of(type).sizeBytes;
    const struct: BtfStruct = {
      kind: "struct",
      id: 0,
      name: member,
      members: variables.map(({ name, type, offset }) => ({ name, type, bitOffset: offset * 8, bitSize: 0 })),
      sizeBytes: variables.reduce((end, { type, offset }) => Math.max(end, offset + sizeOf(type)), 0),
    };
    const { lines, places } = this.#declarations.members(struct, "        ");
    const asserts: string[] = [];
    for (const { path, offset, type } of places) {
      if (/[.[]/.test(path)) continue;
      this.#declarations.count(4 * path.length);
      asserts.push(
        assertion(`sizeof(s->${member}->${path}) == ${sizeOf(type)}`, `size of ${path}`),
        assertion(`offsetof(__typeof__(*s->${member}), ${path}) == ${offset}`, `offset of ${path}`),
      );
      this.#assertParts(type, asserts);
    }
    // BTF does not mark packed types. The variable's offset shows that its type is packed.
    const isPacked = variables.some(({ type, offset }) => offset % this.#kernel.of(type).alignBytes !== 0);
    return { members: lines, attribute: isPacked ? " __attribute__((packed))" : "", asserts };
  }

  /**
   * The initial value of the struct_ops map with the skeleton's member `member`: its numbers and, for version 2, its functions. The other
   * members are fields that only the kernel may set.
   *
   * @throws {FormatError}
   */
  ofStructOps({ struct, fileOffset }: StructOpsMap, member: string): OperationsOfMap {
    const numbers = struct.members.filter(({ type, bitSize }) =>
      bitSize === 0 && ["int", "float", "enum"].includes(this.#btf.resolve(type).kind)
    );
    const { lines, places } = this.#declarations.members({ ...struct, members: numbers }, "            ");
    const settable = struct.members.filter((member) =>
      numbers.includes(member) || isFunctionPointer(this.#btf, this.#btf.resolve(member.type))
    );
    return {
      typeName: identifier(struct.name),
      fileOffset,
      members: lines,
      programs: this.#operations.members({ ...struct, members: settable }, "            ").lines,
      attribute: this.#declarations.attribute(struct),
      asserts: places.map(({ path, offset }) =>
        assertion(`offsetof(__typeof__(*s->struct_ops.${member}), ${path}) == ${offset}`, `offset of ${path}`)
      ),
    };
  }

  /** Adds assertions on the user's structs in a variable of type `id`. */
  #assertParts(id: TypeId, asserts: string[]): void {
    for (const part of innermostFirst(this.#btf, id, (part) => this.#seen.has(part))) {
      this.#seen.add(part);
      const type = this.#btf.resolve(part);
      if (!isStruct(type) || type.name === "" || this.#seenStructs.has(type)) continue;
      this.#seenStructs.add(type);
      for (const assert of this.#riskyMembers(type)) asserts.push(assert);
    }
  }

  /**
   * Assertions on members that a wasm32 compiler would lay out differently from the kernel side: a `long`, a pointer, and the members
   * after one.
   */
  #riskyMembers(struct: BtfStruct): string[] {
    const kernel = this.#kernel.ofStruct(struct);
    const wasm = this.#wasm.ofStruct(struct);
    const tag = `${struct.kind} ${tagOf(struct)}`;
    const asserts: string[] = [];
    const names = new Names();
    for (const [i, member] of struct.members.entries()) {
      if (member.name === "" || member.bitSize !== 0 || isUnknown(this.#btf, member.type)) continue;
      const name = names.take(member.name);
      const size = this.#kernel.of(member.type).sizeBytes;
      this.#declarations.count(2 * (tag.length + name.length));
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

/** The tag that `gen types` gives a struct. It is never a tag of the SDK or libc. */
function tagOf(struct: BtfStruct): string {
  return new Names(SDK_OWN_TAGS).take(struct.name);
}

function assertion(condition: string, subject: string): string {
  return `_Static_assert(${condition}, "${subject} is not the kernel's");`;
}

/** The names of types in the user's headers, which define the structs of variables. */
function userTypes(btf: Btf): TypeNames {
  return {
    ofStruct(struct, id) {
      if (struct.name !== "") return `${struct.kind} ${tagOf(struct)}`;
      let type = btf.skipModifiers(id);
      let name: string | undefined;
      while (type.kind === "typedef") {
        name = identifier(type.name);
        type = btf.skipModifiers(type.target);
      }
      return name;
    },
    // An integer of the same size needs no declaration of the enum.
    ofEnum: () => undefined,
  };
}
