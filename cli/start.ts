/**
 * The main module of the compiled binary. It runs the same code as cli.ts, from the parts that `scripts/build_binary.sh` embedded.
 *
 * Deno's own code cache would be a file in /tmp. Root must not execute code from there.
 *
 * @module
 */

import type { main } from "./main.ts";
import { Parts } from "./parts.ts";

const beside = (name: string) => new URL(name, import.meta.url);

const parts = new Parts({
  readText: (name) => Deno.readTextFileSync(beside(name)),
  readBytes: (name) => Deno.readFileSync(beside(name)),
});
const start: { main?: typeof main } | undefined = parts.find("main", "cli/main.ts");
if (start?.main === undefined) throw new TypeError("Cannot start: the binary has no main part");
Deno.exit(await start.main(Deno.args));
