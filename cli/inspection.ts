/**
 * The results of `wasm-bpf inspect` as plain data (its `--json`).
 *
 * @module
 */

import type { DataSection } from "../object/data_sections.ts";
import { isElf } from "../object/elf/elf.ts";
import type { MapDefinition } from "../object/maps.ts";
import { parseObject, type ProgramInfo } from "../object/object.ts";
import { findRefusals } from "../object/refusals/find_refusals.ts";
import { MAP_FLAG } from "../object/bpf_numbers.ts";
import { mapTypeName } from "../object/map_types.ts";
import { type ObjectUses, usesOf } from "../object/uses/uses.ts";
import { type ObjectContents, validateObject } from "../object/validation/validate_object.ts";
import { FormatError } from "../errors/mod.ts";
import { findObjects } from "../object/embedded_objects.ts";
import { abiOf, importProblem } from "../host/import_types.ts";
import type { ModuleImport } from "../wasm/declarations.ts";
import { parseModule } from "../wasm/module.ts";
import { type ProgramUsesReport, programUsesReport } from "./program_uses.ts";
import { needText, readNeeds } from "../wasm/needs.ts";
import { type AddressBits, isComponent, isWasm } from "../wasm/sections.ts";

/** A part of a file. */
export interface SectionReport {
  name: string;
  sizeBytes: number;
}

/** A map of an object. */
export interface MapReport {
  name: string;
  type: string;
  keySize: number;
  valueSize: number;
  maxEntries: number;
  flags: number;
  pinned: boolean;
  inner?: MapReport;
}

/** A section of global variables. */
export interface VariablesReport {
  section: string;
  sizeBytes: number;
  variables: { name: string; offset: number; sizeBytes: number }[];
  /** False for variables that guests cannot reach: those in an arena. */
  supported?: false;
}

/** A program of an object. */
export interface ProgramReport {
  name: string;
  section: string;
  type: string | null;
  autoload: boolean;
  instructions: number;
  /** Its calls and effects; absent for a damaged object. */
  uses?: ProgramUsesReport;
}

/** An object. */
export interface ObjectReport {
  kind: "object";
  /** Its address in a module's memory. */
  address?: number;
  sizeBytes: number;
  license: string | null;
  /** True when it has BTF, which maps, skeletons and CO-RE need. */
  btf: boolean;
  /** Reasons why libbpf or this host would refuse it, if they can be found without the kernel. */
  refusals: string[];
  programs: ProgramReport[];
  maps: MapReport[];
  globals: VariablesReport[];
  sections: SectionReport[];
}

/** An import. */
export interface ImportReport {
  name: string;
  /** "(i32) -> i64" for a function, otherwise the kind of import. */
  type: string | null;
  /** The reason why wasm-bpf refuses the import: "unknown", or "should be (i32) -> i32". */
  problem?: string;
}

/** Imports from one module. */
export interface ImportsReport {
  module: string;
  /** The meaning of the module. */
  abi: string;
  functions: ImportReport[];
}

/** A module. */
export interface ModuleReport {
  kind: "module";
  sizeBytes: number;
  /** The width of its addresses. */
  addressBits: AddressBits;
  imports: ImportsReport[];
  exports: string[];
  /** The files and directories of the host that it needs: "/proc/kallsyms:ro". */
  needs: string[];
  objects: ObjectReport[];
  /** Data that begins like an object but is not one. */
  damaged: { address: number; problem: string }[];
  sections: SectionReport[];
}

/** Looks into a WebAssembly module or a BPF object. @throws {FormatError} when the bytes are neither, or are damaged. */
export function inspectBytes(bytes: Uint8Array): ModuleReport | ObjectReport {
  if (isWasm(bytes)) return inspectModule(bytes);
  if (isElf(bytes)) return inspectObject(bytes);
  if (isComponent(bytes)) throw new FormatError("file", "it is a WebAssembly component, not a module");
  throw new FormatError("file", "it is neither a WebAssembly module nor a BPF object");
}

