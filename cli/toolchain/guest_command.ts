/**
 * The command that compiles and links a guest.
 *
 * @module
 */

import { type ClangWords, isCxx } from "./clang_words.ts";
import type { Compiler } from "./compiler.ts";
import type { GuestTarget, Sdk } from "./sdk.ts";

/** The parts of the command. */
export interface GuestCommand {
  readonly compiler: Compiler;
  readonly target: GuestTarget;
  readonly sdk: Sdk;
  readonly clang: ClangWords;
  /** The libraries of the SDK, without "lib" and ".a". */
  readonly libraries: readonly string[];
}

/** As large as a native program's by default. wasm-ld's 64 KiB are too few for tools that keep tables on the stack. */
const STACK_BYTES = 8 << 20;

/** The arguments for the compiler. */
export function guestArguments(command: GuestCommand): string[] {
  const { compiler, clang } = command;
  const links = clang.action === "link";
  return [
    ...compiler.args,
    ...targetWords(command),
    ...clang.optimizes ? [] : ["-Oz"],
    ...clang.inputs.some(isCxx) ? ["-fno-exceptions"] : [],
    ...links ? startup(command) : [],
    ...clang.words,
    ...includes(command),
    ...links ? linkWords(command) : [],
    ...clang.output === undefined ? [] : ["-o", clang.output],
  ];
}

function targetWords({ compiler: { isZig }, target }: GuestCommand): string[] {
  const words = [`--target=${target}-wasi`];
  // The SDK's directories replace those that the compiler would search.
  return target === "wasm64" ? [...words, "-mbulk-memory", "-nostdlibinc", ...isZig ? ["-nostdlib"] : []] : words;
}

function includes({ target, sdk }: GuestCommand): string[] {
  return target === "wasm64" ? ["-isystem", sdk.include] : ["-I", sdk.include];
}

function startup({ sdk: { lib }, clang }: GuestCommand): string[] {
  if (lib === undefined) return [];
  const file = clang.reactor ? "crt1-reactor.o" : "crt1.o";
  return ["-nostdlib", ...clang.noStartup ? [] : [`${lib}/${file}`]];
}

function linkWords({ sdk: { lib }, clang, libraries }: GuestCommand): string[] {
  const own = lib === undefined ? [] : ["-L", lib, ...clang.noLibraries ? [] : libraries.map((name) => `-l${name}`)];
  if (clang.words.includes("-r")) return own;
  return [
    ...own,
    "-Wl,--export-table",
    // An overflow of the stack then traps, and changes no data.
    `-Wl,--stack-first,-z,stack-size=${STACK_BYTES}`,
    ...clang.debug ? [] : ["-Wl,--strip-all,--compress-relocations"],
  ];
}

/** The arguments that make the compiler print the layouts of all records, and compile nothing. */
export function layoutArguments(command: GuestCommand): string[] {
  const { compiler, clang } = command;
  // Lists of headers were written by the compilation, and objects have no layouts.
  const isLeftOut = (word: string) => word.startsWith("-M") || word === "-c" || /\.(o|a)$/.test(word);
  const words = clang.words.filter((word, i) => !isLeftOut(word) && !/^-M[FTQJ]$/.test(clang.words[i - 1] ?? ""));
  return [
    ...compiler.args,
    ...targetWords(command),
    ...words,
    ...includes(command),
    ..."-w -fsyntax-only -Xclang -fdump-record-layouts-complete".split(" "),
  ];
}
