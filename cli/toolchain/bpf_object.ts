/**
 * Compiles BPF programs, and writes their skeletons.
 *
 * @module
 */

import { genSkeletonChunks, genVmlinux, objectName } from "../../codegen/mod.ts";
import { withoutDebugInfo } from "../../object/elf/strip.ts";
import type { Compiler } from "./compiler.ts";
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
export function compileBpf(tools: Toolchain, { compiler, source, object, words, include }: BpfSource): void {
  const { arch } = Deno.build;
  tools.run(compiler.file, [
    ...compiler.isZig ? ["cc", ...ZIG_TARGET] : ["-target", "bpf"],
    ..."-g -O2 -Wall".split(" "),
    `-D__TARGET_ARCH_${BPF_ARCHITECTURES[arch]}`,
    ...words,
    "-isystem",
    include,
    // The machine's registers are only in its own headers.
    "-idirafter",
    `/usr/include/${arch}-linux-gnu`,
    ...["-c", source, "-o", object],
  ]);
  tools.files.write(object, [withoutDebugInfo(tools.system.readFile(object))]);
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
