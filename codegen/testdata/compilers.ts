/**
 * Compiles generated source code with the compiler of its language.
 *
 * @module
 */

import { pin } from "../../scripts/pins.ts";
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

/** A folder with the package for guests, which scripts/build_guests.sh makes. */
const ASSEMBLYSCRIPT_PACKAGES = `${ROOT}.build/guests/languages/assemblyscript/packages`;

/** The compiler that scripts/setup.sh installs. */
const ZIG = `${ROOT}.tools/zig-${pin("ZIG_VERSION")}/zig`;

/** The compilers by language. */
export const COMPILERS: Readonly<Record<Language, Compiler>> = {
  assemblyscript: {
    reasonToSkip: () => missing(ASSEMBLYSCRIPT_PACKAGES),
    check: async (sources) => {
      for (const text of Object.values(filesOf(sources, ".ts"))) {
        await inFolder({ "x.ts": text, "main.ts": assemblyScriptUse(text) }, async (folder) => {
          const options = `--path ${ASSEMBLYSCRIPT_PACKAGES} --baseDir ${folder} --exportStart _start --noEmit`;
          await run(Deno.execPath(), [
            ...`run --quiet --config ${ROOT}scripts/tools.json --allow-read --allow-write --allow-env`.split(" "),
            `${pin("ASSEMBLYSCRIPT")}/asc`,
            ...`main.ts ${options}`.split(" "),
          ]);
        });
      }
    },
  },
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
    reasonToSkip: () => goTool() === undefined ? "no Go of the version that guests need" : undefined,
    // Each file is a package of its own.
    check: async (sources) => {
      const module = `module x\n\ngo 1.24\n\nrequire github.com/wasm-bpf/wasm-bpf/wasm-include/go v0.0.0\n\n` +
        `replace github.com/wasm-bpf/wasm-bpf/wasm-include/go => ${ROOT}wasm-include/go\n`;
      const go = goTool() ?? "go";
      for (const text of Object.values(filesOf(sources, ".go"))) {
        const files = { "go.mod": module, "main.go": "package main\n\nfunc main() {}\n", "x.go": text };
        await inFolder(files, (folder) =>
          run(go, ["build", "-o", `${folder}/out`, "."], {
            cwd: folder,
            env: { GOOS: "wasip1", GOARCH: "wasm", GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOPROXY: "off" },
          }));
      }
    },
  },
  zig: {
    reasonToSkip: () => missing(ZIG),
    // Zig compiles only what is used, so the root names every declaration.
    check: (sources) => {
      const files = filesOf(sources, ".zig");
      const root = `fn all(comptime T: type) void {
    @setEvalBranchQuota(100000);
    inline for (@typeInfo(T).@"struct".decl_names) |name| {
        const one = @field(T, name);
        _ = &one;
        if (@TypeOf(one) == type and @typeInfo(one) == .@"struct") all(one);
    }
}

export fn use() void {
${Object.keys(files).map((name) => `    all(@import("${name}"));`).join("\n")}
}
`;
      return inFolder({ ...files, "root.zig": root }, (folder) =>
        run(ZIG, [
          ..."build-exe -fno-entry -fno-emit-bin -target wasm32-wasi --dep wasm_bpf -Mroot=root.zig".split(" "),
          `-Mwasm_bpf=${ROOT}wasm-include/zig/src/wasm_bpf.zig`,
          ...["--cache-dir", `${folder}/cache`, "--global-cache-dir", `${folder}/global-cache`],
        ], { cwd: folder }));
    },
  },
};

/** A program that uses everything in a generated file, since the compiler of AssemblyScript skips what nobody uses. */
function assemblyScriptUse(text: string): string {
  const lines: string[] = [];
  let owner = "";
  let isRecord = false;
  for (const line of text.split("\n")) {
    const [, kind, name = ""] = /^export (class|namespace|const) (\w+)/.exec(line) ?? [];
    if (kind === "const") lines.push(`x.${name};`);
    if (kind !== undefined) owner = name;
    if (kind === "class") {
      lines.push(`const the_${name} = ${isRecord ? `new x.${name}()` : `changetype<x.${name}>(0)`};`);
    }
    isRecord = line === "@unmanaged";
    const [, constant] = /^ {2}export const (\w+)/.exec(line) ?? [];
    if (constant !== undefined) lines.push(`x.${owner}.${constant};`);
    const [, verb, property] = /^ {2}(get |set |readonly )(\w+)/.exec(line) ?? [];
    if (property !== undefined) {
      const value = `the_${owner}.${property}`;
      lines.push(verb === "set " ? `${value} = ${value};` : `${value};`);
    }
    const [, method, parameters = ""] = /^ {2}(\w+)\((index\w*: i32[^)]*)\): /.exec(line) ?? [];
    if (method === undefined) continue;
    const indices = parameters.split(", ").filter((one) => one.startsWith("index")).map(() => "0");
    const given = method.startsWith("set_") && parameters.includes("value: ")
      ? [...indices, `the_${owner}.${method.slice("set_".length)}(${indices.join(", ")})`]
      : indices;
    lines.push(`the_${owner}.${method}(${given.join(", ")});`);
  }
  return `import * as x from "./x";\n${lines.join("\n")}\n`;
}

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

/** Go, as scripts/build_guests.sh finds it. */
function goTool(): string | undefined {
  const args = ["-c", "source scripts/pins.sh && find_go"];
  const { stdout } = new Deno.Command("bash", { args, cwd: ROOT }).outputSync();
  const path = new TextDecoder().decode(stdout).trim();
  return path === "" ? undefined : path;
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
