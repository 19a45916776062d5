/**
 * Compiles the sources beside it for tests.
 *
 * @module
 */

import { llvmTool } from "../../scripts/pins.ts";

const HERE = new URL(".", import.meta.url).pathname;

const compiled = new Map<string, Uint8Array<ArrayBuffer>>();

/** The BPF object of `name`.bpf.c. It is compiled once in a run. */
export function compileObject(name: string): Uint8Array<ArrayBuffer> {
  let object = compiled.get(name);
  if (object === undefined) {
    object = compileSource(Deno.readTextFileSync(`${HERE}${name}.bpf.c`));
    compiled.set(name, object);
  }
  return object;
}

/** Compiles `source` with clang for `target` ("bpf", "bpfeb", "x86_64"), by default with types. */
export function compileSource(source: string, target = "bpf", { types = true } = {}): Uint8Array<ArrayBuffer> {
  return withFile(".c", source, (path) => {
    clang([...(types ? ["-g"] : []), "-O2", "-target", target, "-I", HERE, "-c", path, "-o", `${path}.o`]);
    return Deno.readFileSync(`${path}.o`);
  });
}

/** Fails with clang's message when C `source` does not compile for wasm32. */
export function checkForWasm(source: string, options: readonly string[] = []): void {
  withFile(".c", source, (path) => {
    clang(["--target=wasm32-wasi", "-Wall", "-Werror", "-fsyntax-only", "-I", HERE, ...options, path]);
  });
}

/** The names of all macros that are defined at the end of `source`, for wasm32. */
export function macrosForWasm(source: string): string[] {
  const lines = withFile(".c", source, (path) => run(llvmTool("clang"), ["--target=wasm32-wasi", "-E", "-dM", path]));
  return [...lines.matchAll(/^#define (\w+)(?= |$)/gm)].map((match) => match[1] ?? "");
}

/** A module without libc that exports all functions and the memory. */
export function compileModule(source: string, options: readonly string[] = []): Uint8Array<ArrayBuffer> {
  return withFile(".c", source, (path) => {
    const link = ["-nostdlib", "-Wl,--no-entry", "-Wl,--export-all", ...options];
    clang(["--target=wasm32-wasi", "-O1", "-Wall", "-Werror", "-I", HERE, ...link, path, "-o", `${path}.wasm`]);
    return Deno.readFileSync(`${path}.wasm`);
  });
}

/** The output of `command` for a file with `bytes`, whose path replaces the argument "FILE". */
export function outputOf(command: string, args: readonly string[], bytes: Uint8Array): string {
  return withFile(".o", bytes, (path) => run(command, args.map((arg) => arg === "FILE" ? path : arg)));
}

function clang(args: readonly string[]): void {
  run(llvmTool("clang"), args);
}

function run(command: string, args: readonly string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args: [...args] }).outputSync();
  if (!success) throw new Error(`${command} ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function withFile<T>(suffix: string, content: string | Uint8Array, use: (path: string) => T): T {
  const folder = Deno.makeTempDirSync({ prefix: "wasm-bpf-" });
  try {
    const path = `${folder}/x.bpf${suffix}`;
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return use(path);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
