/**
 * The command that compiles and links a guest.
 *
 * @module
 */

import { type ClangWords, isSource } from "./clang_words.ts";
import type { Compiler } from "./compiler.ts";
import { compilesCxx, type Cxx } from "./cxx.ts";
import { LAYOUT_OPTIONS } from "./record_layouts.ts";
import type { GuestTarget, Sdk } from "./sdk.ts";

/** The parts of the command. */
export interface GuestCommand {
  readonly compiler: Compiler;
  readonly target: GuestTarget;
  readonly sdk: Sdk;
  readonly clang: ClangWords;
  /** The words for C++; undefined for C, and for wasm32. */
  readonly cxx: Cxx | undefined;
  /** The libraries of the SDK, without "lib" and ".a". */
  readonly libraries: readonly string[];
  /** True if the linker may shorten the numbers in the code. */
  readonly compresses: boolean;
}

/** As large as a native program's by default. wasm-ld's 64 KiB are too few for tools that keep tables on the stack. */
const STACK_BYTES = 8 << 20;

/** The arguments for the compiler. */
export function guestArguments(command: GuestCommand): string[] {
  const { compiler, clang, cxx } = command;
  const links = clang.action === "link";
  return [
    ...compiler.args,
    ...targetWords(command),
    ...clang.optimizes ? [] : ["-Oz"],
    ...cxx?.words ?? (compilesCxx(clang) ? ["-fno-exceptions"] : []),
    ...links ? startup(command) : [],
    ...clang.words,
    // The language of the sources is not that of the libraries after them.
    ...clang.setsLanguage ? ["-x", "none"] : [],
    ...includes(command),
    ...links ? linkWords(command) : [],
    ...clang.output === undefined ? [] : ["-o", clang.output],
  ];
}

/** BPF programs change a guest's global variables while it runs, so its atomic operations must be atomic. */
const ATOMICS = ["-matomics"];

/** clang then keeps variables of threads. In C, they become plain variables. C++ has such variables (`libcxx/thread_local.cpp`). */
const NO_THREADS = ["-D_Thread_local=", "-D__thread=", "-Dthread_local="];

/** Functions that call setjmp() catch the exception that longjmp() throws. Other functions stay as they are. */
const JUMPS = ["-mexception-handling", "-mllvm", "-wasm-enable-sjlj"];

function targetWords({ compiler: { isZig }, clang, target }: GuestCommand): string[] {
  if (target === "wasm32") return ["--target=wasm32-wasi"];
  // zig refuses a target whose libc it does not have, unless the target is without an operating system.
  const words = isZig ? ["--target=wasm64-freestanding", "-D__wasi__=1"] : ["--target=wasm64-wasi"];
  // Numbers of system calls and layouts of the kernel are x86_64's, and programs choose tables by this name. The SDK's directories
  // replace those that the compiler would search.
  const atomics = isZig ? [] : [...ATOMICS, ...compilesCxx(clang) ? [] : NO_THREADS];
  // clang warns of an option of the code generator that it has no source for.
  const jumps = isZig || !(clang.setsLanguage || clang.inputs.some(isSource)) ? [] : JUMPS;
  return [...words, "-D__x86_64__=1", "-mbulk-memory", ...atomics, ...jumps, "-nostdlibinc"];
}

function includes({ compiler: { isZig }, target, sdk, cxx }: GuestCommand): string[] {
  if (target === "wasm32") return ["-I", sdk.include];
  // Without an operating system, zig puts its own <stdint.h> before system headers.
  if (isZig) {
    const warnings = ["-Wno-shift-op-parentheses", "-Wno-bitwise-op-parentheses"];
    return ["-I", sdk.include, ...warnings];
  }
  const ofCxx = cxx?.includes ?? [];
  const bindings = cxx === undefined ? [] : [`${sdk.root}/bindings/cpp`];
  if (ofCxx.length === 0) return ["-isystem", sdk.include];
  // The headers of libc++ include those of C as the next ones of the same name.
  const system = [
    ...bindings.flatMap((path) => ["-isystem", path]),
    ...ofCxx.flatMap((path) => ["-cxx-isystem", path]),
  ];
  return ["-nostdinc++", ...system, "-idirafter", sdk.include];
}

function startup({ sdk: { lib }, clang }: GuestCommand): string[] {
  if (lib === undefined) return [];
  const file = clang.reactor ? "crt1-reactor.o" : "crt1.o";
  return ["-nostdlib", ...clang.noStartup ? [] : [`${lib}/${file}`]];
}

function linkWords({ compiler: { isZig }, sdk: { lib }, clang, libraries, compresses }: GuestCommand): string[] {
  const own = lib === undefined || clang.noLibraries ? [] : libraries.map((name) => `${lib}/lib${name}.a`);
  const words = lib === undefined ? [] : ["-L", lib, ...own];
  if (clang.words.includes("-r")) return words;
  // With the stack first, its overflow traps and changes no data. zig always puts it there, and knows fewer options.
  const place = isZig ? "" : "--stack-first,";
  const compress = compresses && !isZig ? ",--compress-relocations" : "";
  return [
    ...words,
    "-Wl,--export-table",
    `-Wl,${place}-z,stack-size=${STACK_BYTES}`,
    ...clang.debug ? [] : [`-Wl,--strip-all${compress}`],
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
    ...LAYOUT_OPTIONS,
  ];
}
