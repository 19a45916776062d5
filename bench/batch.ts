/**
 * Nanoseconds per element of a batch lookup through the host API. The native twin is native/batch.c. Prints samples
 * like the guests.
 *
 *     deno run --allow-ffi --allow-read bench/batch.ts OBJECT [SAMPLES]
 *
 * @module
 */

import { openLibbpf } from "../mod.ts";

/** The number in guests/maps.h. */
const ELEMENTS = 1000;
const WARM_UP = 50;

const [path, samples = "200"] = Deno.args;
if (path === undefined) throw new Error("usage: batch.ts OBJECT [SAMPLES]");

using libbpf = openLibbpf();
using object = libbpf.openObject(Deno.readFileSync(path), { name: "maps" });
object.load();
const map = object.findMap("hash");
if (map === undefined) throw new Error(`${path} has no map "hash"`);

for (let key = 0; key < ELEMENTS; key++) {
  map.update(new Uint8Array(Uint32Array.of(key).buffer), new Uint8Array(BigUint64Array.of(BigInt(key)).buffer));
}
const buffers = { keys: new Uint8Array(ELEMENTS * map.keySize), values: new Uint8Array(ELEMENTS * map.elementBytes) };
const results: number[] = [];
for (let round = 0; round < WARM_UP + Number(samples); round++) {
  const cursor = map.batchCursor();
  const start = performance.now();
  const count = map.lookupBatch(buffers, { cursor });
  const end = performance.now();
  if (!cursor.done || count !== ELEMENTS) throw new Error("the batch is not whole");
  if (round >= WARM_UP) results.push((end - start) * 1e6 / ELEMENTS);
}
console.log(results.map((ns) => `ns ${ns.toFixed(3)}`).join("\n"));
