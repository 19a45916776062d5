/**
 * Compiles a guest, and completes the module.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import { UsageError } from "../usage_error.ts";
import { type ClangWords, expandResponseFiles, isSource, readClangWords } from "./clang_words.ts";
import { findCompiler, install } from "./compiler.ts";
import { canCompress, compilesCxx, readCxx } from "./cxx.ts";
import { guestArguments, type GuestCommand, layoutArguments } from "./guest_command.ts";
import { LONG_DOUBLE_LIBRARY, usesLongDouble } from "./long_double.ts";
import { ModuleRecords, type RecordsToAdd } from "./module_records.ts";
import { readRecordLayouts, type RecordLayout } from "./record_layouts.ts";
import { findSdk, type GuestTarget, type Sdk } from "./sdk.ts";
import { describeDifference, describeSourceDifference, findSharedRecords } from "./shared_records.ts";
import { MissingToolError, RefusedGuest, type Toolchain } from "./toolchain.ts";

/** A guest to compile. */
export interface GuestSource extends RecordsToAdd {
  /** The words for clang. */
  readonly words: readonly string[];
  readonly target: GuestTarget;
  /** The records of the BPF programs' sources, if these are known. */
  readonly bpfRecords?: readonly RecordLayout[];
}

/** clang's own default. */
const DEFAULT_OUTPUT = "a.out";

/** The libraries of C++, of which a guest gets one or none. */
const CXX_LIBRARIES: readonly string[] = ["c++", "c++-exceptions"];

/** The libraries of the SDK in the order for the linker. Some SDKs have fewer. */
const LIBRARIES = [
  "c++",
  "c++-exceptions",
  "bpf",
  "elf",
  "z",
  LONG_DOUBLE_LIBRARY,
  "argp",
  "m",
  "c",
  "clang_rt.builtins",
];

/**
 * Compiles, links, and records the needs and the policy.
 *
 * @throws {UsageError} without a source file, or with an option without its value.
 * @throws {MissingToolError} when a part of the toolchain is missing.
 * @throws {ProgramFailed} when the compiler fails.
 */
export function compileGuest(tools: Toolchain, source: GuestSource): void {
  const clang = readClangWords(expandResponseFiles(source.words, (path) => readText(tools, path)));
  if (clang.inputs.length === 0 && clang.asks) return ask(tools, source);
  // The words that follow in the compiler's command would become the value.
  if (clang.incomplete !== undefined) throw new UsageError(`Cannot compile: ${clang.incomplete} needs a value`);
  if (clang.inputs.length === 0) throw new UsageError("Cannot compile: no source file given");
  const links = clang.action === "link";
  if (source.needs.length > 0 && !links) throw new UsageError("Cannot compile: --needs is for the linked module");
  if (source.policy !== undefined && !links) throw new UsageError("Cannot compile: --policy is for the linked module");
  const moduleRecords = new ModuleRecords(tools, source);
  const compiler = findCompiler(tools, { links, target: source.target });
  const sdk = findSdk(tools, source.target);
  const linked = links ? clang.inputs.map((path) => readLatin1(tools, path)) : [];
  const cxx = sdk.root === undefined ? undefined : readCxx(tools, { clang, sdk: sdk.root, linked });
  if (sdk.root !== undefined && compiler.isZig && compilesCxx(clang)) throw withoutClang(tools);
  const command: GuestCommand = {
    compiler,
    sdk,
    clang,
    cxx,
    target: source.target,
    libraries: librariesOf(tools, sdk, { texts: linked, cxxLibrary: cxx?.library }),
    compresses: canCompress(cxx, linked),
  };
  tools.run(compiler.file, guestArguments(command));
  if (source.target === "wasm32") refuseOtherLayouts(tools, command, source);
  if (links) moduleRecords.addTo(clang.output ?? DEFAULT_OUTPUT);
}

/** The linker of zig places variables of threads otherwise than that of clang 19, for which libc++ is built. */
function withoutClang(tools: Toolchain): MissingToolError {
  return new MissingToolError(`Cannot compile C++ with zig: its linker does not fit libc++ (hint: ${install(tools)})`);
}

/** Removes the result if it shares a record with its BPF programs that it lays out differently. @throws {RefusedGuest} */
function refuseOtherLayouts(tools: Toolchain, command: GuestCommand, { bpfRecords = [] }: GuestSource): void {
  const { clang, compiler } = command;
  const sources = clang.inputs.filter(isSource);
  const outputs = outputsOf(clang, sources);
  const records = outputs.flatMap((path) => findSharedRecords(tools.system.readFile(path)));
  if (records.length + bpfRecords.length === 0 || sources.length === 0) return;
  const layouts = readRecordLayouts(tools.outputOf(compiler.file, layoutArguments(command)));
  const problem = describeDifference(records, layouts) ?? describeSourceDifference(bpfRecords, layouts);
  if (problem === undefined) return;
  for (const path of outputs) tools.files.remove(path);
  throw new RefusedGuest(`Cannot compile for wasm32: ${problem}`);
}

/** The files with the code of guests that a command writes. */
function outputsOf({ action, output }: ClangWords, sources: readonly string[]): string[] {
  if (action === "text") return [];
  if (output !== undefined) return [output];
  if (action === "link") return [DEFAULT_OUTPUT];
  return sources.map((source) => source.slice(source.lastIndexOf("/") + 1).replace(/\.[^.]*$/, ".o"));
}

/** Passes a question about the compiler on. */
function ask(tools: Toolchain, { words, target }: GuestSource): void {
  const { file, args } = findCompiler(tools, { links: false, target });
  tools.run(file, [...args, `--target=${target}-wasi`, ...words]);
}

function readText(tools: Toolchain, path: string): string | undefined {
  try {
    return new TextDecoder().decode(tools.system.readFile(path));
  } catch (error) {
    if (error instanceof BpfError) return undefined;
    throw error;
  }
}

/** The bytes of an input as text; none for standard input, and for a file that clang will miss. */
function readLatin1(tools: Toolchain, path: string): string {
  try {
    return path === "-" ? "" : new TextDecoder("latin1").decode(tools.system.readFile(path));
  } catch (error) {
    if (error instanceof BpfError) return "";
    throw error;
  }
}

interface Linked {
  /** The texts of the inputs. */
  readonly texts: readonly string[];
  /** The library of C++ that they need. */
  readonly cxxLibrary: string | undefined;
}

function librariesOf(tools: Toolchain, { lib }: Sdk, { texts, cxxLibrary }: Linked): string[] {
  if (lib === undefined) return [];
  const isNeeded = (name: string) =>
    CXX_LIBRARIES.includes(name) ? name === cxxLibrary : name !== LONG_DOUBLE_LIBRARY || texts.some(usesLongDouble);
  return LIBRARIES.filter((name) => isNeeded(name) && tools.files.exists(`${lib}/lib${name}.a`));
}
