/**
 * Checks of the variables that an object's types place in sections: they lie inside their section, and libbpf can handle them.
 *
 * @module
 */

import type { ElfFile } from "../elf/elf.ts";
import { isStructOps } from "../elf/sections.ts";
import { type BtfCheck, KIND, type SectionEntry } from "./btf_check.ts";
import { checkStructOps } from "./check_struct_ops.ts";

/** A limit, because libbpf adds the sizes up in 32 bits. No value of a kernel's configuration is longer than a page. */
const MAX_KCONFIG_BYTES = 4096;

/** Checks the variables of section `id`. @throws {FormatError} */
export function checkSection(btf: BtfCheck, elf: ElfFile, id: number): void {
  const name = btf.name(id);
  const sizeBytes = elf.sections.find((section) => section.name === name)?.sizeBytes;
  for (const entry of btf.entries(id)) {
    checkEntry(btf, name, entry);
    if (sizeBytes !== undefined && (entry.sizeBytes > sizeBytes || entry.offset > sizeBytes - entry.sizeBytes)) {
      btf.fail(`variable "${btf.name(entry.type)}" ends outside section "${name}"`);
    }
  }
  if (isStructOps(name)) checkStructOps(btf, elf, name, id);
}

function checkEntry(btf: BtfCheck, section: string, { type }: SectionEntry): void {
  const kind = btf.kind(type);
  const isFunction = kind === KIND.FUNC && (section === ".ksyms" || section === ".kconfig");
  if (kind !== KIND.VAR && !isFunction) btf.fail(`type ${type} in section "${section}" is not a variable`);
  if (section === ".kconfig" && kind === KIND.VAR) checkKconfig(btf, type);
}

/** libbpf computes the alignment of such a variable before it checks the type, and walks nested structs without a limit. */
function checkKconfig(btf: BtfCheck, variable: number): void {
  let type = btf.resolve(btf.sizeOrType(variable));
  if (btf.kind(type) === KIND.ARRAY) type = btf.resolve(btf.array(type).element);
  const kind = btf.kind(type);
  const fits = kind === KIND.INT || kind === KIND.ENUM || (kind === KIND.ENUM64 && btf.sizeOrType(type) === 8);
  if (!fits) btf.fail(`variable "${btf.name(variable)}" in section ".kconfig" is not an integer, enum or text`);
  if ((btf.sizeOf(variable) ?? 0) > MAX_KCONFIG_BYTES) {
    btf.fail(`variable "${btf.name(variable)}" in section ".kconfig" has more than ${MAX_KCONFIG_BYTES} bytes`);
  }
}
