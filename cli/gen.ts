/**
 * `wasm-bpf gen`: source code for guests.
 *
 * @module
 */

import { genSkeleton, genTypes, genTypesOfBtf, objectName } from "../codegen/mod.ts";
import { explainInput, readInput } from "./input.ts";
import { writeOutput } from "./output.ts";

const HELP = `Usage: wasm-bpf gen skeleton OBJECT [name NAME]
       wasm-bpf gen types OBJECT [name NAME] [--type TYPE]... [--all]
       wasm-bpf gen types --btf FILE --type TYPE...

Writes C source for guests to stdout, from a BPF object (x.bpf.o). bpftool is not needed.

  skeleton   a header with the object inside, and x__open(), x__load(), x__attach(), x__destroy() to use it: of the
             names and shape that "bpftool gen skeleton" gives them. Strip the object first ("llvm-strip -g x.bpf.o"):
             debug information would make the guest larger and is of no use to it
  types      structs, unions and enums that the object shares with its guest, laid out for wasm32 exactly as the kernel
             has them, with an assertion for every size and offset. Chosen are the types of map keys and values and of
             global variables

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
  wasm-bpf gen types bootstrap.bpf.o --type event > bootstrap.types.h
  wasm-bpf gen types --btf /sys/kernel/btf/vmlinux --type task_struct > task.h
`;

/** What was asked for. */
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
 * @returns the exit code: 0; 1 when asked for something that is not there, or stdout could not be written; 126 when the file
 * is no BPF object; 127 when there is no such file.
 */
export function gen(args: readonly string[]): number {
  if (args.length === 0 || args.includes("-h") || args.includes("--help")) return writeOutput(HELP);
  const request = parse(args);
  if (typeof request === "string") {
    console.error(`${request} (see wasm-bpf gen --help)`);
    return 1;
  }
  try {
    return writeOutput(generate(request));
  } catch (error) {
    const { line, exitCode } = explainInput(request.path, error);
    console.error(line);
    return exitCode;
  }
}

function generate({ what, path, name, types, all, isBtf }: Request): string {
  const bytes = readInput(path);
  if (what === "skeleton") return genSkeleton(bytes, { name });
  return isBtf ? genTypesOfBtf(bytes, { name, types }) : genTypes(bytes, { name, types, all });
}

/** The request, or why there is none. */
function parse(args: readonly string[]): Request | string {
  const [what, ...rest] = args;
  if (what !== "skeleton" && what !== "types") return `Cannot generate "${what}": only skeleton and types are known`;
  const request: Request = { what, path: "", name: "", types: [], all: false, isBtf: false };
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    const [option = "", attached] = word.startsWith("--") ? word.split(/=(.*)/s, 2) : [word];
    const value = () => attached ?? rest[++i];
    if ((option === "name" && request.path !== "") || option === "--name") request.name = value() ?? "";
    else if (option === "--type" && what === "types") request.types.push(value() ?? "");
    else if (option === "--all" && what === "types") request.all = true;
    else if (option === "--btf" && what === "types") {
      request.isBtf = true;
      request.path = value() ?? "";
    } else if (option.startsWith("-")) return `Cannot generate ${what}: unknown option "${word}"`;
    else if (request.path !== "") return `Cannot generate ${what}: one file at a time, not also "${word}"`;
    else request.path = word;
    if (i >= rest.length) return `Cannot generate ${what}: "${word}" needs a value`;
  }
  if (request.path === "") return `Cannot generate ${what}: no object given`;
  if (request.isBtf && request.types.length === 0) return "Cannot generate types: --btf needs --type";
  request.name ||= objectName(request.path);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(request.name)) {
    return `Cannot generate ${what}: ${JSON.stringify(request.name)} is no C identifier; give another with "name NAME"`;
  }
  return request;
}
