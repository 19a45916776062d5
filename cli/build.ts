/**
 * `wasm-bpf build`: builds a guest from the sources in a directory.
 *
 * @module
 */

import { command, runCommand } from "./command.ts";
import { printError, writeOutput } from "./output.ts";
import { anyText, HELP, single } from "./options.ts";
import { sizeText } from "./size.ts";
import { compileBpf, hasKernelBtf, ownRecords, writeSkeleton, writeVmlinux } from "./toolchain/bpf_object.ts";
import { readClangWords } from "./toolchain/clang_words.ts";
import { compileGuest, type GuestSource } from "./toolchain/compile_guest.ts";
import { findCompiler } from "./toolchain/compiler.ts";
import { GUEST_OPTIONS } from "./toolchain/guest_options.ts";
import { findProject, type Project } from "./toolchain/project.ts";
import type { RecordLayout } from "./toolchain/record_layouts.ts";
import { findSdk } from "./toolchain/sdk.ts";
import { ProgramFailed, type Toolchain, withToolchain } from "./toolchain/toolchain.ts";
import { UsageError } from "./usage_error.ts";

const OPTIONS = {
  btf: single({ value: "FILE", parse: anyText, help: "reads the kernel's types from this BTF" }),
  ...GUEST_OPTIONS,
  help: HELP,
};

const BUILD = command({
  task: "build",
  operands: { noun: "directory", min: 1, max: Infinity, passUnknown: true },
  options: OPTIONS,
  page: {
    of: "build",
    usage: [["build [options] DIR", ""]],
    about: [
      "Builds DIR/NAME.wasm from NAME.bpf.c and NAME.c (or .cpp) in DIR: writes vmlinux.h if DIR has none, compiles each *.bpf.c, " +
      "writes their skeletons (NAME.skel.h), and compiles all other sources into one guest. What it writes on the way is in " +
      "DIR/.output. Other options go to clang for the guest, and -I, -D and -U for the BPF programs as well.",
    ],
    options: OPTIONS,
    notes: `Examples:
  wasm-bpf build hello
  wasm-bpf build -v -DDEBUG --needs /proc/kallsyms hello

Exit code: clang's; 2 wrong arguments, 125 the host failed, 126 a file that cannot be read, 127 a part of the toolchain
is missing.`,
  },
});

/**
 * Runs `wasm-bpf build`.
 *
 * @param args the arguments after `build`.
 * @returns the exit code.
 */
export function build(args: readonly string[]): number {
  return runCommand(BUILD, args, (given) => {
    const { inputs: directories, options } = readClangWords(given.operands);
    const [directory, another] = directories;
    if (directory === undefined) throw new UsageError("Cannot build: no directory given");
    if (another !== undefined) throw new UsageError(`Cannot build: one directory at a time, not also "${another}"`);
    return withToolchain({ verbose: given.get("verbose") }, (tools) => {
      const path = directory.replace(/\/+$/, "") || "/";
      const project = findProject(path, tools.files.list(path));
      new Build(tools, project, options).run({ ...optionsOf(given), words: options }, given.get("btf"));
      return 0;
    });
  });
}

function optionsOf(
  given: {
    get(name: "target"): GuestSource["target"];
    get(name: "needs"): GuestSource["needs"];
    get(name: "policy"): GuestSource["policy"];
  },
) {
  return { target: given.get("target"), needs: given.get("needs"), policy: given.get("policy") };
}

/** The options of clang that its two targets share. */
const SHARED = /^-[IDU]/;

/** The steps of one build. */
class Build {
  readonly #tools: Toolchain;
  readonly #project: Project;
  readonly #output: string;
  readonly #words: readonly string[];

  constructor(tools: Toolchain, project: Project, words: readonly string[]) {
    this.#tools = tools;
    this.#project = project;
    this.#output = `${project.directory}/.output`;
    this.#words = words;
  }

  run(guest: GuestSource, btf: string | undefined): void {
    const { directory, name, programs, sources } = this.#project;
    const { include } = findSdk(this.#tools, "wasm64");
    const compiler = findCompiler(this.#tools, { links: true, target: guest.target });
    const includes = ["-I", directory, "-I", this.#output];
    this.#tools.files.makeDirectory(this.#output);
    this.#types(btf);
    const bpfRecords: RecordLayout[] = [];
    for (const program of programs) {
      const source = `${directory}/${program}.bpf.c`;
      const object = `${this.#output}/${program}.bpf.o`;
      const bpf = { compiler, source, object, words: [...includes, ...this.#sharedWords()], include };
      this.#step("bpf", source, () => compileBpf(this.#tools, bpf));
      if (guest.target === "wasm32") bpfRecords.push(...ownRecords(this.#tools, bpf));
      const header = `${this.#output}/${program}.skel.h`;
      this.#step("skeleton", header, () => writeSkeleton(this.#tools, { object, header }));
    }
    const output = `${directory}/${name}.wasm`;
    const words = ["-Wall", ...includes, ...guest.words, ...sources, "-o", output];
    this.#step("guest", output, () => compileGuest(this.#tools, { ...guest, words, bpfRecords }));
    writeOutput(`  ${output} has ${sizeText(this.#tools.system.readFile(output).length)}\n`);
  }

  #types(btf: string | undefined): void {
    const own = `${this.#project.directory}/vmlinux.h`;
    const header = `${this.#output}/vmlinux.h`;
    if (btf === undefined && this.#tools.files.exists(own)) this.#say("types", own);
    else if (btf === undefined && !hasKernelBtf(this.#tools)) this.#say("types", "none: this kernel has no BTF");
    else this.#step("types", header, () => writeVmlinux(this.#tools, { btf, header }));
  }

  #sharedWords(): string[] {
    return this.#words.flatMap((word, i) => {
      if (!SHARED.test(word)) return [];
      const next = this.#words[i + 1];
      return word.length > 2 || next === undefined ? [word] : [word, next];
    });
  }

  #step(kind: string, path: string, action: () => void): void {
    this.#say(kind, path);
    try {
      action();
    } catch (error) {
      if (error instanceof ProgramFailed && error.end.signal === undefined) {
        printError(`Cannot build "${this.#project.directory}": clang failed at ${path}`);
      }
      throw error;
    }
  }

  #say(kind: string, text: string): void {
    writeOutput(`  ${kind.padEnd("skeleton".length)}  ${text}\n`);
  }
}
