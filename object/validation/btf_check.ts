/**
 * Checks of an object's types: every reference names an existing type or string, no chain of types is endless, and variables lie
 * inside their sections.
 *
 * This reader of BTF exists beside parse_btf.ts because it runs at every start of a guest: it creates no object for a type and no
 * string for a name.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { readBtfHeader } from "../btf/header.ts";
import { Reader } from "../reader.ts";

const HEAD_WORDS = 3;

/** The `BTF_KIND_*` of linux/btf.h that the checks name. */
export const KIND = {
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

/** The layout after the header of a type: `own` words, then members of `member` words each. */
interface Shape {
  readonly own: number;
  readonly member: number;
  /** The index of the member's word that holds its name or its type; -1 if there is none. */
  readonly name: number;
  readonly type: number;
}

const NOTHING: Shape = { own: 0, member: 0, name: -1, type: -1 };

/** The layouts by kind. */
const SHAPES: readonly Shape[] = [
  NOTHING, // 0 is unused
  { ...NOTHING, own: 1 }, // INT
  NOTHING, // PTR
  { ...NOTHING, own: 3 }, // ARRAY
  { own: 0, member: 3, name: 0, type: 1 }, // STRUCT
  { own: 0, member: 3, name: 0, type: 1 }, // UNION
  { own: 0, member: 2, name: 0, type: -1 }, // ENUM
  NOTHING, // FWD
  NOTHING, // TYPEDEF
  NOTHING, // VOLATILE
  NOTHING, // CONST
  NOTHING, // RESTRICT
  NOTHING, // FUNC
  { own: 0, member: 2, name: 0, type: 1 }, // FUNC_PROTO
  { ...NOTHING, own: 1 }, // VAR
  { own: 0, member: 3, name: -1, type: 0 }, // DATASEC
  NOTHING, // FLOAT
  { ...NOTHING, own: 1 }, // DECL_TAG
  NOTHING, // TYPE_TAG
  { own: 0, member: 3, name: 0, type: -1 }, // ENUM64
];

/** Kinds whose third word is the id of another type: bit N is kind N. */
const REFERS = kinds(2, 8, 9, 10, 11, 12, 13, 14, 17, 18);
/** Kinds that stand for another type: const, volatile, restrict, typedef, type tag. */
const MODIFIES = kinds(8, 9, 10, 11, 18);

function kinds(...numbers: number[]): number {
  return numbers.reduce((set, kind) => set | 1 << kind, 0);
}

/** The depth of nested arrays up to which a size is computed; libbpf's limit. */
const MAX_DEPTH = 32;

/** The linkage of a static variable (`BTF_VAR_STATIC`). */
const STATIC = 0;

/** A variable in a section, as BTF describes it. */
export interface SectionEntry {
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The types of one object, checked. */
export class BtfCheck {
  /** The number of types, including void. */
  readonly count: number;
  /** The types as words, and by id the offset and the kind of each. Type 0 is void and has no offset. */
  readonly #words: Uint32Array;
  readonly #places: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #strings: Reader;
  readonly #sections: number[] = [];

  /** @throws {FormatError} */
  constructor(bytes: Uint8Array) {
    const { types, strings } = readBtfHeader(bytes);
    if (types.length % 4 !== 0) this.fail(`types of ${types.length} bytes`);
    // The bytes are copied because a Uint32Array must be aligned.
    this.#words = new Uint32Array(types.slice().buffer);
    if (strings[0] !== 0 || strings.at(-1) !== 0) this.fail("its strings do not begin and end with a NUL");
    this.#strings = new Reader(strings, "BTF strings");
    const most = Math.floor(this.#words.length / HEAD_WORDS) + 1;
    this.#places = new Uint32Array(most);
    this.#kinds = new Uint8Array(most);
    this.count = this.#findTypes();
    this.#checkReferences();
  }

  /** The ids of the types of kind DATASEC. */
  get sections(): readonly number[] {
    return this.#sections;
  }

  /** One of {@link KIND}, or another number; 0 for void. */
  kind(id: number): number {
    return this.#kinds[id] ?? 0;
  }

  /** The number of members, values, parameters or variables of a type. */
  length(id: number): number {
    return id === 0 ? 0 : this.#word(id, 1) & 0xffff;
  }

  /** The third word: a size, or the id of another type. */
  sizeOrType(id: number): number {
    return this.#word(id, 2);
  }

  name(id: number): string {
    return this.#strings.string(this.#word(id, 0));
  }

  /** The string at `offset`. */
  string(offset: number): string {
    return this.#strings.string(offset);
  }

  /** Word `word` of member `index`, where each member has `words` words. */
  member(id: number, index: number, word: number, words = 3): number {
    return this.#word(id, HEAD_WORDS + index * words + word);
  }

  memberName(id: number, index: number, words = 3): string {
    return this.#strings.string(this.member(id, index, 0, words));
  }

  /** The element's type and the length of array `id`. */
  array(id: number): { element: number; length: number } {
    return { element: this.member(id, 0, 0), length: this.member(id, 0, 2) };
  }

  /** The type under modifiers and typedefs. */
  resolve(id: number): number {
    let under = id;
    while (MODIFIES >>> this.kind(under) & 1) under = this.sizeOrType(under);
    return under;
  }

  /** The size that libbpf computes for a type; undefined when it cannot compute one. */
  sizeOf(id: number): number | undefined {
    let count = 1;
    for (let depth = 0, type = id; depth < MAX_DEPTH; depth++) {
      type = this.resolve(type);
      const kind = this.kind(type);
      if (kind === KIND.VAR) {
        type = this.sizeOrType(type);
      } else if (kind === KIND.ARRAY) {
        const { element, length } = this.array(type);
        count *= length;
        type = element;
      } else if (kind === KIND.PTR) {
        return count * 8;
      } else if (isSized(kind)) {
        return count * this.sizeOrType(type);
      } else {
        return undefined;
      }
    }
    return undefined;
  }

  /** True for a variable that only its own object sees. */
  isStatic(variable: number): boolean {
    return this.member(variable, 0, 0) === STATIC;
  }

  /** The variables of a section. */
  *entries(id: number): Generator<SectionEntry> {
    for (let i = 0; i < this.length(id); i++) {
      yield { type: this.member(id, i, 0), offset: this.member(id, i, 1), sizeBytes: this.member(id, i, 2) };
    }
  }

  /** @throws {FormatError} always. */
  fail(problem: string): never {
    throw new FormatError("BTF", problem);
  }

  #word(id: number, word: number): number {
    return this.#words[(this.#places[id] ?? 0) + word] ?? 0;
  }

  /**
   * Records the offset of each type and checks its numbers. Most of the checking time is spent here, so only the largest name
   * and the largest reference are compared with their limits.
   *
   * @returns the number of types.
   */
  #findTypes(): number {
    const [words, places, kinds] = [this.#words, this.#places, this.#kinds];
    let [count, largestName, largestType] = [1, 0, 0];
    for (let at = 0; at < words.length; count++) {
      const name = words[at] ?? 0;
      const info = words[at + 1] ?? 0;
      const size = words[at + 2] ?? 0;
      const kind = info >>> 24 & 31;
      const shape = SHAPES[kind];
      if (kind === 0 || shape === undefined) return this.fail(`type ${count} is of unknown kind ${kind}`);
      places[count] = at;
      kinds[count] = kind;
      if (name > largestName) largestName = name;
      if (REFERS >>> kind & 1) {
        if (size > largestType) largestType = size;
      } else {
        this.#checkOwn(count, kind, size);
      }
      const { own, member } = shape;
      const from = at + HEAD_WORDS;
      at = from + own + (info & 0xffff) * member;
      if (at > words.length) this.fail(`type ${count} ends outside the types`);
      if (kind === KIND.ARRAY) largestType = Math.max(largestType, words[from] ?? 0, words[from + 1] ?? 0);
      if (shape.name >= 0) {
        for (let m = from + shape.name; m < at; m += member) {
          const name = words[m] ?? 0;
          if (name > largestName) largestName = name;
        }
      }
      if (shape.type >= 0) {
        for (let m = from + shape.type; m < at; m += member) {
          const type = words[m] ?? 0;
          if (type > largestType) largestType = type;
        }
      }
    }
    if (largestName >= this.#strings.sizeBytes || largestType >= count) this.#failNumber(count);
    return count;
  }

  /** Checks a type that refers to no other type by its third word. */
  #checkOwn(id: number, kind: number, size: number): void {
    if (kind === KIND.INT && (size < 1 || size > 16)) this.fail(`type ${id} is not an integer`);
    if ((kind === KIND.ENUM || kind === KIND.ENUM64) && size !== 4 && size !== 8 && size !== 1 && size !== 2) {
      this.fail(`type ${id} is an enum of ${size} bytes`);
    }
    if (kind === KIND.DATASEC) this.#sections.push(id);
  }

  /** Finds the first of `count` types with a name outside the strings or a reference to a type that does not exist. */
  #failNumber(count: number): never {
    const [words, names] = [this.#words, this.#strings.sizeBytes];
    for (let id = 1; id < count; id++) {
      const at = this.#places[id] ?? 0;
      const kind = this.kind(id);
      const { member, name, type } = SHAPES[kind] ?? NOTHING;
      const from = at + HEAD_WORDS;
      const ofNames = [at];
      const ofTypes = REFERS >>> kind & 1 ? [at + 2] : kind === KIND.ARRAY ? [from, from + 1] : [];
      for (let i = 0; member > 0 && i < this.length(id); i++) {
        if (name >= 0) ofNames.push(from + i * member + name);
        if (type >= 0) ofTypes.push(from + i * member + type);
      }
      if (ofNames.some((word) => (words[word] ?? 0) >= names)) this.fail(`type ${id} has a name outside the strings`);
      const to = ofTypes.map((word) => words[word] ?? 0).find((to) => to >= count);
      if (to !== undefined) this.fail(`type ${id} refers to type ${to} of ${count}`);
    }
    return this.fail("it has a number that is too large");
  }

  /**
   * Checks that each function has parameters and that no chain of modifiers is a loop: libbpf follows chains without a limit.
   * Each type is visited once; its mark is the start of the walk that did.
   */
  #checkReferences(): void {
    const [kinds, count] = [this.#kinds, this.count];
    const marks = new Uint32Array(count);
    for (let start = 1; start < count; start++) {
      const kind = kinds[start] ?? 0;
      if (kind === KIND.FUNC && this.kind(this.sizeOrType(start)) !== KIND.FUNC_PROTO) {
        this.fail(`type ${start} is a function without parameters`);
      }
      if ((MODIFIES >>> kind & 1) === 0) continue;
      for (let id = start; marks[id] === 0 && MODIFIES >>> this.kind(id) & 1;) {
        marks[id] = start;
        id = this.sizeOrType(id);
        if (marks[id] === start) this.fail(`type ${start} is a loop of modifiers`);
      }
    }
  }
}

function isSized(kind: number): boolean {
  return kind === KIND.INT || kind === KIND.STRUCT || kind === KIND.UNION || kind === KIND.ENUM ||
    kind === KIND.DATASEC || kind === KIND.FLOAT || kind === KIND.ENUM64;
}
