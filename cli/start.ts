/**
 * The main module of the compiled binary. It runs the same code as cli.ts, from a script that `scripts/build_binary.sh` embedded
 * together with its bytecode (V8's code cache). Without the bytecode, parsing and compiling the script took a third of this
 * project's part of the start. V8 ignores a cache that does not fit its version or flags.
 *
 * Deno's own code cache would be a file in /tmp. Root must not execute code from there.
 *
 * @module
 */

import { Script } from "node:vm";
import type { main } from "./main.ts";

const beside = (name: string) => new URL(name, import.meta.url);

const script = new Script(Deno.readTextFileSync(beside("main.js")), {
  filename: "wasm-bpf.js",
  cachedData: Deno.readFileSync(beside("main.cache")),
});
const bundle: { main: typeof main } = script.runInThisContext();
Deno.exit(await bundle.main(Deno.args, () => import("./subcommands.ts")));
