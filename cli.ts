/**
 * The command line: `wasm-bpf [run] [options] MODULE [guest arguments...]` and its subcommands.
 *
 * @module
 */

import { main } from "./cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
