/**
 * Several guests in one process, each on its own thread: many_guests.ts MODULE COUNT IDLE_MS. Prints "ready" when all
 * of them have measured and are idle.
 *
 *     deno run --allow-all bench/many_guests.ts .build/bench/growth1.wasm 16 1000
 *
 * @module
 */

import type { Order } from "./many_guests_worker.ts";

const LOOK_EVERY_MS = 2;

const [module = "", count = "1", idleMs = "1000"] = Deno.args;
const bytes = Deno.readFileSync(module);
const outputs = Array.from({ length: Number(count) }, () => Deno.makeTempFileSync());
const workers = outputs.map((output) => {
  const worker = new Worker(new URL("many_guests_worker.ts", import.meta.url).href, { type: "module" });
  worker.postMessage({ bytes, idleMs: Number(idleMs), output } satisfies Order);
  return worker;
});
const isAtWork = (output: string) => Deno.readTextFileSync(output).includes("sum ");
while (!outputs.every(isAtWork)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
outputs.forEach((output) => Deno.removeSync(output));
console.log("ready");
await new Promise((resolve) => setTimeout(resolve, Number(idleMs)));
workers.forEach((worker) => worker.terminate());
