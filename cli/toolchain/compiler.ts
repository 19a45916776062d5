/**
 * Finds clang and its linker.
 *
 * @module
 */

import type { GuestTarget } from "./sdk.ts";
import { MissingToolError, type Toolchain } from "./toolchain.ts";

/** The version of clang that this project is tested with. */
const TESTED_VERSION = 19;
/** Versions before 19 have function tables with indices of 32 bits also for wasm64, which do not fit those of the SDK. */
const OLDEST_VERSIONS: Readonly<Record<GuestTarget, number>> = { wasm64: 19, wasm32: 11 };
const OLDEST_ZIG = "0.14";
const NEWEST_VERSION = 40;

/** A C compiler: a program, and words that come before all others. */
export interface Compiler {
  readonly file: string;
  readonly args: readonly string[];
  /** True for `zig cc`, which is clang with another driver. */
  readonly isZig: boolean;
}

/** The uses of a compiler. */
export interface CompilerUse {
  readonly target: GuestTarget;
  /** True when it must have a linker. */
  readonly links: boolean;
}

/**
 * Finds a compiler: the tested version of clang, the newest other one, `clang`, or `zig cc`.
 *
 * @throws {MissingToolError} when there is none.
 */
export function findCompiler(tools: Toolchain, use: CompilerUse): Compiler {
  const clang = findClang(tools, use);
  const linker = clang === undefined || !use.links ? [] : linkerOf(tools, clang, use);
  if (clang !== undefined && linker !== undefined) return { file: clang.name, args: linker, isZig: false };
  if (tools.find("zig") !== undefined) return zigFor(tools, use);
  if (clang === undefined) {
    const oldest = use.target === "wasm64" ? ` ${OLDEST_VERSIONS.wasm64} or newer` : "";
    throw new MissingToolError(`Cannot compile: no clang${oldest} in PATH, and no zig (hint: ${install(tools)})`);
  }
  throw new MissingToolError(`Cannot link: no wasm-ld for ${clang.name} (hint: ${install(tools)})`);
}

interface Found {
  readonly name: string;
  readonly path: string;
}

function findClang(tools: Toolchain, { target }: CompilerUse): Found | undefined {
  const found = firstFound(tools, [...versions(target).map((version) => `clang-${version}`), "clang"]);
  if (found?.name !== "clang") return found;
  const version = Number.parseInt(tools.outputOf("clang", ["-dumpversion"]), 10);
  return version >= OLDEST_VERSIONS[target] ? found : undefined;
}

function versions(target: GuestTarget): number[] {
  const all: number[] = [TESTED_VERSION];
  for (let version = NEWEST_VERSION; version >= OLDEST_VERSIONS[target]; version--) {
    if (version !== TESTED_VERSION) all.push(version);
  }
  return all;
}

function firstFound(tools: Toolchain, names: readonly string[]): Found | undefined {
  for (const name of names) {
    const path = tools.find(name);
    if (path !== undefined) return { name, path };
  }
  return undefined;
}

/** Words that lead clang to a linker, if it does not find one itself; undefined when there is none. */
function linkerOf(tools: Toolchain, { name, path }: Found, { target }: CompilerUse): string[] | undefined {
  const program = tools.files.resolved(path) ?? path;
  const own = `${program.slice(0, program.lastIndexOf("/"))}/wasm-ld`;
  if (tools.files.isProgram(own) || tools.find("wasm-ld") !== undefined) return [];
  const version = name.startsWith("clang-") ? [name.slice("clang-".length)] : versions(target).map(String);
  const linker = firstFound(tools, version.map((one) => `wasm-ld-${one}`));
  return linker === undefined ? undefined : [`-fuse-ld=${linker.path}`];
}

function zigFor(tools: Toolchain, { target }: CompilerUse): Compiler {
  const version = tools.outputOf("zig", ["version"]).trim();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [, oldestMinor = 0] = OLDEST_ZIG.split(".").map(Number);
  if (target === "wasm64" && major === 0 && minor < oldestMinor) {
    throw new MissingToolError(`Cannot compile: zig ${version} is older than ${OLDEST_ZIG} (hint: ${install(tools)})`);
  }
  return { file: "zig", args: ["cc"], isZig: true };
}

/** The command that installs the tested version of clang. */
export function install({ files }: Toolchain): string {
  return files.exists("/etc/debian_version")
    ? `apt install clang-${TESTED_VERSION} lld-${TESTED_VERSION}`
    : `install clang ${TESTED_VERSION} or newer, with lld`;
}