function inspectModule(bytes: Uint8Array): ModuleReport {
  const { addressBits, imports, exports, data, sections } = parseModule(bytes);
  const objects: ObjectReport[] = [];
  const damaged: ModuleReport["damaged"] = [];
  for (const { address, bytes } of findObjects(data)) {
    try {
      objects.push({ ...inspectObject(bytes), address });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damaged.push({ address, problem: error.message });
    }
  }
  const modules = [...new Set(imports.map(({ module }) => module))];
  return {
    kind: "module",
    sizeBytes: bytes.length,
    addressBits,
    imports: modules.map((module) => ({
      module,
      abi: abiOf(module),
      functions: imports
        .filter((item) => item.module === module)
        .map((item) => importReport(item, addressBits)),
    })),
    exports: [...exports],
    needs: readNeeds(bytes).map(needText),
    objects,
    damaged,
    sections: [...sections],
  };
}

function importReport(one: ModuleImport, addressBits: AddressBits): ImportReport {
  const report = { name: one.name, type: one.type?.text ?? one.kind };
  const problem = importProblem(one, { addressBits });
  if (problem === undefined) return report;
  return { ...report, problem: problem.kind === "unknown" ? "unknown" : `should be ${problem.expected.join(" or ")}` };
}

function inspectObject(bytes: Uint8Array): ObjectReport {
  const info = parseObject(bytes);
  const validated = validate(bytes);
  const uses = typeof validated === "string" ? undefined : usesOf(validated);
  return {
    kind: "object",
    sizeBytes: bytes.length,
    license: info.license ?? null,
    btf: info.btf !== undefined,
    // Rules of libbpf apply to intact objects, so that a damaged one has only the damage.
    refusals: typeof validated === "string" ? [validated] : findRefusals(info),
    programs: info.programs.map((program, i) => programReport(program, uses, i)),
    maps: [
      ...info.maps.map(mapReport),
      ...info.structOps.map(({ name, struct, link }) => ({
        name,
        type: "struct_ops",
        keySize: 4,
        valueSize: struct.sizeBytes,
        maxEntries: 1,
        flags: link ? MAP_FLAG.BPF_F_LINK : 0,
        pinned: false,
      })),
    ],
    globals: [
      ...info.dataSections.map(variablesReport),
      ...(info.arena === undefined ? [] : [{ ...variablesReport(info.arena), supported: false } as const]),
    ],
    sections: info.elf.sections
      .filter(({ sizeBytes }) => sizeBytes > 0)
      .map(({ name, sizeBytes }) => ({ name, sizeBytes })),
  };
}

/** The checked parts of an object, or the damage. */
function validate(bytes: Uint8Array): ObjectContents | string {
  try {
    return validateObject(bytes).contents;
  } catch (error) {
    if (error instanceof FormatError) return error.problem;
    throw error;
  }
}

/** @param index the position of the program, which is the same in both lists. */
function programReport({ type, ...program }: ProgramInfo, uses: ObjectUses | undefined, index: number): ProgramReport {
  const report = { ...program, type: type ?? null };
  const own = uses?.programs[index];
  return own === undefined ? report : { ...report, uses: programUsesReport(own, uses?.maps ?? []) };
}

function variablesReport({ name, sizeBytes, variables }: DataSection): VariablesReport {
  return {
    section: name,
    sizeBytes,
    variables: variables
      .filter((variable) => !variable.static)
      .map(({ name, offset, sizeBytes }) => ({ name, offset, sizeBytes })),
  };
}

function mapReport({ name, type, keySize, valueSize, maxEntries, flags, pinned, inner }: MapDefinition): MapReport {
  const report = { name, type: mapTypeName(type), keySize, valueSize, maxEntries, flags, pinned };
  return inner === undefined ? report : { ...report, inner: mapReport(inner) };
}
