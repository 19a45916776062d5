/**
 * Runs a command from the parts of the binary, and prints the names of those that it loaded, as the last line of stderr.
 *
 *     deno run -A tests/kernel/loaded_parts.ts ARGUMENTS...
 *
 * @module
 */

import { Parts } from "../../cli/parts.ts";

const FOLDER = new URL("../../.build/binary/", import.meta.url);

const parts = new Parts({
  readText: (name) => Deno.readTextFileSync(new URL(name, FOLDER)),
  readBytes: (name) => Deno.readFileSync(new URL(name, FOLDER)),
});
const main = parts.find("main", "cli/main.ts")?.["main"];
if (typeof main !== "function") throw new TypeError("Cannot run the parts: there is no main()");
await main(Deno.args);
console.error(parts.loaded.toSorted().join(" "));
