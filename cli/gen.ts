/**
 * `wasm-bpf gen`: generates source code for guests.
 *
 * @module
 */

import {
  genSkeletonChunks,
  genSkeletonIn,
  genTypes,
  genTypesIn,
  genTypesOfBtf,
  genTypesOfBtfIn,
  genVmlinux,
  isLanguage,
  isReserved,
  type Language,
  LANGUAGES,
  objectName,
} from "../codegen/mod.ts";
import { FormatError } from "../errors/mod.ts";
import { isWasm } from "../wasm/sections.ts";
import { command, runCommand } from "./command.ts";
import type { HelpPage } from "./help.ts";
import { explainInput, readInput } from "./input.ts";
import { anyText, flag, HELP, list, type Refuse, single } from "./options.ts";
import { writeOutput } from "./output.ts";
import { UsageError } from "./usage_error.ts";

const TYPE = list({
  value: "TYPE",
  parse: anyText,
  help: "adds this struct, union, enum or typedef; may be repeated. A type that only local variables use (a ring " +
    "buffer's record) is in an object only if a global points to it: const struct event *unused;",
});

const SKELETON_OPTIONS = {
  lang: single({
    value: "LANGUAGE",
    parse: parseLanguage,
    default: undefined,
    shownDefault: "c",
    help: `the language of the source: ${LANGUAGES.join(", ")}`,
  }),
  name: single({
    value: "NAME",
    bareWord: true,
    parse: anyText,
    help: "the object's name; by default the file's name without .o, so that runqlat.bpf.o is runqlat_bpf",
  }),
  package: single({
    value: "NAME",
    parse: parsePackage,
    default: undefined,
    shownDefault: "main",
    help: "Go: the package of the file",
  }),
  type: TYPE,
  help: HELP,
};

const TYPES_OPTIONS = {
  lang: SKELETON_OPTIONS.lang,
  name: SKELETON_OPTIONS.name,
  package: SKELETON_OPTIONS.package,
  type: TYPE,
  all: flag({ help: "types: adds everything that the object itself defines" }),
  btf: single({
    value: "FILE",
    parse: anyText,
    help: "types: reads bare BTF (/sys/kernel/btf/vmlinux) instead of an object, and writes only the types of --type",
  }),
  help: HELP,
};

const VMLINUX_OPTIONS = {
  btf: single({ value: "FILE", parse: anyText, help: "reads this BTF in place of the running kernel's" }),
  help: HELP,
};

const PAGE: HelpPage = {
  of: "gen",
  usage: [
    ["gen skeleton OBJECT [name NAME] [--lang LANGUAGE] [--type TYPE]...", ""],
    ["gen types OBJECT [name NAME] [--type TYPE]... [--all] [--lang LANGUAGE]", ""],
    ["gen types --btf FILE --type TYPE... [--lang LANGUAGE]", ""],
    ["gen vmlinux [--btf FILE]", ""],
  ],
  about: [
    'Writes source code for guests to stdout, from a BPF object (x.bpf.o). bpftool is not needed. OBJECT or FILE may be "-" for ' +
    "standard input. It is C, or the language of --lang. TypeScript is for programs that use wasm-bpf as a library.",
  ],
  words: [
    [
      "skeleton",
      "a header that contains the object, and x__open(), x__load(), x__attach(), x__destroy() to use it. Names and " +
      'structure are those of "bpftool gen skeleton". Strip the object first ("llvm-strip -g x.bpf.o"): debug ' +
      'information makes the guest larger, and the guest does not use it. A name that C reserves gets a "_" at its ' +
      "end (errno_), and in C++ so does a keyword of C++ (new_). In other languages it also has the object's types",
    ],
    [
      "types",
      "the structs, unions and enums that the object shares with its guest, laid out for wasm32 exactly as in the " +
      "kernel, with an assertion for each size and offset. By default these are the types of map keys and values and " +
      "of global variables. Types in the headers for guests are included from there",
    ],
    [
      "vmlinux",
      "vmlinux.h with all types of the running kernel, for BPF programs: the types, names and layouts of " +
      '"bpftool btf dump file /sys/kernel/btf/vmlinux format c"',
    ],
  ],
  options: TYPES_OPTIONS,
  notes: `Examples:
  wasm-bpf gen skeleton runqlat.bpf.o > runqlat.skel.h
  wasm-bpf gen skeleton runqlat.bpf.o name runqlat > runqlat.skel.h
  clang-19 -g -O2 -target bpf -c x.bpf.c -o - | wasm-bpf gen skeleton - name x > x.skel.h
  wasm-bpf gen skeleton --lang rust --type event bootstrap.bpf.o > src/bootstrap_skel.rs
  wasm-bpf gen types bootstrap.bpf.o --type event > bootstrap.types.h
  wasm-bpf gen types --btf /sys/kernel/btf/vmlinux --type task_struct > task.h
  wasm-bpf gen types --btf /sys/kernel/btf/vmlinux --type task_struct --lang go > task.go
  wasm-bpf gen vmlinux > vmlinux.h`,
};

/** `wasm-bpf gen` without the word for a kind of source. */
const GEN = command({
  task: "generate",
  operands: { noun: "word", min: 0, max: Infinity, endOptions: true },
  options: { help: HELP },
  page: PAGE,
});

const SKELETON = command({
  task: "generate skeleton",
  operands: { noun: "file", min: 1, max: 1 },
  options: SKELETON_OPTIONS,
  page: PAGE,
});

