/**
 * Finds clang and its linker.
 *
 * @module
 */

import { MissingToolError, type Toolchain } from "./toolchain.ts";

/** The version of clang that this project is tested with. */
const TESTED_VERSION = 19;
/** Older versions have no memory with 64-bit addresses that runs in today's engines. */
const OLDEST_VERSION = 17;
const NEWEST_VERSION = 40;

/** A C compiler: a program, and words that come before all others. */
export interface Compiler {
  readonly file: string;
  readonly args: readonly string[];
  /** True for `zig cc`, which is clang with another driver. */
  readonly isZig: boolean;
}

/**
 * Finds a compiler: the tested version of clang, the newest other one, `clang`, or `zig cc`.
 *
 * @param options.links true when it must have a linker.
 * @throws {MissingToolError} when there is none.
 */
export function findCompiler(tools: Toolchain, { links }: { links: boolean }): Compiler {
  const clangs = versions().map((version) => `clang-${version}`);
  const clang = firstFound(tools, [...clangs, "clang"]);
  const linker = clang === undefined || !links ? [] : linkerOf(tools, clang);
  if (clang !== undefined && linker !== undefined) return { file: clang.name, args: linker, isZig: false };
  if (tools.find("zig") !== undefined) return { file: "zig", args: ["cc"], isZig: true };
  if (clang === undefined) {
    throw new MissingToolError(`Cannot compile: no clang in PATH, and no zig (hint: ${install(tools)})`);
  }
  throw new MissingToolError(`Cannot link: no wasm-ld for ${clang.name} (hint: ${install(tools)})`);
}

function versions(): number[] {
  const all: number[] = [TESTED_VERSION];
  for (let version = NEWEST_VERSION; version >= OLDEST_VERSION; version--) {
    if (version !== TESTED_VERSION) all.push(version);
  }
  return all;
}

interface Found {
  readonly name: string;
  readonly path: string;
}

function firstFound(tools: Toolchain, names: readonly string[]): Found | undefined {
  for (const name of names) {
    const path = tools.find(name);
    if (path !== undefined) return { name, path };
  }
  return undefined;
}

/** Words that lead clang to a linker, if it does not find one itself; undefined when there is none. */
function linkerOf(tools: Toolchain, { name, path }: Found): string[] | undefined {
  const program = tools.files.resolved(path) ?? path;
  const own = `${program.slice(0, program.lastIndexOf("/"))}/wasm-ld`;
  if (tools.files.isProgram(own) || tools.find("wasm-ld") !== undefined) return [];
  const version = name.startsWith("clang-") ? [name.slice("clang-".length)] : versions().map(String);
  const linker = firstFound(tools, version.map((one) => `wasm-ld-${one}`));
  return linker === undefined ? undefined : [`-fuse-ld=${linker.path}`];
}

function install({ files }: Toolchain): string {
  return files.exists("/etc/debian_version")
    ? `apt install clang-${TESTED_VERSION} lld-${TESTED_VERSION}`
    : `install clang ${TESTED_VERSION} or newer, with lld`;
}
