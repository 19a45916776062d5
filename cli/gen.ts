/**
 * `wasm-bpf gen`: source code for guests.
 *
 * @module
 */

import { genSkeletonChunks, genTypes, genTypesOfBtf, isReserved, objectName } from "../codegen/mod.ts";
import { explainInput, readInput } from "./input.ts";
import { UsageError } from "./exit.ts";
import { writeOutput } from "./output.ts";

const HELP = `Usage: wasm-bpf gen skeleton OBJECT [name NAME]
       wasm-bpf gen types OBJECT [name NAME] [--type TYPE]... [--all]
       wasm-bpf gen types --btf FILE --type TYPE...

Writes C source for guests to stdout, from a BPF object (x.bpf.o). bpftool is not needed. OBJECT or FILE may be "-":
standard input.

  skeleton   a header with the object inside, and x__open(), x__load(), x__attach(), x__destroy() to use it: of the
             names and shape that "bpftool gen skeleton" gives them. Strip the object first ("llvm-strip -g x.bpf.o"):
             debug information would make the guest larger and is of no use to it. A name that C has another use for
             gets a "_" behind it (errno_), and so does a word of C++ in C++ (new_)
  types      structs, unions and enums that the object shares with its guest, laid out for wasm32 exactly as the kernel
             has them, with an assertion for every size and offset. Chosen are the types of map keys and values and of
             global variables. What the headers for guests define is included from there

Options:
  name NAME      the object's name; otherwise the file's, without .o: runqlat.bpf.o is runqlat_bpf
  --type TYPE    types: this struct, union, enum or typedef as well; may be repeated. A type that only local variables
                 have (a ring buffer's record) is in an object only if a global points to it:
                 const struct event *unused;
  --all          types: everything that the object itself defines
  --btf FILE     types: from bare BTF (/sys/kernel/btf/vmlinux) instead of an object; only what --type names

Examples:
  wasm-bpf gen skeleton runqlat.bpf.o > runqlat.skel.h
  wasm-bpf gen skeleton runqlat.bpf.o name runqlat > runqlat.skel.h
  clang-19 -g -O2 -target bpf -c x.bpf.c -o - | wasm-bpf gen skeleton - name x > x.skel.h
  wasm-bpf gen types bootstrap.bpf.o --type event > bootstrap.types.h
  wasm-bpf gen types --btf /sys/kernel/btf/vmlinux --type task_struct > task.h
`;

/** The parsed arguments. */
interface Request {
  what: string;
  path: string;
  name: string;
  types: string[];
  all: boolean;
  isBtf: boolean;
}

/**
 * Runs `wasm-bpf gen`.
 *
 * @param args what follows `gen`.
 * @returns the exit code: 0; 1 when asked for a type that is not there, or stdout could not be written; 126 when the file is no
 * BPF object; 127 when there is no such file.
 * @throws {UsageError}
 */
export function gen(args: readonly string[]): number {
  if (args.length === 0 || args.includes("-h") || args.includes("--help")) return writeOutput(HELP);
  const request = parse(args);
  let source: string | Iterable<Uint8Array>;
  try {
    source = generate(request);
  } catch (error) {
    return explainInput(request.path, error);
  }
  return writeOutput(source);
}

function generate({ what, path, name, types, all, isBtf }: Request): string | Iterable<Uint8Array> {
  const bytes = readInput(path);
  if (what === "skeleton") return genSkeletonChunks(bytes, { name });
  return isBtf ? genTypesOfBtf(bytes, { name, types }) : genTypes(bytes, { name, types, all });
}

/** @throws {UsageError} */
function parse(args: readonly string[]): Request {
  const [what = "", ...rest] = args;
  if (what !== "skeleton" && what !== "types") {
    throw new UsageError(`Cannot generate "${what}": only skeleton and types are known`);
  }
  const request: Request = { what, path: "", name: "", types: [], all: false, isBtf: false };
  const words = [...rest];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    readWord(word, words, request);
  }
  if (request.path === "") throw new UsageError(`Cannot generate ${what}: no file given`);
  if (request.isBtf && request.types.length === 0) throw new UsageError("Cannot generate types: --btf needs --type");
  if (request.path === "-" && request.name === "") {
    throw new UsageError(`Cannot generate ${what}: standard input has no name; give one with "name NAME"`);
  }
  request.name ||= objectName(request.path);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(request.name) || isReserved(request.name)) {
    throw new UsageError(
      `Cannot generate ${what}: ${JSON.stringify(request.name)} is no C identifier; give another with "name NAME"`,
    );
  }
  return request;
}

/** Reads one word, and the value of an option from the words after it. @throws {UsageError} */
function readWord(word: string, words: string[], request: Request): void {
  const [option = "", attached] = word.startsWith("--") ? word.split(/=(.*)/s, 2) : [word];
  const value = () => {
    const given = attached ?? words.shift();
    if (!given) throw new UsageError(`Cannot generate ${request.what}: ${option} needs a value`);
    return given;
  };
  const forTypes = request.what === "types";
  if (option === "--name" || (option === "name" && request.path !== "")) request.name = value();
  else if (option === "--type" && forTypes) request.types.push(value());
  else if (word === "--all" && forTypes) request.all = true;
  else if (option.startsWith("-") && option !== "-" && !(option === "--btf" && forTypes)) {
    throw new UsageError(`Cannot generate ${request.what}: unknown option "${word}"`);
  } else if (request.path !== "") {
    throw new UsageError(`Cannot generate ${request.what}: one file at a time, not also "${word}"`);
  } else {
    request.isBtf = option === "--btf";
    request.path = request.isBtf ? value() : word;
  }
}
