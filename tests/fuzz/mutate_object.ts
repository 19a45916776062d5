/**
 * Mutates objects by their structure: headers, symbols, relocations, types, records about code, instructions and names.
 *
 * @module
 */

import { parseElf, SECTION_TYPE } from "../../object/elf/elf.ts";
import { Random } from "../../object/testdata/damage.ts";

/** A number in a file. Numbers of one kind can replace each other. */
interface Field {
  readonly at: number;
  readonly bytes: number;
  readonly kind: string;
}

const HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;

/** The sizes of the fields of a file's header, of a section's header, of a symbol and of a relocation. */
const FILE_FIELDS = [16, 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2];
const SECTION_FIELDS = [4, 4, 8, 8, 8, 8, 4, 4, 8, 8];
const SYMBOL_FIELDS = [4, 1, 1, 2, 8, 8];
const RELOCATION_FIELDS = [8, 4, 4];

/** Values that programs often handle badly. */
const NASTY = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  16,
  24,
  0x7f,
  0x80,
  0xff,
  0xffff,
  0xfff1,
  0xfff2,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  0xfffffff8,
];

/** Names that libbpf treats specially. */
const WORDS = [
  ".maps",
  ".data",
  ".bss",
  ".rodata",
  ".data.x",
  ".text",
  ".kconfig",
  ".ksyms",
  ".BTF",
  ".BTF.ext",
  ".struct_ops",
  ".struct_ops.link",
  "?.struct_ops",
  ".rel.maps",
  ".rel.struct_ops",
  ".addr_space.1",
  "license",
  "version",
  "maps",
  "type",
  "key",
  "value",
  "values",
  "key_size",
  "value_size",
  "max_entries",
  "map_flags",
  "map_extra",
  "numa_node",
  "pinning",
  "LINUX_KERNEL_VERSION",
  "__bpf_usdt_specs",
  "__bpf_usdt_ip_to_spec_id",
  "raw_tp/x",
  "iter/task",
  "struct_ops",
  "freplace/x",
  "exception_callback:x",
  "decl_tag",
  "libbpf_tristate",
  "__x",
  "task_struct",
];

/** An object to mutate. Its fields are found once. */
export class MutableObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #kinds: ReadonlyMap<string, readonly Field[]>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#kinds = Map.groupBy(fieldsOf(bytes), ({ kind }) => kind);
  }

  /** A copy with a few changes. */
  mutate(random: Random): Uint8Array<ArrayBuffer> {
    let copy = this.bytes.slice();
    const changes = 1 + random.below(3) * random.below(3);
    for (let i = 0; i < changes; i++) {
      if (random.below(12) === 0) copy = moveSection(copy, random);
      else if (random.below(40) === 0) copy = addSection(copy, random);
      else this.#change(copy, random);
    }
    return random.below(100) === 0 ? copy.slice(0, random.below(copy.length)) : copy;
  }

  #change(copy: Uint8Array<ArrayBuffer>, random: Random): void {
    const kinds = [...this.#kinds.values()];
    const fields = of(kinds, random);
    const field = fields && of(fields, random);
    if (field === undefined) return;
    if (field.kind === "name") writeName(copy, field.at, random);
    else write(copy, field, this.#value(copy, field, random));
  }

  #value(copy: Uint8Array<ArrayBuffer>, field: Field, random: Random): bigint {
    const old = read(copy, field);
    switch (random.below(6)) {
      case 0:
        return BigInt(of(NASTY, random) ?? 0);
      case 1:
        return old + BigInt(random.below(17) - 8);
      case 2:
        return old ^ 1n << BigInt(random.below(field.bytes * 8));
      case 3:
        return BigInt(random.below(100));
      case 4:
        return -BigInt(random.below(100));
      default: {
        const other = of(this.#kinds.get(field.kind) ?? [], random);
        return other === undefined ? old : read(copy, other);
      }
    }
  }
}

function of<T>(values: readonly T[], random: Random): T | undefined {
  return values[random.below(values.length)];
}

function read(bytes: Uint8Array, { at, bytes: count }: Field): bigint {
  let value = 0n;
  for (let i = count; i-- > 0;) value = value << 8n | BigInt(bytes[at + i] ?? 0);
  return value;
}

function write(bytes: Uint8Array, { at, bytes: count }: Field, value: bigint): void {
  for (let i = 0; i < count && at + i < bytes.length; i++) bytes[at + i] = Number(value >> BigInt(8 * i) & 255n);
}

/** Writes a name over another. It may end in a later one, or without an end of its own. */
function writeName(bytes: Uint8Array, at: number, random: Random): void {
  const word = of(WORDS, random) ?? "";
  const ended = random.below(4) > 0 ? `${word}\0` : word;
  for (let i = 0; i < ended.length && at + i < bytes.length; i++) bytes[at + i] = ended.charCodeAt(i);
}

