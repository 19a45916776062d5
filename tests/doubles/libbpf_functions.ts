import type { ImportModule, MakeImport } from "../../host/core/imports.ts";
import { offeredLines } from "../../host/libbpf/functions.ts";
import { libbpfFunction } from "../../host/libbpf/mod.ts";

/** All functions of module `libbpf`. */
export const LIBBPF_FUNCTIONS: ImportModule = Object.fromEntries(
  offeredLines().map(([name]) => [name, made(name)]),
);

function made(name: string): MakeImport {
  const make = libbpfFunction(name);
  if (make === undefined) throw new TypeError(`Cannot find ${name}: it has no line`);
  return make;
}
