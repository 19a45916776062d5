/**
 * The subcommands, and the message for a word that is not one of them.
 *
 * @module
 */

import { nearest } from "./nearest.ts";

/**
 * The subcommands besides `run`, with their lines in `wasm-bpf --help`. A new one also needs a file with its declaration, and a
 * function of the same name in `subcommands.ts`.
 */
export const SUBCOMMANDS = {
  doctor: { usage: "doctor", summary: "finds out which guests can run on this machine" },
  inspect: { usage: "inspect FILE", summary: "shows the contents of a module or a BPF object" },
  new: { usage: "new NAME", summary: "writes the sources of a first guest" },
  build: { usage: "build DIR", summary: "builds a guest from the sources in a directory" },
  cc: { usage: "cc FILE.c... -o OUT.wasm", summary: "compiles a guest in C" },
  gen: { usage: "gen skeleton|types|vmlinux", summary: "writes C headers for guests" },
} as const;

/** True for the name of a subcommand besides `run`. */
export function isSubcommand(word: string | undefined): word is keyof typeof SUBCOMMANDS {
  return word !== undefined && Object.hasOwn(SUBCOMMANDS, word);
}

const NAMES = ["run", ...Object.keys(SUBCOMMANDS)];

/** Words that people try, and the subcommand or option that they should use. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  help: "--help",
  version: "--version",
  skeleton: "gen skeleton",
  types: "gen types",
  vmlinux: "gen vmlinux",
};

/** The message for a missing module of this name; undefined when the name does not resemble a subcommand. */
export function unknownSubcommand(word: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z-]*$/.test(word)) return undefined;
  return `Cannot run "${word}": no such file or subcommand (${adviceFor(word.toLowerCase())})`;
}

function adviceFor(word: string): string {
  if (NAMES.includes(word)) return `subcommands come first: wasm-bpf ${word} ...`;
  const meant = nearest(word, [...NAMES, ...Object.keys(ELSEWHERE)]);
  return meant === undefined ? "see wasm-bpf --help" : `did you mean ${ELSEWHERE[meant] ?? meant}?`;
}
