/**
 * Finds records that a guest for wasm32 shares with its BPF programs but lays out differently: there, `long` and pointers have 32
 * bits.
 *
 * @module
 */

import { selectTypes } from "../../codegen/mod.ts";
import { innermostFirst } from "../../object/btf/containment.ts";
import { Layouts } from "../../object/btf/layout.ts";
import type { Btf } from "../../object/btf/btf.ts";
import type { BtfMember, BtfStruct, BtfType, TypeId } from "../../object/btf/types.ts";
import { findObjects } from "../../object/embedded_objects.ts";
import { parseObject } from "../../object/object.ts";
import { parseModule } from "../../wasm/module.ts";
import { isWasm } from "../../wasm/sections.ts";
import type { RecordLayout } from "./record_layouts.ts";

/** A record of a BPF program that the same C declaration would lay out differently for wasm32. */
export interface SharedRecord {
  /** Its name in clang's output. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly bitOffsets: readonly number[];
  /** The first member that has another size on wasm32. */
  readonly member: string;
  readonly type: string;
  /** A type that has the same size on both sides. */
  readonly instead: string;
}

/** The records of the objects in a module, or in a relocatable file, that a declaration may lay out differently. */
export function findSharedRecords(bytes: Uint8Array): SharedRecord[] {
  if (!isWasm(bytes)) return [];
  return findObjects(parseModule(bytes).data).flatMap(({ bytes: object }) => {
    const info = parseObject(object);
    if (info.btf === undefined) return [];
    return new Comparison(info.btf).of(selectTypes(info, info.btf, { all: true }));
  });
}

/** The line about the first record that the guest lays out differently; undefined if there is none. */
export function describeDifference(
  records: readonly SharedRecord[],
  layouts: readonly RecordLayout[],
): string | undefined {
  for (const record of records) {
    const other = layouts.find((layout) => layout.name === record.name && differs(record, layout));
    if (other === undefined) continue;
    const { name, member, type, instead } = record;
    return `${name} has ${other.sizeBytes} bytes in the guest and ${record.sizeBytes} in the BPF program: ` +
      `its member "${member}" (${type}) is smaller on wasm32 (hint: make it ${instead} on both sides, ` +
      `include the header of wasm-bpf gen types, or compile for wasm64)`;
  }
  return undefined;
}

/**
 * The line about the first record of a BPF program's source that the guest lays out differently; undefined if there is none. It
 * covers records of local variables, which BTF lacks.
 */
export function describeSourceDifference(
  own: readonly RecordLayout[],
  layouts: readonly RecordLayout[],
): string | undefined {
  for (const record of own) {
    const other = layouts.find((layout) => layout.name === record.name && differs(record, layout));
    if (other === undefined) continue;
    const index = record.bitOffsets.findIndex((offset, i) => offset !== other.bitOffsets[i]);
    const member = index < 0
      ? `the size of "${record.memberNames.at(-1)}"`
      : `the place of "${record.memberNames[index]}"`;
    return `${record.name} has ${other.sizeBytes} bytes in the guest and ${record.sizeBytes} in the BPF program: ` +
      `${member} differs (hint: on both sides, give members of type long, size_t or pointer a type of fixed size such as ` +
      `__u64, or compile for wasm64)`;
  }
  return undefined;
}

function differs(record: Pick<RecordLayout, "sizeBytes" | "bitOffsets">, layout: RecordLayout): boolean {
  return record.sizeBytes !== layout.sizeBytes || record.bitOffsets.length !== layout.bitOffsets.length ||
    record.bitOffsets.some((offset, index) => offset !== layout.bitOffsets[index]);
}

/** Compares the layouts of the types of one object on both targets. */
class Comparison {
  readonly #btf: Btf;
  readonly #kernel: Layouts;
  readonly #wasm32: Layouts;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#kernel = new Layouts(btf, "bpf");
    this.#wasm32 = new Layouts(btf, "wasm32");
  }

  of(ids: readonly TypeId[]): SharedRecord[] {
    const seen = new Set<TypeId>();
    const isSeen = (part: TypeId) => seen.has(part) || !this.#hasSize(part);
    return ids.flatMap((id) => innermostFirst(this.#btf, id, isSeen)).flatMap((part) => {
      seen.add(part);
      const type = this.#btf.resolve(part);
      const name = this.#nameOf(part, type);
      if ((type.kind !== "struct" && type.kind !== "union") || name === undefined) return [];
      const member = type.members.find((one) => this.#shrinks(one));
      return member === undefined ? [] : [this.#record(name, type, member)];
    });
  }

  #record(name: string, struct: BtfStruct, first: BtfMember): SharedRecord {
    const { sizeBytes, bitOffsets } = this.#kernel.ofStruct(struct);
    const { path, type } = this.#innermost(first);
    const isSigned = type.kind === "int" && type.signed;
    return {
      name,
      sizeBytes,
      bitOffsets,
      member: path,
      type: type.kind === "ptr" ? "pointer" : type.name,
      instead: isSigned ? "__s64" : "__u64",
    };
  }

  /** The number or pointer that makes a member smaller, and its path. */
  #innermost({ name, type: id }: BtfMember): { path: string; type: BtfType } {
    const type = this.#elementOf(id);
    const inner = type.kind === "struct" || type.kind === "union"
      ? type.members.find((one) => this.#shrinks(one))
      : undefined;
    if (inner === undefined) return { path: name, type };
    const found = this.#innermost(inner);
    return { ...found, path: name === "" ? found.path : `${name}.${found.path}` };
  }

  #shrinks({ type }: BtfMember): boolean {
    return this.#kernel.of(type).sizeBytes !== this.#wasm32.of(type).sizeBytes;
  }

  #elementOf(id: TypeId): BtfType {
    const type = this.#btf.resolve(id);
    return type.kind === "array" ? this.#elementOf(type.element) : type;
  }

  /** Functions and void have no size. */
  #hasSize(id: TypeId): boolean {
    const { kind } = this.#btf.resolve(id);
    return kind !== "void" && kind !== "func_proto" && kind !== "fwd" && kind !== "func";
  }

  /** The name that clang gives a record: its own, or that of the typedef for one without a name. */
  #nameOf(id: TypeId, type: BtfType): string | undefined {
    if (type.name !== "") return `${type.kind} ${type.name}`;
    let last: string | undefined;
    for (let one = this.#btf.skipModifiers(id); one.kind === "typedef"; one = this.#btf.skipModifiers(one.target)) {
      last = one.name;
    }
    return last;
  }
}
