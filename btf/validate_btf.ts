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

import { FormatError } from "../errors.ts";
import type { ElfFile } from "./elf.ts";
import { Reader } from "./reader.ts";
import { type MapRequest, readMapRequests } from "./validate_maps.ts";
import { checkSection } from "./validate_data_sections.ts";

export type { MapRequest };

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const HEAD_WORDS = 3;

/** The `BTF_KIND_*` of linux/btf.h that the checks name. */
export const KIND = {
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
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
  NOTHING, // there is no kind 0
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

/** A variable in a section, as BTF describes it. */
export interface SectionEntry {
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The types of one object, checked. */
export class BtfCheck {
  /** The maps of ".maps". */
  readonly maps: readonly MapRequest[];
  /** The number of types, including void. */
  readonly count: number;
  /** The types as words, and by id the offset and the kind of each. Type 0 is void and has no offset. */
  readonly #words: Uint32Array;
  readonly #places: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #strings: Reader;

  /** @throws {FormatError} */
  constructor(bytes: Uint8Array, elf: ElfFile) {
    const header = new Reader(bytes, "BTF");
    if (header.u16(0) !== MAGIC) header.fail(`it begins with 0x${header.u16(0).toString(16)}, not 0xeb9f`);
    const start = header.u32(4);
    if (start < HEADER_BYTES) header.fail(`a header of ${start} bytes`);
    const types = header.slice(start + header.u32(8), header.u32(12));
    if (types.length % 4 !== 0) header.fail(`types of ${types.length} bytes`);
    // The bytes are copied because a Uint32Array must be aligned.
    this.#words = new Uint32Array(types.slice().buffer);
    const strings = header.slice(start + header.u32(16), header.u32(20));
    if (strings[0] !== 0 || strings.at(-1) !== 0) header.fail("its strings do not begin and end with a NUL");
    this.#strings = new Reader(strings, "BTF strings");
    const most = Math.floor(this.#words.length / HEAD_WORDS) + 1;
    this.#places = new Uint32Array(most);
    this.#kinds = new Uint8Array(most);
    this.count = this.#findTypes();
    this.#checkNumbers();
    this.#checkChains();
    const sections = [...this.#ofKind(KIND.DATASEC)];
    for (const id of sections) checkSection(this, elf, id);
    this.maps = readMapRequests(this, sections.filter((id) => this.name(id) === ".maps"));
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

  *#ofKind(kind: number): Generator<number> {
    for (let id = 1; id < this.count; id++) {
      if (this.#kinds[id] === kind) yield id;
    }
  }

  /** Records the offset of each type. @returns the number of types. */
  #findTypes(): number {
    const words = this.#words;
    let count = 1;
    for (let at = 0; at < words.length; count++) {
      const info = words[at + 1] ?? 0;
      const kind = info >>> 24 & 31;
      const shape = SHAPES[kind];
      if (kind === 0 || shape === undefined) return this.fail(`type ${count} is of unknown kind ${kind}`);
      this.#places[count] = at;
      this.#kinds[count] = kind;
      at += HEAD_WORDS + shape.own + (info & 0xffff) * shape.member;
      if (at > words.length) this.fail(`type ${count} ends outside the types`);
    }
    return count;
  }

  /** Checks that every name and every type id exists. One loop serves all kinds, because most of the checking time is spent here. */
  #checkNumbers(): void {
    const [words, names, count] = [this.#words, this.#strings.sizeBytes, this.count];
    for (let id = 1; id < count; id++) {
      const at = this.#places[id] ?? 0;
      const kind = this.#kinds[id] ?? 0;
      const size = words[at + 2] ?? 0;
      if ((words[at] ?? 0) >= names) this.#failName(id);
      if (REFERS >>> kind & 1 && size >= count) this.#failReference(id, size);
      const { member, name, type } = SHAPES[kind] ?? NOTHING;
      if (member > 0) {
        const end = at + HEAD_WORDS + ((words[at + 1] ?? 0) & 0xffff) * member;
        for (let m = at + HEAD_WORDS; m < end; m += member) {
          if (name >= 0 && (words[m + name] ?? 0) >= names) this.#failName(id);
          if (type >= 0 && (words[m + type] ?? 0) >= count) this.#failReference(id, words[m + type] ?? 0);
        }
      }
      if (kind === KIND.INT && (size < 1 || size > 16)) this.fail(`type ${id} is no integer`);
      if ((kind === KIND.ENUM || kind === KIND.ENUM64) && size !== 4 && size !== 8 && size !== 1 && size !== 2) {
        this.fail(`type ${id} is an enum of ${size} bytes`);
      }
      if (kind === KIND.ARRAY) {
        for (let word = 0; word < 2; word++) {
          const to = words[at + HEAD_WORDS + word] ?? 0;
          if (to >= count) this.#failReference(id, to);
        }
      }
      if (kind === KIND.FUNC && this.kind(size) !== KIND.FUNC_PROTO) {
        this.fail(`type ${id} is a function without parameters`);
      }
    }
  }

  #failName(id: number): never {
    return this.fail(`type ${id} has a name outside the strings`);
  }

  #failReference(id: number, to: number): never {
    return this.fail(`type ${id} refers to type ${to} of ${this.count}`);
  }

  /** libbpf follows chains of modifiers without a limit. Each type is visited once; its mark is the start of the walk that did. */
  #checkChains(): void {
    const marks = new Uint32Array(this.count);
    for (let start = 1; start < this.count; start++) {
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
