/**
 * Checks of an object's types: every number names a type or a string that is there, no chain of types is without an end, and
 * variables lie inside their sections.
 *
 * This is a second reader of BTF beside parse_btf.ts. It runs at every start of a guest, so it makes no object per type and no
 * string per name.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import type { ElfFile } from "./elf.ts";
import { Reader } from "./reader.ts";
import { type MapRequest, readMapRequests } from "./validate_maps.ts";
import { checkStructOps } from "./validate_struct_ops.ts";

export type { MapRequest };

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const HEAD_BYTES = 12;

/** `BTF_KIND_*` of linux/btf.h, those that are asked for by name. */
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

/** By kind, the bytes after the head: those of the type itself, those of each of its members. -1: there is no such kind. */
const OWN_BYTES = [-1, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
const MEMBER_BYTES = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

/** Kinds whose third word is the id of another type. */
const REFERS = new Set<number>([2, 8, 9, 10, 11, 12, 13, 14, 17, 18]);
/** Kinds that stand for another type: const, volatile, restrict, typedef, type tag. */
const MODIFIES = new Set<number>([8, 9, 10, 11, 18]);

/** How many arrays in arrays are followed for a size; libbpf's limit. */
const MAX_DEPTH = 32;

/** A variable in a section, as BTF has it. */
export interface SectionEntry {
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The types of one object, checked. */
export class BtfCheck {
  /** The maps of ".maps". */
  readonly maps: readonly MapRequest[];
  readonly #types: Reader;
  readonly #strings: Reader;
  /** Where each type begins; type 0 is void and has no place. */
  readonly #at: number[] = [-1];

  /** @throws {FormatError} */
  constructor(bytes: Uint8Array, elf: ElfFile) {
    const header = new Reader(bytes, "BTF");
    if (header.u16(0) !== MAGIC) header.fail(`it begins with 0x${header.u16(0).toString(16)}, not 0xeb9f`);
    const start = header.u32(4);
    if (start < HEADER_BYTES) header.fail(`a header of ${start} bytes`);
    this.#types = new Reader(header.slice(start + header.u32(8), header.u32(12)), "BTF types");
    const strings = header.slice(start + header.u32(16), header.u32(20));
    if (strings[0] !== 0 || strings.at(-1) !== 0) header.fail("its strings do not begin and end with a NUL");
    this.#strings = new Reader(strings, "BTF strings");
    this.#findTypes();
    for (let id = 1; id < this.#at.length; id++) this.#checkType(id);
    this.#checkChains();
    this.#checkSections(elf);
    this.maps = readMapRequests(this);
  }

  get count(): number {
    return this.#at.length;
  }

  /** One of {@link KIND}, or another number; 0 for void. */
  kind(id: number): number {
    return id === 0 ? 0 : this.#types.u32(this.#place(id) + 4) >>> 24 & 31;
  }

  /** How many members, values, parameters or variables a type has. */
  length(id: number): number {
    return id === 0 ? 0 : this.#types.u32(this.#place(id) + 4) & 0xffff;
  }

  /** The third word: a size, or the id of another type. */
  sizeOrType(id: number): number {
    return this.#types.u32(this.#place(id) + 8);
  }

  name(id: number): string {
    return this.#strings.string(this.#types.u32(this.#place(id)));
  }

  /** Word `word` of member `index`, whose members have `words` words. */
  member(id: number, index: number, word: number, words = 3): number {
    return this.#types.u32(this.#place(id) + HEAD_BYTES + (index * words + word) * 4);
  }

  memberName(id: number, index: number, words = 3): string {
    return this.#strings.string(this.member(id, index, 0, words));
  }

  /** The element's type and the length of array `id`. */
  array(id: number): { element: number; length: number } {
    return { element: this.member(id, 0, 0), length: this.member(id, 0, 2) };
  }

  /** What is under modifiers and typedefs. */
  resolve(id: number): number {
    let under = id;
    while (MODIFIES.has(this.kind(under))) under = this.sizeOrType(under);
    return under;
  }

  /** The size that libbpf computes for a type; undefined where it computes none. */
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

  /** The ids of all sections of this name. */
  *sectionsNamed(name: string): Generator<number> {
    for (let id = 1; id < this.count; id++) {
      if (this.kind(id) === KIND.DATASEC && this.name(id) === name) yield id;
    }
  }

  /** The variables of a section. */
  *entries(id: number): Generator<SectionEntry> {
    for (let i = 0; i < this.length(id); i++) {
      yield { type: this.member(id, i, 0), offset: this.member(id, i, 1), sizeBytes: this.member(id, i, 2) };
    }
  }

  /** @throws {FormatError} always. */
  fail(problem: string): never {
    return this.#types.fail(problem);
  }

  #place(id: number): number {
    return this.#at[id] ?? this.fail(`type ${id} of ${this.count}`);
  }

  #findTypes(): void {
    const types = this.#types;
    for (let at = 0; at < types.sizeBytes;) {
      const info = types.u32(at + 4);
      const kind = info >>> 24 & 31;
      const own = OWN_BYTES[kind] ?? -1;
      if (own < 0) this.fail(`type ${this.count} is of unknown kind ${kind}`);
      this.#at.push(at);
      const sizeBytes = HEAD_BYTES + own + (info & 0xffff) * (MEMBER_BYTES[kind] ?? 0);
      types.slice(at, sizeBytes);
      at += sizeBytes;
    }
  }

  #checkType(id: number): void {
    this.#checkName(id, this.#types.u32(this.#place(id)));
    const kind = this.kind(id);
    if (REFERS.has(kind)) this.#checkReference(id, this.sizeOrType(id));
    switch (kind) {
      case KIND.INT:
        if (this.sizeOrType(id) < 1 || this.sizeOrType(id) > 16) this.fail(`type ${id} is no integer`);
        break;
      case KIND.ENUM:
      case KIND.ENUM64:
        if (![1, 2, 4, 8].includes(this.sizeOrType(id))) {
          this.fail(`type ${id} is an enum of ${this.sizeOrType(id)} bytes`);
        }
        this.#checkMembers(id, kind === KIND.ENUM ? 2 : 3, undefined);
        break;
      case KIND.ARRAY:
        this.#checkReference(id, this.member(id, 0, 0));
        this.#checkReference(id, this.member(id, 0, 1));
        break;
      case KIND.STRUCT:
      case KIND.UNION:
        this.#checkMembers(id, 3, 1);
        break;
      case KIND.FUNC:
        if (this.kind(this.sizeOrType(id)) !== KIND.FUNC_PROTO) {
          this.fail(`type ${id} is a function without parameters`);
        }
        break;
      case KIND.FUNC_PROTO:
        this.#checkMembers(id, 2, 1);
        break;
      case KIND.DATASEC:
        for (const { type } of this.entries(id)) this.#checkReference(id, type);
        break;
    }
  }

  #checkMembers(id: number, words: number, typeWord: number | undefined): void {
    for (let i = 0; i < this.length(id); i++) {
      this.#checkName(id, this.member(id, i, 0, words));
      if (typeWord !== undefined) this.#checkReference(id, this.member(id, i, typeWord, words));
    }
  }

  #checkName(id: number, offset: number): void {
    if (offset >= this.#strings.sizeBytes) this.fail(`the name of type ${id} is at byte ${offset} of the strings`);
  }

  #checkReference(id: number, to: number): void {
    if (to >= this.count) this.fail(`type ${id} refers to type ${to} of ${this.count}`);
  }

  /** libbpf follows chains of modifiers without counting. Each type is looked at once: a mark says during which walk. */
  #checkChains(): void {
    const marks = new Uint32Array(this.count);
    for (let start = 1; start < this.count; start++) {
      for (let id = start; marks[id] === 0 && MODIFIES.has(this.kind(id));) {
        marks[id] = start;
        id = this.sizeOrType(id);
        if (marks[id] === start) this.fail(`type ${start} is a loop of modifiers`);
      }
    }
  }

  #checkSections(elf: ElfFile): void {
    const sizes = new Map(elf.sections.map(({ name, sizeBytes }) => [name, sizeBytes]));
    for (let id = 1; id < this.count; id++) {
      if (this.kind(id) !== KIND.DATASEC) continue;
      const section = this.name(id);
      const sizeBytes = sizes.get(section);
      for (const entry of this.entries(id)) {
        this.#checkEntry(section, entry);
        if (sizeBytes !== undefined && (entry.sizeBytes > sizeBytes || entry.offset > sizeBytes - entry.sizeBytes)) {
          this.fail(`variable "${this.name(entry.type)}" ends outside section "${section}"`);
        }
      }
      if (/^\??\.struct_ops(\.link)?$/.test(section)) checkStructOps(this, elf, section, id);
    }
  }

  #checkEntry(section: string, { type }: SectionEntry): void {
    const kind = this.kind(type);
    const isFunction = kind === KIND.FUNC && (section === ".ksyms" || section === ".kconfig");
    if (kind !== KIND.VAR && !isFunction) this.fail(`type ${type} in section "${section}" is no variable`);
    if (section === ".kconfig" && kind === KIND.VAR) this.#checkKconfig(type);
  }

  /** libbpf computes the alignment of such a variable before it looks at its type, and walks structs without end. */
  #checkKconfig(variable: number): void {
    let type = this.resolve(this.sizeOrType(variable));
    if (this.kind(type) === KIND.ARRAY) type = this.resolve(this.array(type).element);
    const kind = this.kind(type);
    const fits = kind === KIND.INT || kind === KIND.ENUM || (kind === KIND.ENUM64 && this.sizeOrType(type) === 8);
    if (!fits) this.fail(`variable "${this.name(variable)}" in section ".kconfig" is no integer, enum or text`);
    if ((this.sizeOf(variable) ?? 0) > MAX_KCONFIG_BYTES) {
      this.fail(`variable "${this.name(variable)}" in section ".kconfig" has more than ${MAX_KCONFIG_BYTES} bytes`);
    }
  }
}

/** libbpf adds the sizes up in 32 bits; no line of a kernel's configuration is longer than a page. */
const MAX_KCONFIG_BYTES = 4096;

function isSized(kind: number): boolean {
  return kind === KIND.INT || kind === KIND.STRUCT || kind === KIND.UNION || kind === KIND.ENUM ||
    kind === KIND.DATASEC || kind === KIND.FLOAT || kind === KIND.ENUM64;
}
