/**
 * Builds BTF and objects that compilers seldom or never write.
 *
 * @module
 */

/** The kind numbers of `linux/btf.h`. */
const KIND = {
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func_proto: 13,
  var: 14,
  datasec: 15,
  float: 16,
  decl_tag: 17,
  type_tag: 18,
  enum64: 19,
} as const;

/** A member: name, type, offset in bits, width of a bit-field. */
export type RawMember = readonly [name: string, type: number, bitOffset: number, bitSize?: number];

/** Collects types. Each method returns the id of the new type. */
export class RawBtf {
  readonly #words: number[] = [];
  readonly #strings: number[] = [0];
  readonly #offsets = new Map([["", 0]]);
  #count = 0;

  int(name: string, sizeBytes: number, encoding: "signed" | "char" | "bool" | "unsigned" = "signed"): number {
    const bits = { unsigned: 0, signed: 1, char: 2, bool: 4 }[encoding];
    return this.#add("int", name, 0, sizeBytes, [(bits << 24) | (sizeBytes * 8)]);
  }

  float(name: string, sizeBytes: number): number {
    return this.#add("float", name, 0, sizeBytes);
  }

  /** A typedef, modifier or pointer. */
  on(kind: "ptr" | "typedef" | "const" | "volatile" | "restrict" | "type_tag", target: number, name = ""): number {
    return this.#add(kind, name, 0, target);
  }

  /** A tag of a type, or of its component `component`. */
  tag(target: number, name: string, component = -1): number {
    return this.#add("decl_tag", name, 0, target, [component]);
  }

  forward(name: string): number {
    return this.#add("fwd", name, 0, 0);
  }

  /** The type of a function, with unnamed parameters. */
  prototype(returns: number, parameters: readonly number[]): number {
    return this.#add("func_proto", "", parameters.length, returns, parameters.flatMap((type) => [0, type]));
  }

  array(element: number, length: number): number {
    return this.#add("array", "", 0, 0, [element, element, length]);
  }

  struct(name: string, sizeBytes: number, members: readonly RawMember[], kind: "struct" | "union" = "struct"): number {
    const hasBitFields = members.some(([, , , bitSize]) => bitSize !== undefined);
    const words = members.flatMap(([name, type, bitOffset, bitSize = 0]) => [
      this.#string(name),
      type,
      bitOffset | (bitSize << 24),
    ]);
    return this.#add(kind, name, members.length, sizeBytes, words, hasBitFields);
  }

  enum(name: string, sizeBytes: number, values: Readonly<Record<string, number>>, signed = false): number {
    const entries = Object.entries(values);
    const words = entries.flatMap(([name, value]) => [this.#string(name), value]);
    return this.#add("enum", name, entries.length, sizeBytes, words, signed);
  }

  enum64(name: string, values: Readonly<Record<string, bigint>>, signed = false): number {
    const entries = Object.entries(values);
    const words = entries.flatMap(([name, value]) => [
      this.#string(name),
      Number(BigInt.asUintN(32, value)),
      Number(BigInt.asUintN(32, value >> 32n)),
    ]);
    return this.#add("enum64", name, entries.length, 8, words, signed);
  }

  /** A section of variables: name, type, offset, size in bytes. */
  section(name: string, variables: readonly (readonly [string, number, number, number])[]): number {
    const words = variables.flatMap(([name, type, offset, sizeBytes]) => [
      this.#add("var", name, 0, type, [1]),
      offset,
      sizeBytes,
    ]);
    return this.#add("datasec", name, variables.length, 0, words);
  }

  /** The `.BTF` section. */
  bytes(): Uint8Array<ArrayBuffer> {
    const typesSize = this.#words.length * 4;
    const words = Uint32Array.of(0x0001eb9f, 24, 0, typesSize, typesSize, this.#strings.length);
    const bytes = new Uint8Array(24 + typesSize + this.#strings.length);
    bytes.set(new Uint8Array(words.buffer));
    bytes.set(new Uint8Array(Uint32Array.from(this.#words).buffer), 24);
    bytes.set(this.#strings, 24 + typesSize);
    return bytes;
  }

  /** An object with these types, and for each name a section of `sizeBytes` zeros. */
  object(sections: Readonly<Record<string, number>> = {}): Uint8Array<ArrayBuffer> {
    const contents: [name: string, type: number, flags: number, bytes: Uint8Array, link: number][] = [
      ["", 0, 0, new Uint8Array(0), 0],
      [".strtab", 3, 0, new Uint8Array(0), 0],
      [".symtab", 2, 0, new Uint8Array(24), 1],
      [".BTF", 1, 0, this.bytes(), 0],
      ...Object.entries(sections).map(([name, size]) =>
        [name, 1, 3, new Uint8Array(size), 0] satisfies [string, number, number, Uint8Array, number]
      ),
    ];
    const names = new TextEncoder().encode(contents.map(([name]) => `${name}\0`).join(""));
    contents[1] = [".strtab", 3, 0, names, 0];
    const table = 64 + contents.reduce((size, [, , , bytes]) => size + Math.ceil(bytes.length / 8) * 8, 0);
    const file = new Uint8Array(table + contents.length * 64);
    const view = new DataView(file.buffer);
    file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    view.setUint16(0x10, 1, true);
    view.setUint16(0x12, 247, true);
    view.setBigUint64(0x28, BigInt(table), true);
    view.setUint16(0x3a, 64, true);
    view.setUint16(0x3c, contents.length, true);
    view.setUint16(0x3e, 1, true);
    let at = 64;
    let nameAt = 0;
    for (const [i, [name, type, flags, bytes, link]] of contents.entries()) {
      file.set(bytes, at);
      const header = table + i * 64;
      [nameAt, type, flags, 0, 0, 0, at, 0, bytes.length, 0, link].forEach((word, j) =>
        view.setUint32(header + j * 4, word, true)
      );
      at += Math.ceil(bytes.length / 8) * 8;
      nameAt += new TextEncoder().encode(name).length + 1;
    }
    return file;
  }

  #add(
    kind: keyof typeof KIND,
    name: string,
    count: number,
    sizeOrType: number,
    more: readonly number[] = [],
    flag = false,
  ): number {
    const info = ((flag ? 1 << 31 : 0) | (KIND[kind] << 24) | count) >>> 0;
    this.#words.push(this.#string(name), info, sizeOrType >>> 0);
    for (const word of more) this.#words.push(word >>> 0);
    return ++this.#count;
  }

  #string(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#strings.length;
      this.#offsets.set(text, offset);
      for (const byte of new TextEncoder().encode(`${text}\0`)) this.#strings.push(byte);
    }
    return offset;
  }
}
