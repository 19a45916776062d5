/**
 * Nanoseconds per element of a batch lookup through the host API; native/batch.c is its twin. Prints samples as guests do.
 *
 *     deno run --allow-ffi --allow-read bench/batch.ts OBJECT [SAMPLES]
 *
 * @module
 */

import { Libc, openLibbpf, openLibrary } from "../ffi/mod.ts";

/** As in guests/maps.h. */
const ELEMENTS = 1000;
const WARM_UP = 50;
const ENOENT = -2;

const [path, samples = "200"] = Deno.args;
if (path === undefined) throw new Error("usage: batch.ts OBJECT [SAMPLES]");

using library = openLibrary();
using libc = new Libc(library);
using libbpf = openLibbpf({ library, libc });
using object = libbpf.openObject(Deno.readFileSync(path), { name: "maps" });
object.load();
const map = object.findMap("hash");
if (map === undefined) throw new Error(`${path} has no map "hash"`);

const memory = new Uint8Array(65536);
const data = new DataView(memory.buffer);
const keys = 64;
const values = keys + ELEMENTS * map.keySize;
const batch = { outBatch: 0, count: 8, keys, values };

for (let key = 0; key < ELEMENTS; key++) {
  data.setUint32(keys, key, true);
  data.setBigUint64(values, BigInt(key), true);
  if (map.update(memory, keys, values, 0) < 0) throw new Error("update failed");
}
const results: number[] = [];
for (let round = 0; round < WARM_UP + Number(samples); round++) {
  data.setUint32(batch.count, ELEMENTS, true);
  const start = performance.now();
  const err = map.lookupBatch(memory, batch);
  const end = performance.now();
  if (err !== ENOENT || data.getUint32(batch.count, true) !== ELEMENTS) throw new Error("the batch is not whole");
  if (round >= WARM_UP) results.push((end - start) * 1e6 / ELEMENTS);
}
console.log(results.map((ns) => `ns ${ns.toFixed(3)}`).join("\n"));
