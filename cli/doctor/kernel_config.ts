/**
 * Reads the configuration that the running kernel was built with.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import type { HostText } from "./host_text.ts";

/** The configuration of a kernel. */
export interface KernelConfig {
  /** The file that has it. */
  readonly path: string;
  /** The options that are set, without CONFIG_: "y", "m", a number or a text. */
  readonly options: ReadonlyMap<string, string>;
}

/** The largest configuration is 300 KB. */
const MAX_CONFIG_BYTES = 16 << 20;

/** The configuration of kernel `release`; undefined if no file has it. */
export function readKernelConfig(host: HostText, release: string): KernelConfig | undefined {
  for (const path of ["/proc/config.gz", `/boot/config-${release}`, `/lib/modules/${release}/config`]) {
    const text = textOf(host.bytes(path));
    if (text !== undefined) return { path, options: parseConfig(text) };
  }
  return undefined;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(gunzipSync(bytes, { maxOutputLength: MAX_CONFIG_BYTES }));
  } catch {
    return undefined;
  }
}

function parseConfig(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
}
