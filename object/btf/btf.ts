/**
 * The BTF types of one object or kernel, and look-ups in them.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { parseTypes } from "./parse_btf.ts";
import type { BtfReference, BtfType, BtfTypeOf, TypeId } from "./types.ts";

/** The ends of longer chains of const, typedef and the like are cached, so that resolving every link takes linear time. */
const LONG_CHAIN = 32;

/**
 * The types of one object or kernel.
 *
 * ```ts
 * import { Btf } from "./btf.ts";
 *
 * function sizeOfTaskStruct(vmlinux: Uint8Array): number | undefined {
 *   const found = Btf.parse(vmlinux).find("struct", "task_struct");
 *   return found?.sizeBytes;
 * }
 * ```
 */
export class Btf {
  /** All types by id; `types[0]` is void. */
  readonly types: readonly BtfType[];
  #byName: Map<string, BtfType[]> | undefined;
  /** The ends of long chains: of modifiers, and of modifiers and typedefs. */
  readonly #modifierEnds = new Map<TypeId, BtfType>();
  readonly #ends = new Map<TypeId, BtfType>();

  private constructor(types: readonly BtfType[]) {
    this.types = types;
  }

  /**
   * Parses a `.BTF` section or /sys/kernel/btf/vmlinux.
   *
   * @throws {FormatError} when the bytes are not BTF, are damaged, or are big-endian.
   */
  static parse(bytes: Uint8Array): Btf {
    return new Btf(parseTypes(bytes));
  }

  /** The type with this id. @throws {FormatError} when it does not exist. */
  get(id: TypeId): BtfType {
    const type = this.types[id];
    if (type === undefined) throw new FormatError("BTF", `type ${id} of ${this.types.length}`);
    return type;
  }

  /** The first type of this kind and name. */
  find<Kind extends BtfType["kind"]>(kind: Kind, name: string): BtfTypeOf<Kind> | undefined {
    this.#byName ??= groupByName(this.types);
    for (const type of this.#byName.get(name) ?? []) {
      if (isKind(type, kind)) return type;
    }
    return undefined;
  }

  /** The type under const, volatile, restrict and type tags, but not typedefs. @throws {FormatError} on a loop of them. */
  skipModifiers(id: TypeId): BtfType {
    return this.#skip(id, false);
  }

  /** The type under modifiers and typedefs. @throws {FormatError} on a loop of them. */
  resolve(id: TypeId): BtfType {
    return this.#skip(id, true);
  }

  #skip(id: TypeId, typedefs: boolean): BtfType {
    const ends = typedefs ? this.#ends : this.#modifierEnds;
    let type = this.get(id);
    let links = 0;
    while (isLink(type, typedefs)) {
      if (++links > this.types.length) throw new FormatError("BTF", `type ${id} is a loop of modifiers`);
      type = ends.get(type.id) ?? this.get(type.target);
    }
    if (links > LONG_CHAIN) {
      for (let link = this.get(id); isLink(link, typedefs); link = this.get(link.target)) ends.set(link.id, type);
    }
    return type;
  }
}

/** True for const, volatile and other modifiers, and for typedefs if `typedefs` is true. */
function isLink(type: BtfType, typedefs: boolean): type is BtfReference {
  switch (type.kind) {
    case "typedef":
      return typedefs;
    case "const":
    case "volatile":
    case "restrict":
    case "type_tag":
      return true;
    default:
      return false;
  }
}

function groupByName(types: readonly BtfType[]): Map<string, BtfType[]> {
  const groups = new Map<string, BtfType[]>();
  for (const type of types) {
    const group = groups.get(type.name);
    if (group === undefined) groups.set(type.name, [type]);
    else group.push(type);
  }
  return groups;
}

function isKind<Kind extends BtfType["kind"]>(type: BtfType, kind: Kind): type is BtfTypeOf<Kind> {
  return type.kind === kind;
}
