/**
 * Reasons why libbpf would refuse the externs of an object: variables of the kernel's configuration, and kernel symbols.
 *
 * @module
 */

import type { Btf } from "../btf/btf.ts";
import { type ElfFile, type ElfSymbol, SYMBOL_BIND, SYMBOL_TYPE } from "../elf/elf.ts";
import type { BtfDataSection, BtfVar } from "../btf/types.ts";

/** True when this symbol is undefined in the object, so that libbpf must resolve it. */
export function isExtern({ name, type, bind, section }: ElfSymbol): boolean {
  return section === 0 && name !== "" && type === SYMBOL_TYPE.NOTYPE &&
    (bind === SYMBOL_BIND.GLOBAL || bind === SYMBOL_BIND.WEAK);
}

/** The reasons, one for each extern that libbpf refuses. */
export function* externRefusals(elf: ElfFile, btf: Btf): Generator<string> {
  const sections = btf.types.filter((type) => type.kind === "datasec");
  for (const { name } of elf.symbols.filter(isExtern)) {
    const refusal = refusalOf(btf, sections, name);
    if (refusal !== undefined) yield `extern "${name}" ${refusal}`;
  }
}

function refusalOf(btf: Btf, sections: readonly BtfDataSection[], name: string): string | undefined {
  const type = btf.types.find((type) => (type.kind === "var" || type.kind === "func") && type.name === name);
  if (type === undefined) return "is in none of its types";
  if (type.kind === "var" && type.linkage !== "extern") return "is defined by its types";
  const section = sections.find(({ variables }) => variables.some((entry) => entry.type === type.id));
  if (section === undefined) return "is in no section: declare it with __kconfig or __ksym";
  if (section.name === ".ksyms") return undefined;
  if (section.name !== ".kconfig") return `is in section "${section.name}", where there are no externs`;
  if (type.kind !== "var") return "is a function of the kernel's configuration";
  return isConfigured(btf, type) ? undefined : "has a type that no value of the kernel's configuration has";
}

/** True for a bool, an integer, a string, or `enum libbpf_tristate`. */
function isConfigured(btf: Btf, variable: BtfVar): boolean {
  const type = btf.resolve(variable.target);
  switch (type.kind) {
    case "int":
      return type.bool ? type.sizeBytes === 1 : [1, 2, 4, 8].includes(type.sizeBytes);
    case "enum":
      return type.name === "libbpf_tristate" && type.sizeBytes >= 4;
    case "array": {
      const element = btf.resolve(type.element);
      return type.length > 0 && element.kind === "int" && element.sizeBytes === 1 && !element.bool;
    }
    default:
      return false;
  }
}
