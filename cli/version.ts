/**
 * `wasm-bpf --version`.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { libbpfVersion } from "../mod.ts";

/** This project's version: what deno.json says. */
export const VERSION: string = config.version;

/** A line for each part that matters in a bug report. */
export function versionText(): string {
  return [`wasm-bpf ${VERSION}`, `deno ${Deno.version.deno}`, `v8 ${Deno.version.v8}`, `libbpf ${libbpfVersion()}`]
    .join("\n");
}