const TYPES = command({
  task: "generate types",
  operands: { noun: "file", min: 0, max: 1 },
  options: TYPES_OPTIONS,
  page: PAGE,
});

const VMLINUX = command({
  task: "generate vmlinux",
  operands: { noun: "file", min: 0, max: 0 },
  options: VMLINUX_OPTIONS,
  page: PAGE,
});

/** The BTF of the running kernel. */
const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/**
 * Runs `wasm-bpf gen`.
 *
 * @param args the arguments after `gen`.
 * @returns the exit code: 0; 1 when a requested type is missing, or stdout could not be written; 2 for wrong arguments; 126 when the
 * file is not a BPF object; 127 when there is no such file.
 */
export function gen(args: readonly string[]): number {
  const [kind, ...rest] = args;
  if (kind === "skeleton") return runSkeleton(rest);
  if (kind === "types") return runTypes(rest);
  if (kind === "vmlinux") return runVmlinux(rest);
  return runCommand(GEN, args, ({ operands: [word] }) => {
    if (word === undefined) throw new UsageError("Cannot generate: neither skeleton, types nor vmlinux given");
    throw new UsageError(`Cannot generate "${word}": only skeleton, types and vmlinux exist`);
  });
}

function runSkeleton(args: readonly string[]): number {
  return runCommand(SKELETON, args, (given) => {
    const [path = ""] = given.operands;
    const name = nameFor(path, given.get("name"), SKELETON);
    const language = given.get("lang");
    const types = given.get("type");
    const packageName = packageFor(language, given.get("package"), SKELETON);
    if (language !== undefined) {
      return generate(path, (bytes) => genSkeletonIn(language, bytes, { name, types, packageName }));
    }
    if (types.length > 0) throw new UsageError("Cannot generate skeleton: --type needs --lang; in C, gen types has it");
    return generate(path, (bytes) => genSkeletonChunks(bytes, { name }));
  });
}

function runTypes(args: readonly string[]): number {
  return runCommand(TYPES, args, (given) => {
    const [object] = given.operands;
    const btf = given.get("btf");
    const path = btf ?? object;
    const types = given.get("type");
    if (path === undefined) throw new UsageError("Cannot generate types: no file given");
    if (btf !== undefined && object !== undefined) {
      throw new UsageError(`Cannot generate types: one file at a time, not also "${object}"`);
    }
    if (btf !== undefined && types.length === 0) throw new UsageError("Cannot generate types: --btf needs --type");
    const name = nameFor(path, given.get("name"), TYPES);
    const language = given.get("lang");
    const packageName = packageFor(language, given.get("package"), TYPES);
    const options = { name, types, packageName };
    const all = given.get("all");
    if (btf !== undefined) {
      return generate(
        path,
        (bytes) => language === undefined ? genTypesOfBtf(bytes, options) : genTypesOfBtfIn(language, bytes, options),
      );
    }
    return generate(
      path,
      (bytes) =>
        language === undefined
          ? genTypes(bytes, { ...options, all })
          : genTypesIn(language, bytes, { ...options, all }),
    );
  });
}

function runVmlinux(args: readonly string[]): number {
  return runCommand(VMLINUX, args, (given) => generate(given.get("btf") ?? KERNEL_BTF, genVmlinux));
}

/** The given name, or else the name from the file's path. @throws {UsageError} when it cannot be a name in C. */
function nameFor(path: string, given: string | undefined, { task }: { task: string }): string {
  if (path === "-" && given === undefined) {
    throw new UsageError(`Cannot ${task}: standard input has no name; give one with "name NAME"`);
  }
  const name = given ?? objectName(path);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name)) return name;
  throw new UsageError(
    `Cannot ${task}: ${JSON.stringify(name)} is not a C identifier; give another with "name NAME"`,
  );
}

/** The language; undefined for C and C++, which have the same source. */
function parseLanguage(text: string, refuse: Refuse): Language | undefined {
  if (text === "c" || text === "cpp") return undefined;
  return isLanguage(text) ? text : refuse(`"${text}" is not a language (${LANGUAGES.join(", ")})`);
}

const GO_KEYWORDS: ReadonlySet<string> = new Set(
  ("break case chan const continue default defer else fallthrough for func go goto if import interface map package range return " +
    "select struct switch type var").split(" "),
);

/** The name of a package of Go. */
function parsePackage(text: string, refuse: Refuse): string | undefined {
  return /^[a-z][a-z0-9_]*$/.test(text) && !GO_KEYWORDS.has(text) ? text : refuse(`"${text}" is not a package of Go`);
}

/** The given package, which only Go has. @throws {UsageError} for another language. */
function packageFor(language: Language | undefined, given: string | undefined, { task }: { task: string }) {
  if (given === undefined || language === "go") return given;
  throw new UsageError(`Cannot ${task}: --package needs --lang go`);
}

/** Writes the source that `generator` makes of the file at `path`. @returns the exit code. */
function generate(
  path: string,
  generator: (bytes: Uint8Array<ArrayBuffer>) => string | Iterable<Uint8Array>,
): number {
  let source: string | Iterable<Uint8Array>;
  try {
    const bytes = readInput(path);
    if (isWasm(bytes)) throw new FormatError("file", MODULE_GIVEN);
    source = generator(bytes);
  } catch (error) {
    return explainInput(path, error);
  }
  return writeOutput(source);
}

const MODULE_GIVEN = "it is a WebAssembly module, not a BPF object (hint: wasm-bpf inspect lists its objects)";
