/**
 * Guests in AssemblyScript, on top of the package in wasm-include/assemblyscript/.
 *
 * @module
 */

import { className } from "../../codegen/assemblyscript/names.ts";
import { MissingToolError, shellWord, type Toolchain } from "../toolchain/toolchain.ts";
import { findByMark, skeletonModule, writeSources } from "./build_tool.ts";
import type { GuestBuild, GuestName, GuestObject, GuestTemplate, Language } from "./language.ts";

/** The file that shows that a directory has a guest in AssemblyScript: the configuration of its compiler. */
const MARK = "asconfig.json";

/** The version of the compiler for new guests. The bindings are tested with it. */
const VERSION = "0.28.20";

/** The folder for the package, in `.output`. The compiler finds a package by the name of its folder. */
const PACKAGES = "packages";

/** See the module's documentation. */
export const ASSEMBLYSCRIPT: Language = {
  name: "assemblyscript",
  title: "AssemblyScript",
  mark: MARK,
  template,
  find: findByMark(MARK, nameIn),
  compile,
};

/** The name of the compiler's output, if a BPF program has this name. */
function nameIn(text: string, programs: readonly string[]): string | undefined {
  const output = /"outFile"\s*:\s*"(?:[^"]*\/)?([^"/]+)\.wasm"/.exec(text)?.[1];
  return programs.find((program) => program === output);
}

function compile(build: GuestBuild, objects: readonly GuestObject[]): void {
  const { tools, directory, output, module, step } = build;
  const [file = "", ...words] = findCompiler(tools, directory);
  const packages = `${output}/${PACKAGES}`;
  tools.files.makeDirectory(packages);
  const skeletonOf = (program: string) => `${output}/${skeletonModule(program)}.ts`;
  writeSources(build, objects, { language: "assemblyscript", bindings: `${packages}/wasm-bpf`, skeletonOf });
  // The configuration has the sources. It may lack what every guest needs.
  const options = ["--outFile", module.slice(directory.length + 1), "--exportStart", "_start", "--exportTable"];
  const path = ["--path", packages.slice(directory.length + 1)];
  step("guest", module, () => tools.runIn({ file, args: [...words, ...options, ...path], directory, variables: [] }));
}

/** The command of the compiler for a guest: that of its package.json, then the one in PATH, then Deno's. */
function findCompiler(tools: Toolchain, directory: string): string[] {
  const own = "node_modules/assemblyscript/bin/asc.js";
  const [node, deno, asc] = ["node", "deno", "asc"].map((name) => tools.find(name));
  const isInstalled = tools.files.exists(`${directory}/${own}`);
  if (isInstalled && node !== undefined) return [node, own];
  const options = ["run", "--quiet", "--no-config", "--no-lock", "--allow-read", "--allow-write", "--allow-env"];
  if (isInstalled && deno !== undefined) return [deno, ...options, own];
  if (asc !== undefined) return [asc];
  if (deno !== undefined) return [deno, ...options, "--node-modules-dir=none", `npm:assemblyscript@${VERSION}/asc`];
  const install = tools.find("npm") === undefined ? "apt install nodejs npm, and then " : "";
  throw new MissingToolError(
    `Cannot compile: no AssemblyScript compiler in ${directory}/node_modules, and no asc in PATH ` +
      `(hint: ${install}npm install --prefix ${shellWord(directory)})`,
  );
}

function template({ name, identifier }: GuestName): GuestTemplate {
  return {
    files: {
      [MARK]: configuration(name),
      "package.json": packageText(name),
      "assembly/index.ts": source(name, identifier),
      "assembly/tsconfig.json": editorText(),
    },
    main: "assembly/index.ts",
    about: "It uses the package in `.output/packages/`. `npm install` installs the compiler, and `npx asc` builds " +
      "the guest too, after the first `wasm-bpf build`.",
    ignored: ["node_modules/"],
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function configuration(name: string): string {
  return json({
    entries: ["assembly/index.ts"],
    options: {
      outFile: `${name}.wasm`,
      path: [`.output/${PACKAGES}`],
      exportStart: "_start",
      exportTable: true,
      optimizeLevel: 3,
      shrinkLevel: 1,
    },
  });
}

function packageText(name: string): string {
  return json({
    name: name.toLowerCase(),
    private: true,
    type: "module",
    scripts: { build: "asc" },
    devDependencies: { assemblyscript: VERSION },
  });
}

/** For editors, which do not know `--path`. */
function editorText(): string {
  return json({
    extends: "assemblyscript/std/assembly.json",
    compilerOptions: { paths: { "wasm-bpf": [`../.output/${PACKAGES}/wasm-bpf/index.ts`] } },
    include: ["./**/*.ts"],
  });
}

function source(name: string, identifier: string): string {
  const object = className(identifier);
  return `// Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events.
import { args, catchSignals, caughtSignal, RingBuffer } from "wasm-bpf";
import { Event, ${object} } from "../.output/${skeletonModule(name)}";

// The record lies in the buffer until this function returns.
function onEvent(event: Event): void {
  const comm = event.comm.padEnd(16);
  const pid = event.pid.toString().padEnd(7);
  const ppid = event.ppid.toString().padEnd(7);
  console.log(\`\${comm} pid \${pid} ppid \${ppid} uid \${event.uid}\`);
}

// A call that fails prints the reason and ends the guest.
const tool = ${object}.open();
const words = args();
if (words.length > 0) tool.rodata.only_uid = <u32>parseInt(words[0]);
catchSignals();
tool.load();
tool.attach();

const events = new RingBuffer();
events.add<Event>(tool.maps.events, onEvent);
console.log("Programs that start, until Ctrl-C:");
while (caughtSignal() == 0) events.poll();
events.close();
tool.close();
`;
}
