/**
 * The main module of the compiled binary. It runs what cli.ts runs, from a script whose bytecode `scripts/build_binary.sh` made
 * beforehand and embedded beside it (V8's code cache): parsing and compiling it anew took a third of our part of the start. A
 * cache that this V8 does not take is left aside by V8 itself.
 *
 * Deno would keep such a cache too, in a file in /tmp, which is no place for what root executes.
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
