/**
 * Builds the benchmarks: each guest from one source, once for WebAssembly and once natively with the same libbpf.
 *
 * @module
 */

/** The top of the checkout, with a slash at the end. */
export const ROOT = new URL("../", import.meta.url).pathname;

/** The folder of the results. */
export const OUT = `${ROOT}.build/bench`;

/** The guests and their BPF objects. All except `mapped` use version 1 of the ABI, so that other hosts can run them too. */
const GUESTS: readonly { name: string; object: string; flags?: readonly string[] }[] = [
  { name: "events", object: "events" },
  { name: "wake", object: "events" },
  { name: "flood", object: "events" },
  { name: "maps", object: "maps" },
  { name: "steps", object: "bootstrap" },
  { name: "mapped", object: "mapped", flags: ["-DWASM_BPF_ABI=2"] },
  { name: "growth1", object: "growth1" },
  { name: "growth8", object: "growth8" },
  { name: "growth64", object: "growth64" },
];

/** Numbers of maps for which there is a guest "growthN". */
const GROWTH = /^growth(\d+)$/;

const LIBBPF = ["lib/libbpf.a", "lib/libelf.a"].map((path) => `${ROOT}.build/${path}`).concat("-l:libz.a");
const BPF_ARCH: Record<string, string> = { x86_64: "x86", aarch64: "arm64" };

/** Builds all: about ten seconds. @throws {Error} with what the compiler said. */
export async function buildAll(): Promise<void> {
  await run([`${ROOT}scripts/build_libbpf.sh`]);
  await run([`${ROOT}scripts/build_guests.sh`, "bootstrap"]);
  await Deno.mkdir(OUT, { recursive: true });
  const objects = new Set(GUESTS.map(({ object }) => object));
  objects.delete("bootstrap"); // which the line above has built
  for (const object of objects) await buildObject(object);
  for (const { name, flags = ["-DWASM_BPF_ABI=1"] } of GUESTS) {
    const source = `${ROOT}bench/guests/${name.replace(GROWTH, "growth")}.c`;
    await buildWasm(name, source, flags);
    await buildNative(name, source);
  }
  await buildNative("bootstrap", `${ROOT}examples/bootstrap/bootstrap.c`);
  await buildNative("batch", `${ROOT}bench/native/batch.c`);
  for (const tool of ["producer", "launch"]) await buildNative(tool, `${ROOT}bench/native/${tool}.c`);
}

/** Builds `./wasm-bpf`, unless something else is to be measured, and a program of the same make that does nothing. */
export async function buildHost(withBinary: boolean): Promise<void> {
  if (withBinary) await run([`${ROOT}scripts/build_binary.sh`]);
  const bare = `${OUT}/bare`;
  try {
    await Deno.stat(bare);
  } catch {
    const base = `${ROOT}.tools/denort-${Deno.version.deno}`;
    const flags = ["--no-config", "--no-lock", "--no-check", "--no-code-cache", "--output", bare];
    await run([Deno.execPath(), "compile", ...flags, `${ROOT}bench/bare.js`], { DENORT_BIN: base });
  }
}

async function buildObject(name: string): Promise<void> {
  const object = `${OUT}/${name}.bpf.o`;
  const maps = GROWTH.exec(name)?.[1];
  const source = `${ROOT}bench/guests/${maps === undefined ? name : "growth"}.bpf.c`;
  const defines = [`-D__TARGET_ARCH_${BPF_ARCH[Deno.build.arch]}`, ...maps === undefined ? [] : [`-DMAPS=${maps}`]];
  await run([
    "clang-19",
    "-g",
    "-O2",
    "-target",
    "bpf",
    ...defines,
    `-I${ROOT}.build/include`,
    "-c",
    source,
    "-o",
    object,
  ]);
  await run(["llvm-strip-19", "-g", object]);
  const skeleton = await run([Deno.execPath(), "run", "-A", "--quiet", `${ROOT}cli.ts`, "gen", "skeleton", object]);
  // What is in a skeleton is named after its object; the sources of "growthN" know one name.
  await Deno.writeTextFile(
    `${OUT}/${name}.skel.h`,
    skeleton.replaceAll(`${name}_bpf`, `${name.replace(/\d+$/, "")}_bpf`),
  );
}

async function buildWasm(name: string, source: string, flags: readonly string[]): Promise<void> {
  const link = ["-Wl,--export-table", "-Wl,--strip-all", "-o", `${OUT}/${name}.wasm`];
  const include = [...includes(name), `-I${ROOT}wasm-include/c`];
  await run(["clang-19", "--target=wasm32-wasi", "-Oz", "-Wall", ...flags, ...include, source, ...link]);
}

async function buildNative(name: string, source: string): Promise<void> {
  const include = [...includes(name), `-I${ROOT}bench/native`, `-I${ROOT}.build/include`];
  await run(["clang-19", "-O2", "-Wall", ...include, source, "-o", `${OUT}/${name}`, ...LIBBPF]);
}

function includes(name: string): string[] {
  const maps = GROWTH.exec(name)?.[1] ?? "1";
  const folders = [OUT, `${ROOT}bench/guests`, `${ROOT}examples/bootstrap`, `${ROOT}examples/include`];
  return [`-DSKELETON="growth${maps}.skel.h"`, ...folders.map((folder) => `-I${folder}`)];
}

/** Runs a build step. @returns its stdout. @throws {Error} with its stderr when it fails. */
async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("Cannot run nothing");
  const command = new Deno.Command(program, { args, env, cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot build the benchmarks: ${argv.join(" ")}\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
