/**
 * The names in C of the types in a kernel's BTF.
 *
 * @module
 */

import type { Btf } from "../../object/btf/btf.ts";
import type { BtfEnum, BtfType, TypeId } from "../../object/btf/types.ts";
import { mangle } from "./identifiers.ts";

/** The names of one name space of C. */
class NameSpace {
  readonly #counts = new Map<string, number>();

  /** `name`, or `name___2` and so on if it is taken. CO-RE ignores what follows three underscores. */
  take(name: string): string {
    const plain = mangle(name);
    let unique = plain;
    for (let count = this.#counts.get(plain) ?? 0; this.#counts.has(unique); count++) {
      unique = `${plain}___${count + 1}`;
      this.#counts.set(plain, count + 1);
    }
    this.#counts.set(unique, 1);
    return unique;
  }

  has(name: string): boolean {
    return this.#counts.has(name);
  }
}

/**
 * Gives each named type a name that no other type of its name space has: tags of structs, unions and enums are one, and typedefs,
 * constants and functions are the other. A forward declaration keeps its name, since it means the struct of that name.
 */
export class KernelNames {
  readonly #names = new Map<TypeId, string>();
  readonly #tags = new NameSpace();
  readonly #words = new NameSpace();
  /** The tags of the first types of each kind and name. */
  readonly #defined = new Map<string, string>();

  constructor(btf: Btf) {
    const named = btf.types.filter(({ name }) => name !== "");
    for (const type of named) {
      if (type.kind === "typedef") this.#names.set(type.id, this.#words.take(type.name));
      else if (type.kind === "struct" || type.kind === "union") this.#define(type);
    }
    // Programs name an enum less often than a struct, so the number goes to the enum.
    for (const type of named) {
      if (type.kind === "enum" && !isForward(type)) this.#define(type);
    }
    for (const type of named) {
      if (isForward(type)) this.#names.set(type.id, this.#defined.get(keyOf(type)) ?? this.#define(type));
    }
  }

  /** Takes a tag. Later forward declarations mean the first type of this kind and name. */
  #define(type: BtfType): string {
    const tag = this.#tags.take(type.name);
    this.#names.set(type.id, tag);
    const key = keyOf(type);
    if (!this.#defined.has(key)) this.#defined.set(key, tag);
    return tag;
  }

  /** The name of a struct, union, enum or typedef; undefined if it has none. */
  of({ id }: BtfType): string | undefined {
    return this.#names.get(id);
  }

  /** The name of a constant, which is then taken. */
  takeConstant(name: string): string {
    return this.#words.take(name);
  }

  /** The name of a function; undefined if something else has it. */
  takeFunction(name: string): string | undefined {
    return this.#words.has(mangle(name)) ? undefined : this.#words.take(name);
  }
}

function keyOf(type: BtfType): string {
  const kind = type.kind === "fwd" ? type.union ? "union" : "struct" : type.kind;
  return `${kind} ${type.name}`;
}

/** True for a type with a tag. */
export function isTagged(type: BtfType): boolean {
  return type.kind === "struct" || type.kind === "union" || type.kind === "enum" || type.kind === "fwd";
}

/** True for a type that is only declared. */
export function isForward(type: BtfType): boolean {
  return type.kind === "fwd" || isEmptyEnum(type);
}

function isEmptyEnum(type: BtfType): type is BtfEnum {
  return type.kind === "enum" && type.values.length === 0;
}
