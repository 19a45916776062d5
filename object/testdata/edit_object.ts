/**
 * Edits objects for tests: symbols, section headers, types and instructions, by name.
 *
 * @module
 */

import { type ElfFile, type ElfSection, parseElf, SYMBOL_TYPE } from "../elf/elf.ts";

const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const SYMTAB = 2;

/** The offsets of the fields of a section header. */
const HEADER = { name: 0, type: 4, flags: 8, offset: 24, size: 32, link: 40, info: 44, entrySize: 56 } as const;

/** By kind of BTF type: the number of bytes after the header, and that of each member. */
const OWN_BYTES = [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
const MEMBER_BYTES = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

/** A copy of an object that can be edited. */
export class ObjectEditor {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #elf: ElfFile;

  constructor(object: Uint8Array) {
    this.bytes = Uint8Array.from(object);
    this.#view = new DataView(this.bytes.buffer);
    this.#elf = parseElf(object);
  }

  /** Sets a field of the header of a section. */
  header(section: string, field: keyof typeof HEADER, value: number): this {
    const at = Number(this.#view.getBigUint64(0x28, true)) + this.#section(section).index * SECTION_HEADER_BYTES;
    if (field === "offset" || field === "size" || field === "entrySize") {
      this.#view.setBigUint64(at + HEADER[field], BigInt(value), true);
    } else {
      this.#view.setUint32(at + HEADER[field], value, true);
    }
    return this;
  }

  /** Sets the value, the size, the type and binding, or the section of a symbol. */
  symbol(
    name: string,
    { value, size, info, section }: { value?: bigint; size?: bigint; info?: number; section?: string },
  ): this {
    const at = this.#symbolAt(this.symbolIndex(name));
    if (value !== undefined) this.#view.setBigUint64(at + 8, BigInt.asUintN(64, value), true);
    if (size !== undefined) this.#view.setBigUint64(at + 16, BigInt.asUintN(64, size), true);
    if (info !== undefined) this.#view.setUint8(at + 4, info);
    if (section !== undefined) this.#view.setUint16(at + 6, this.#section(section).index, true);
    return this;
  }

  /** Sets the value of the symbol that stands for a section. */
  sectionSymbol(section: string, value: bigint): this {
    const { index } = this.#section(section);
    const symbol = this.#elf.symbols.findIndex((symbol) =>
      symbol.type === SYMBOL_TYPE.SECTION && symbol.section === index
    );
    if (symbol < 0) throw new Error(`no symbol for section ${section}`);
    this.#view.setBigUint64(this.#symbolAt(symbol) + 8, value, true);
    return this;
  }

  /** Sets the offset or the symbol of relocation `index` of a relocation section. */
  relocation(section: string, index: number, { offset, symbol }: { offset?: bigint; symbol?: number }): this {
    const at = this.#section(section).offset + index * RELOCATION_BYTES;
    if (offset !== undefined) this.#view.setBigUint64(at, BigInt.asUintN(64, offset), true);
    if (symbol !== undefined) this.#view.setUint32(at + 12, symbol, true);
    return this;
  }

  /** Sets 32 bits of a section's bytes. */
  word(section: string, at: number, value: number): this {
    this.#view.setUint32(this.#section(section).offset + at, value >>> 0, true);
    return this;
  }

  /** Sets the source register (`src_reg`) and the immediate of an instruction. */
  instruction(section: string, index: number, { register, number }: { register?: number; number?: number }): this {
    const at = this.#section(section).offset + index * 8;
    if (register !== undefined) this.#view.setUint8(at + 1, (this.bytes[at + 1] ?? 0) & 15 | register << 4);
    if (number !== undefined) this.#view.setInt32(at + 4, number, true);
    return this;
  }

  /** The offset of the first CO-RE relocation in `.BTF.ext`: after the size of records, and the head of a section's. */
  coreRelocation(): number {
    const { offset } = this.#section(".BTF.ext");
    return this.#view.getUint32(offset + 4, true) + this.#view.getUint32(offset + 24, true) + 12;
  }

  /** Sets the opcode of an instruction. */
  code(section: string, index: number, opcode: number): this {
    this.#view.setUint8(this.#section(section).offset + index * 8, opcode);
    return this;
  }

  /** Sets word `word` of the first type of this kind and name: 1 is kind and length, 2 size or type, 3 and up the data of the kind. */
  type(kind: number, name: string, word: number, value: number): this {
    return this.word(".BTF", this.#type(kind, name).at + word * 4, value);
  }

  /** The id of the first type of this kind and name. */
  typeId(kind: number, name: string): number {
    return this.#type(kind, name).id;
  }

  /** The offset of a section's name in the string table, for the header of another section. */
  sectionName(section: string): number {
    const at = Number(this.#view.getBigUint64(0x28, true)) + this.#section(section).index * SECTION_HEADER_BYTES;
    return this.#view.getUint32(at, true);
  }

  symbolIndex(name: string): number {
    const index = this.#elf.symbols.findIndex((symbol) => symbol.name === name);
    if (index < 0) throw new Error(`no symbol ${name}`);
    return index;
  }

  #symbolAt(index: number): number {
    const table = this.#elf.sections.find(({ type }) => type === SYMTAB);
    return (table?.offset ?? 0) + index * SYMBOL_BYTES;
  }

  #section(wanted: string): ElfSection {
    const section = this.#elf.sections.find(({ name }) => name === wanted);
    if (section === undefined) throw new Error(`no section ${wanted}`);
    return section;
  }

  #type(kind: number, name: string): { id: number; at: number } {
    const { offset } = this.#section(".BTF");
    const word = (at: number) => this.#view.getUint32(offset + at, true);
    const [types, end, strings] = [word(4) + word(8), word(4) + word(8) + word(12), word(4) + word(16)];
    for (let at = types, id = 1; at < end; id++) {
      const itsKind = word(at + 4) >>> 24 & 31;
      if (itsKind === kind && this.#text(offset + strings + word(at)) === name) return { id, at };
      at += 12 + (OWN_BYTES[itsKind] ?? 0) + (word(at + 4) & 0xffff) * (MEMBER_BYTES[itsKind] ?? 0);
    }
    throw new Error(`no type ${name}`);
  }

  #text(at: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, this.bytes.indexOf(0, at)));
  }
}
