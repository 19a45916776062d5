/**
 * `wasm-bpf --version`.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { openLibbpf, openSystem } from "../ffi/mod.ts";

/** This project's version, from deno.json. */
export const VERSION: string = config.version;

/** One line for each part whose version matters in a bug report. */
export function versionText(): string {
  return [`wasm-bpf ${VERSION}`, `deno ${Deno.version.deno}`, `v8 ${Deno.version.v8}`, `libbpf ${libbpfVersion()}`]
    .join("\n");
}

function libbpfVersion(): string {
  try {
    using system = openSystem();
    using libbpf = openLibbpf(system);
    return `${libbpf.version.replace(/^v/, "")} (${libbpf.origin})`;
  } catch (error) {
    return error instanceof Error ? `not found (${error.message})` : "not found";
  }
}
