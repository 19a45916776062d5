/**
 * Runs `wasm-bpf gen` with its arguments, and prints the peak memory of the process on stderr.
 *
 * @module
 */

import { gen } from "../gen.ts";

const code = gen(Deno.args);
const peak = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
console.error(`peak: ${Number(peak) * 1024} bytes`);
Deno.exit(code);
