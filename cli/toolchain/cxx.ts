/**
 * C++ of guests: libc++ in the SDK, and the words for the compiler that differ from those of C. `scripts/build_sdk.sh --cpp` builds
 * libc++, since other guests need none.
 *
 * @module
 */

import { type ClangWords, isCxx, isSource } from "./clang_words.ts";
import { MissingToolError, type Toolchain } from "./toolchain.ts";

/** The parts of a command that decide about C++. */
export interface CxxCommand {
  readonly clang: ClangWords;
  /** The root of the SDK. */
  readonly sdk: string;
  /** The texts of the inputs that are linked. */
  readonly linked: readonly string[];
}

/** The words and libraries of C++. */
export interface Cxx {
  /** Words for the compiler, before those of the user. */
  readonly words: readonly string[];
  /** The directories of headers, before those of C. */
  readonly includes: readonly string[];
  /** The library of C++ to link, without "lib" and ".a". */
  readonly library: string;
}

/** True if the command compiles C++. */
export function compilesCxx({ inputs, words }: ClangWords): boolean {
  return inputs.some(isCxx) || words.includes("c++") || words.includes("-xc++");
}

/**
 * The words for C++; undefined when all sources are in C and no object has names of C++.
 *
 * @throws {MissingToolError} when the SDK has no libc++.
 */
export function readCxx(tools: Toolchain, { clang, sdk, linked }: CxxCommand): Cxx | undefined {
  const compiles = compilesCxx(clang);
  if (!compiles && !linked.some((text) => MANGLED.test(text))) return undefined;
  const headers = `${sdk}/c++/v1`;
  const ownLibrary = clang.words.some((word) => word === "-nostdinc++" || word === "-nostdlib++");
  const exists = tools.files.exists(`${headers}/__config_site`) && tools.files.exists(`${sdk}/lib/libc++.a`);
  // Objects can have names of C++ and need no library.
  if (!exists && compiles && !ownLibrary) {
    throw new MissingToolError(
      `Cannot compile C++: no libc++ in ${sdk} (hint: scripts/build_sdk.sh --cpp in a checkout of wasm-bpf builds it)`,
    );
  }
  const throws = exceptionsOf(clang.words) || linked.some((text) => THROWS.test(text));
  return {
    words: compiles ? wordsOf(clang) : [],
    includes: exists && !ownLibrary ? [headers] : [],
    library: throws ? "c++-exceptions" : "c++",
  };
}

/** A name of C++ in an object. */
const MANGLED = /\b_Z[A-Z\d]/;

/** An object that throws or catches exceptions. */
const THROWS = /\b(__cxa_throw|__cxa_begin_catch|__cpp_exception)\b/;

/** An object with variables of threads. */
const THREAD_LOCAL = /\b__tls_base\b/;

/** True if the last option about exceptions allows them. */
function exceptionsOf(words: readonly string[]): boolean {
  return /^-f(wasm-)?exceptions$/.test(words.findLast((word) => /^-f(no-|wasm-)?exceptions$/.test(word)) ?? "");
}

function wordsOf({ inputs, words }: ClangWords): string[] {
  // clang refuses a version of C++ for sources in C.
  const onlyCxx = inputs.every((input) => isCxx(input) || !isSource(input));
  const version = onlyCxx && !words.some((word) => word.startsWith("-std")) ? ["-std=gnu++23"] : [];
  return [...version, exceptionsOf(words) ? "-fwasm-exceptions" : "-fno-exceptions"];
}

/**
 * True if wasm-ld may shorten the numbers in the code. wasm-ld 19 crashes when one of them is the offset of a variable of a thread.
 * In C++, any header can define one, and so does libc++.
 */
export function canCompress(cxx: Cxx | undefined, linked: readonly string[]): boolean {
  return cxx === undefined && !linked.some((text) => THREAD_LOCAL.test(text));
}
