/**
 * Finds cargo, and a rustc that compiles for WebAssembly.
 *
 * @module
 */

import { MissingToolError, ProgramFailed, type Toolchain } from "../toolchain/toolchain.ts";

/** The names of the target for guests, before and after Rust 1.78. */
const TARGETS = ["wasm32-wasip1", "wasm32-wasi"] as const;

/** The tools that build a guest. */
export interface RustTools {
  readonly cargo: string;
  readonly target: string;
  /** Environment variables for cargo. */
  readonly variables: readonly string[];
}

/**
 * Finds the first cargo, of those in PATH, ~/.cargo/bin and /usr/bin, whose rustc has the libraries of the target, and a linker.
 *
 * @param project the directory of the guest. rustup's rustc can be another one there.
 * @throws {MissingToolError} when there is none, with the command that installs what is missing.
 */
export function findRust(tools: Toolchain, project: string): RustTools {
  const directories = directoriesOf(tools).filter((directory) =>
    ["cargo", "rustc"].every((program) => tools.files.isProgram(`${directory}/${program}`))
  );
  let missingLinker: string | undefined;
  for (const directory of directories) {
    const rustc = `${directory}/rustc`;
    const ask = (...args: readonly string[]) => tools.outputOf("env", [`--chdir=${project}`, rustc, ...args]);
    const root = sysroot(ask);
    const target = TARGETS.find((name) => tools.files.isDirectory(`${root}/lib/rustlib/${name}/lib`));
    if (root === undefined || target === undefined) continue;
    const linker = linkerOf(tools, ask("-vV"), root);
    if (linker.missing !== undefined) {
      missingLinker ??= linker.missing;
      continue;
    }
    const variable = `CARGO_TARGET_${target.toUpperCase().replaceAll("-", "_")}_LINKER`;
    return {
      cargo: `${directory}/cargo`,
      target,
      variables: [`RUSTC=${rustc}`, ...linker.path === undefined ? [] : [`${variable}=${linker.path}`]],
    };
  }
  throw new MissingToolError(missingText(tools, directories, missingLinker));
}

function directoriesOf(tools: Toolchain): string[] {
  const home = tools.environmentVariable("HOME");
  const named = (tools.environmentVariable("PATH") ?? "").split(":").filter((path) => path !== "");
  return [...new Set([...named, ...home === undefined ? [] : [`${home}/.cargo/bin`], "/usr/bin"])];
}

/** The directory with a compiler's libraries; undefined when it cannot run, as rustup's without a toolchain. */
function sysroot(ask: (...args: readonly string[]) => string): string | undefined {
  try {
    return ask("--print", "sysroot").trim();
  } catch (error) {
    if (error instanceof ProgramFailed) return undefined;
    throw error;
  }
}

/** rustup's compilers bring a linker. Debian's need the one of their LLVM: other versions may not know their options. */
function linkerOf(tools: Toolchain, about: string, root: string): { path?: string; missing?: string } {
  const machine = /^host: (\S+)$/m.exec(about)?.[1] ?? "";
  if (tools.files.isProgram(`${root}/lib/rustlib/${machine}/bin/rust-lld`)) return {};
  const version = /^LLVM version: (\d+)/m.exec(about)?.[1] ?? "";
  const path = tools.find(`wasm-ld-${version}`) ?? tools.find("wasm-ld");
  return path === undefined ? { missing: `lld-${version}` } : { path };
}

function missingText({ files }: Toolchain, directories: readonly string[], linker: string | undefined): string {
  const isDebian = files.exists("/etc/debian_version");
  if (linker !== undefined) {
    return `Cannot link: no wasm-ld for rustc (hint: ${isDebian ? `apt install ${linker}` : `install ${linker}`})`;
  }
  if (directories.some((directory) => files.isProgram(`${directory}/rustup`))) {
    return "Cannot compile: no rustc has the target wasm32-wasip1 (hint: rustup target add wasm32-wasip1)";
  }
  // The libraries recommend the linker, which apt then installs too.
  const packages = "apt install cargo libstd-rust-dev-wasm32";
  const install = isDebian ? packages : "https://rustup.rs, then rustup target add wasm32-wasip1";
  return directories.length === 0
    ? `Cannot compile: no cargo in PATH, ~/.cargo/bin or /usr/bin (hint: ${install})`
    : `Cannot compile: no rustc has the target wasm32-wasip1 (hint: ${install})`;
}
