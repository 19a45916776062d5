/**
 * Compiles BPF programs, and writes their skeletons.
 *
 * @module
 */

import { genSkeletonChunks, genVmlinux, objectName } from "../../codegen/mod.ts";
import { Btf } from "../../object/btf/btf.ts";
import { withoutDebugInfo } from "../../object/elf/strip.ts";
import type { Compiler } from "./compiler.ts";
import { LAYOUT_OPTIONS, readRecordLayouts, type RecordLayout } from "./record_layouts.ts";
import type { Toolchain } from "./toolchain.ts";

/** The kernel's names of architectures. */
const BPF_ARCHITECTURES = { x86_64: "x86", aarch64: "arm64" } as const;

/** Programs have no use for tables to unwind the stack, which zig adds. */
const ZIG_TARGET = ["-target", "bpfel-freestanding", "-fno-asynchronous-unwind-tables"];

const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/** A BPF object to build. */
export interface BpfSource {
  readonly compiler: Compiler;
  /** The source, and the object to write. */
  readonly source: string;
  readonly object: string;
  /** Words for clang: where its headers are. */
  readonly words: readonly string[];
  /** The headers of the SDK. */
  readonly include: string;
}

/** Compiles a BPF object and removes its debug information. @throws {ProgramFailed} */
export function compileBpf(tools: Toolchain, bpf: BpfSource): void {
  const { compiler, source, object } = bpf;
  tools.run(compiler.file, [...bpfArguments(bpf), "-c", source, "-o", object]);
  tools.files.write(object, [withoutDebugInfo(tools.system.readFile(object))]);
}

/**
 * The records of a BPF program's source that are not the kernel's, with their layouts.
 *
 * @throws {ProgramFailed} when clang fails.
 */
export function ownRecords(tools: Toolchain, bpf: BpfSource): RecordLayout[] {
  const layoutsOf = (...words: readonly string[]) =>
    readRecordLayouts(tools.outputOf(bpf.compiler.file, [...bpfArguments(bpf), ...LAYOUT_OPTIONS, ...words]));
  const foreign = kernelRecords(tools);
  // clang has records of its own in every source.
  for (const { name } of layoutsOf("-x", "c", "/dev/null")) foreign.add(name);
  return layoutsOf(bpf.source).filter(({ name }) => !foreign.has(name));
}

/** The kernel's records: "struct task_struct". A guest's libc has some of them under the same names. */
function kernelRecords(tools: Toolchain): Set<string> {
  const types = hasKernelBtf(tools) ? Btf.parse(tools.system.readFile(KERNEL_BTF)).types : [];
  return new Set(types.map(({ kind, name }) => `${kind} ${name}`));
}

function bpfArguments({ compiler, words, include }: BpfSource): string[] {
  const { arch } = Deno.build;
  return [
    ...compiler.isZig ? ["cc", ...ZIG_TARGET] : ["-target", "bpf"],
    ..."-g -O2 -Wall".split(" "),
    `-D__TARGET_ARCH_${BPF_ARCHITECTURES[arch]}`,
    ...words,
    "-isystem",
    include,
    // The machine's registers are only in its own headers.
    "-idirafter",
    `/usr/include/${arch}-linux-gnu`,
  ];
}

/** Writes the skeleton of an object. @throws {FormatError} */
export function writeSkeleton(tools: Toolchain, { object, header }: { object: string; header: string }): void {
  tools.files.write(header, genSkeletonChunks(tools.system.readFile(object), { name: objectName(object) }));
}

/** A header to write. */
export interface VmlinuxFile {
  /** The file with the types; the running kernel's by default. */
  readonly btf?: string | undefined;
  readonly header: string;
}

/** Writes the types of the kernel, or of the BTF in the file `btf`. @throws {BpfError | FormatError} */
export function writeVmlinux(tools: Toolchain, { btf = KERNEL_BTF, header }: VmlinuxFile): void {
  tools.files.write(header, genVmlinux(tools.system.readFile(btf)));
}

/** True if the running kernel describes its types. */
export function hasKernelBtf(tools: Toolchain): boolean {
  return tools.files.exists(KERNEL_BTF);
}
