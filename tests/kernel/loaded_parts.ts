/**
 * Runs a command from the parts of the binary, and prints the names of those that it loaded, as the last line of stderr.
 *
 *     deno run -A tests/kernel/loaded_parts.ts ARGUMENTS...
 *
 * @module
 */

import { Parts } from "../../cli/parts.ts";

const FOLDER = new URL("../../.build/binary/", import.meta.url);

// They are read before the guest runs, since the process then may not open files any more.
const files = new Map(
  [...Deno.readDirSync(FOLDER)].map(({ name }) => [name, Deno.readFileSync(new URL(name, FOLDER))]),
);
const bytesOf = (name: string) => files.get(name) ?? new Uint8Array();
const parts = new Parts({
  readText: (name) => new TextDecoder().decode(bytesOf(name)),
  readBytes: (name) => bytesOf(name).slice(),
});
const main = parts.find("main", "cli/main.ts")?.["main"];
if (typeof main !== "function") throw new TypeError("Cannot run the parts: there is no main()");
await main(Deno.args);
console.error(parts.loaded.toSorted().join(" "));
