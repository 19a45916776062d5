/**
 * `wasm-bpf --version`.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { openLibbpf, openSystem } from "../ffi/mod.ts";

/** This project's version: what deno.json says. */
export const VERSION: string = config.version;

/** A line for each part that matters in a bug report. */
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
