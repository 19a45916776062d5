/**
 * Compiles generated source code with the compiler of its language.
 *
 * @module
 */

import type { Language } from "../languages.ts";
import { runDeno } from "./run_deno.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The generated source for one object. Each file is compiled by itself. */
interface Source {
  readonly types: string;
  readonly skeleton?: string;
}

/** A compiler of a language. */
interface Compiler {
  /** The reason why it cannot run here; undefined if it can. */
  readonly reasonToSkip: () => string | undefined;
  /** Compiles outputs of `gen types` and of `gen skeleton`. @throws {Error} with the compiler's messages. */
  readonly check: (sources: readonly Source[]) => Promise<unknown>;
}

/** The crate for guests, which scripts/build_guests.sh compiles. */
const RUST_CRATE = `${ROOT}.build/guests/languages/rust/libwasm_bpf.rlib`;

/** The compilers by language. */
export const COMPILERS: Readonly<Record<Language, Compiler>> = {
  typescript: {
    reasonToSkip: () => undefined,
    // All at once, because the compiler also checks what the files import.
    check: (sources) => runDeno("check", filesOf(sources, ".ts")),
  },
  rust: {
    reasonToSkip: () => rustTools() === undefined ? "no rustc for guests" : missing(RUST_CRATE),
    check: (sources) => {
      const files = filesOf(sources, ".rs");
      const [, rustc = "", target = ""] = rustTools() ?? [];
      const modules = Object.keys(files).map((name) => `mod ${name.replace(".rs", "")};\n`);
      return inFolder({ ...files, "lib.rs": modules.join("") }, (folder) =>
        run(rustc, [
          ..."--edition 2021 --crate-type lib --emit metadata -A warnings --target".split(" "),
          target,
          ...["--extern", `wasm_bpf=${RUST_CRATE}`, "-o", `${folder}/out`, `${folder}/lib.rs`],
        ]));
    },
  },
  go: {
    reasonToSkip: () => missing("/usr/local/go/bin/go"),
    // Each file is a package of its own.
    check: async (sources) => {
      const module = `module x\n\ngo 1.24\n\nrequire github.com/wasm-bpf/wasm-bpf/wasm-include/go v0.0.0\n\n` +
        `replace github.com/wasm-bpf/wasm-bpf/wasm-include/go => ${ROOT}wasm-include/go\n`;
      for (const text of Object.values(filesOf(sources, ".go"))) {
        const files = { "go.mod": module, "main.go": "package main\n\nfunc main() {}\n", "x.go": text };
        await inFolder(files, (folder) =>
          run("/usr/local/go/bin/go", ["build", "-o", `${folder}/out`, "."], {
            cwd: folder,
            env: { GOOS: "wasip1", GOARCH: "wasm", GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOPROXY: "off" },
          }));
      }
    },
  },
};

/** The contents of files by name: "types0.ts", "skeleton0.ts". */
function filesOf(sources: readonly Source[], ending: string): Record<string, string> {
  return Object.fromEntries(
    sources.flatMap(({ types, skeleton }, i) => [
      [`types${i}${ending}`, types],
      ...skeleton === undefined ? [] : [[`skeleton${i}${ending}`, skeleton]],
    ]),
  );
}

function missing(path: string): string | undefined {
  try {
    Deno.statSync(path);
    return undefined;
  } catch {
    return `${path} is missing`;
  }
}

/** A cargo, its rustc, and the target of guests. */
function rustTools(): string[] | undefined {
  const { stdout } = new Deno.Command(`${ROOT}scripts/languages/find_cargo.sh`).outputSync();
  const words = new TextDecoder().decode(stdout).trim();
  return words === "" ? undefined : words.split(" ");
}

async function inFolder(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wasm-bpf-" });
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, { ...options, args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout));
}
