/**
 * Writes V8's code cache for a script: the bytecode of all its functions. Run it with the flags of the final program,
 * because V8 compares the flags.
 *
 *     deno run --v8-flags=--no-lazy --allow-read --allow-write scripts/build_code_cache.ts SCRIPT CACHE
 *
 * @module
 */

import { Script } from "node:vm";

const [path, cachePath] = Deno.args;
if (path === undefined || cachePath === undefined) throw new TypeError("usage: build_code_cache.ts SCRIPT CACHE");
const source = Deno.readTextFileSync(path);
const cachedData = new Script(source).createCachedData();
if (new Script(source, { cachedData }).cachedDataRejected) throw new Error("Cannot use the code cache: V8 rejects it");
Deno.writeFileSync(cachePath, cachedData);
