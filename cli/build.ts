/**
 * `wasm-bpf build`: builds a guest from the sources in a directory.
 *
 * @module
 */

import { printable } from "../errors/mod.ts";
import { command, runCommand } from "./command.ts";
import { printError, writeOutput } from "./output.ts";
import { anyText, HELP, single } from "./options.ts";
import { sizeText } from "./size.ts";
import { lacksRecordType } from "../codegen/mod.ts";
import { parseObject } from "../object/object.ts";
import { LANGUAGES } from "./languages/all.ts";
import { findGuest, type Project } from "./languages/find_guest.ts";
import type { GuestObject } from "./languages/language.ts";
import { compileBpf, hasKernelBtf, ownRecords, writeVmlinux } from "./toolchain/bpf_object.ts";
import { readClangWords } from "./toolchain/clang_words.ts";
import { findCompiler } from "./toolchain/compiler.ts";
import { GUEST_OPTIONS } from "./toolchain/guest_options.ts";
import { ModuleRecords, type RecordsToAdd } from "./toolchain/module_records.ts";
import type { RecordLayout } from "./toolchain/record_layouts.ts";
import { findSdk, type GuestTarget } from "./toolchain/sdk.ts";
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
      "Builds DIR/NAME.wasm from NAME.bpf.c and the guest's sources in DIR: writes vmlinux.h if DIR has none, compiles each *.bpf.c, " +
      "writes their skeletons in the guest's language, and compiles the guest. A file shows the language: " +
      `${LANGUAGES.map(({ mark, title }) => `${mark} (${title})`).join(", ")}. ` +
      "What it writes on the way is in DIR/.output. In C and C++, all other sources belong to the guest, and other options go to " +
      "clang. -I, -D and -U are also for the BPF programs.",
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
    if (directory === undefined || directory === "") throw new UsageError("Cannot build: no directory given");
    if (another !== undefined) throw new UsageError(`Cannot build: one directory at a time, not also "${another}"`);
    return withToolchain({ verbose: given.get("verbose") }, (tools) => {
      const path = directory.replace(/\/+$/, "") || "/";
      const project = findGuest(tools, path, tools.files.list(path));
      if (project.language.takesClangOptions !== true) refuseOthers(project, options);
      new Build(tools, path, project).run({
        words: options,
        target: given.get("target"),
        btf: given.get("btf"),
        records: { needs: given.get("needs"), policy: given.get("policy") },
      });
      return 0;
    });
  });
}

/** The options of clang that its two targets share. */
const SHARED = /^-[IDU]/;

/** Refuses options that only a guest compiled by clang can use. @throws {UsageError} */
function refuseOthers({ language }: Project, words: readonly string[]): void {
  const other = words.find((word, i) => !SHARED.test(word) && !/^-[IDU]$/.test(words[i - 1] ?? ""));
  if (other === undefined) return;
  throw new UsageError(`Cannot build: ${other} is for clang, and the guest is in ${language.title}`);
}

interface BuildOptions {
  /** Words for clang. */
  readonly words: readonly string[];
  readonly target: GuestTarget;
  readonly btf: string | undefined;
  readonly records: RecordsToAdd;
}

/** The steps of one build. */
class Build {
  readonly #tools: Toolchain;
  readonly #directory: string;
  readonly #project: Project;
  readonly #output: string;

  constructor(tools: Toolchain, directory: string, project: Project) {
    this.#tools = tools;
    this.#directory = directory;
    this.#project = project;
    this.#output = `${directory}/.output`;
  }

  run({ words, target, btf, records }: BuildOptions): void {
    const { language, guest } = this.#project;
    const moduleRecords = new ModuleRecords(this.#tools, records);
    const module = `${this.#directory}/${guest.name}.wasm`;
    this.#tools.files.makeDirectory(this.#output);
    this.#types(btf);
    const { objects, bpfRecords } = this.#compilePrograms(words, target);
    language.compile({
      tools: this.#tools,
      directory: this.#directory,
      output: this.#output,
      guest,
      module,
      target,
      words,
      bpfRecords,
      step: (kind, path, action) =>
        this.#step(kind, path, action, kind === "guest" ? () => this.#advice(objects) : undefined),
    }, objects);
    moduleRecords.addTo(module);
    writeOutput(`  ${printable(module)} has ${sizeText(this.#tools.system.readFile(module).length)}\n`);
  }

  #compilePrograms(words: readonly string[], target: GuestTarget) {
    const { include } = findSdk(this.#tools, "wasm64");
    const compiler = findCompiler(this.#tools, { links: true, target });
    const bpfWords = ["-I", this.#directory, "-I", this.#output, ...sharedWords(words)];
    const objects: GuestObject[] = [];
    const bpfRecords: RecordLayout[] = [];
    for (const program of this.#project.programs) {
      const source = `${this.#directory}/${program}.bpf.c`;
      const object = `${this.#output}/${program}.bpf.o`;
      const bpf = { compiler, source, object, words: bpfWords, include };
      this.#step("bpf", source, () => compileBpf(this.#tools, bpf));
      if (target === "wasm32") bpfRecords.push(...ownRecords(this.#tools, bpf));
      objects.push({ program, path: object });
    }
    return { objects, bpfRecords };
  }

  #types(btf: string | undefined): void {
    const own = `${this.#directory}/vmlinux.h`;
    const header = `${this.#output}/vmlinux.h`;
    if (btf === undefined && this.#tools.files.exists(own)) this.#say("types", own);
    else if (btf === undefined && !hasKernelBtf(this.#tools)) this.#say("types", "none: this kernel has no BTF");
    else this.#step("types", header, () => writeVmlinux(this.#tools, { btf, header }));
  }

  /** Advice for a guest that does not compile. A guest in C or C++ includes the types of its records. */
  #advice(objects: readonly GuestObject[]): string {
    if (this.#project.language.takesClangOptions === true) return "";
    const lacking = objects.find(({ path }) => lacksRecordType(parseObject(this.#tools.system.readFile(path))));
    return lacking === undefined
      ? ""
      : ` (hint: if the guest lacks a type of ${lacking.program}.bpf.c, add a global pointer there: const struct event *unused;)`;
  }

  /** Runs a step. If it fails, prints what failed, with the advice. */
  #step(kind: string, path: string, action: () => void, advice: () => string = () => ""): void {
    this.#say(kind, path);
    try {
      action();
    } catch (error) {
      if (error instanceof ProgramFailed && error.end.signal === undefined) {
        const program = error.file.slice(error.file.lastIndexOf("/") + 1).replace(/^clang.*/, "clang");
        printError(`Cannot build "${this.#directory}": ${program} failed at ${path}${advice()}`);
      }
      throw error;
    }
  }

  #say(kind: string, text: string): void {
    writeOutput(`  ${kind.padEnd("skeleton".length)}  ${printable(text)}\n`);
  }
}

/** The words for clang that concern both sides. */
function sharedWords(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    if (!SHARED.test(word)) return [];
    const next = words[i + 1];
    return word.length > 2 || next === undefined ? [word] : [word, next];
  });
}