/** The numbers and names of a valid object. */
function fieldsOf(bytes: Uint8Array<ArrayBuffer>): Field[] {
  const { sections } = parseElf(bytes);
  const fields: Field[] = [];
  const table = (at: number, sizes: readonly number[], kind: string) => {
    for (const [index, size] of sizes.entries()) {
      if (size <= 8) fields.push({ at, bytes: size, kind: `${kind} ${index}` });
      at += size;
    }
  };
  table(0, FILE_FIELDS, "file");
  const headers = Number(new DataView(bytes.buffer).getBigUint64(0x28, true));
  for (const { index, name, type, offset, bytes: { length } } of sections) {
    table(headers + index * HEADER_BYTES, SECTION_FIELDS, "section");
    const repeated = (size: number, sizes: readonly number[], kind: string) => {
      for (let at = 0; at + size <= length; at += size) table(offset + at, sizes, kind);
    };
    if (type === SECTION_TYPE.SYMTAB) repeated(SYMBOL_BYTES, SYMBOL_FIELDS, "symbol");
    else if (type === SECTION_TYPE.REL) repeated(RELOCATION_BYTES, RELOCATION_FIELDS, `relocation ${name}`);
    else if (type === SECTION_TYPE.STRTAB) fields.push(...namesIn(bytes, offset, length));
    else if (name === ".BTF") fields.push(...btfFields(bytes, offset));
    else if (name === ".BTF.ext") {
      fields.push(...words(offset, Math.min(length, 32), "ext header"), ...words(offset + 32, length - 32, "ext"));
    } else if (length > 0) fields.push(...words(offset, length, "content"));
  }
  return fields;
}

function words(at: number, length: number, kind: string): Field[] {
  return Array.from({ length: Math.max(0, Math.floor(length / 4)) }, (_, i) => ({ at: at + 4 * i, bytes: 4, kind }));
}

function namesIn(bytes: Uint8Array, from: number, length: number): Field[] {
  const names: Field[] = [];
  for (let at = from; at < from + length - 1; at++) {
    if (bytes[at] === 0) names.push({ at: at + 1, bytes: 1, kind: "name" });
  }
  return names;
}

/** The kinds of BTF with further words, and the number of words of each member. */
const MEMBER_WORDS: Readonly<Record<number, number>> = { 4: 3, 5: 3, 6: 2, 13: 2, 15: 3, 19: 3 };
const OWN_WORDS: Readonly<Record<number, number>> = { 1: 1, 3: 3, 14: 1, 17: 1 };

/** The numbers of BTF by their meaning: those of each kind of type have kinds of their own. */
function btfFields(bytes: Uint8Array<ArrayBuffer>, start: number): Field[] {
  const view = new DataView(bytes.buffer);
  const word = (at: number) => view.getUint32(start + at, true);
  const types = word(4) + word(8);
  const fields = words(start, 24, "btf header");
  for (let at = types; at < types + word(12);) {
    const kind = word(at + 4) >>> 24 & 31;
    const own = OWN_WORDS[kind] ?? 0;
    const member = MEMBER_WORDS[kind] ?? 0;
    const members = word(at + 4) & 0xffff;
    const push = (offset: number, name: string) => fields.push({ at: start + offset, bytes: 4, kind: name });
    push(at, "btf name");
    push(at + 4, "btf info");
    push(at + 8, `btf size or type ${kind}`);
    at += 12;
    for (let i = 0; i < own; i++, at += 4) push(at, `btf own ${kind} ${i}`);
    for (let i = 0; i < members * member; i++, at += 4) push(at, `btf member ${kind} ${i % member}`);
  }
  const strings = word(4) + word(16);
  fields.push(...namesIn(bytes, start + strings, word(20)));
  return fields;
}

/** Copies a section to the end of the file, and makes it longer or shorter there. */
function moveSection(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  const table = tableOf(bytes);
  if (table === undefined) return bytes;
  const header = table.at + random.below(table.count) * HEADER_BYTES;
  const from = Number(view.getBigUint64(header + 24, true));
  const size = Number(view.getBigUint64(header + 32, true));
  if (from > bytes.length || size > bytes.length - from) return bytes;
  const content = bytes.slice(from, from + size);
  const delta = of([-24, -16, -12, -8, -4, -1, 1, 4, 8, 12, 16, 24, size, -size], random) ?? 0;
  const wanted = Math.max(0, size + delta);
  // Not always aligned.
  const start = bytes.length + random.below(4) * random.below(9);
  const longer = new Uint8Array(start + wanted);
  longer.set(bytes);
  for (let i = 0; i < wanted; i++) longer[start + i] = content[i % Math.max(1, size)] ?? 0;
  const at = new DataView(longer.buffer);
  at.setBigUint64(header + 24, BigInt(start), true);
  at.setBigUint64(header + 32, BigInt(wanted), true);
  return longer;
}

/** Adds a section: a copy of another's header, in a table at the end of the file. */
function addSection(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const table = tableOf(bytes);
  if (table === undefined) return bytes;
  const length = table.count * HEADER_BYTES;
  const longer = new Uint8Array(bytes.length + length + HEADER_BYTES);
  longer.set(bytes);
  longer.set(bytes.subarray(table.at, table.at + length), bytes.length);
  const copied = table.at + random.below(table.count) * HEADER_BYTES;
  longer.set(bytes.subarray(copied, copied + HEADER_BYTES), bytes.length + length);
  const view = new DataView(longer.buffer);
  view.setBigUint64(0x28, BigInt(bytes.length), true);
  view.setUint16(0x3c, table.count + 1, true);
  return longer;
}

function tableOf(bytes: Uint8Array<ArrayBuffer>): { at: number; count: number } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer);
  const at = Number(view.getBigUint64(0x28, true));
  const count = view.getUint16(0x3c, true);
  return count === 0 || at > bytes.length - count * HEADER_BYTES ? undefined : { at, count };
}
