/**
 * `wasm-bpf gen`: source code for guests.
 *
 * @module
 */

import { genSkeleton, genTypes, objectName } from "../codegen/mod.ts";

const HELP = `Usage: wasm-bpf gen skeleton OBJECT [name NAME]

Writes C source for guests to stdout, from a BPF object (x.bpf.o). No bpftool is needed.

  skeleton   the object itself, with x__open(), x__load(), x__attach(), x__destroy() and its maps, programs and
             global variables as members: what "bpftool gen skeleton" makes, for wasm32 guests and native programs

Examples:
  wasm-bpf gen skeleton runqlat.bpf.o > runqlat.skel.h
  wasm-bpf gen skeleton runqlat.bpf.o name runqlat > runqlat.skel.h
`;

export function gen(args: readonly string[]): number {
  const [what, path, ...rest] = args;
  if (what === undefined || what === "-h" || what === "--help") {
    Deno.stdout.writeSync(new TextEncoder().encode(HELP));
    return 0;
  }
  const name = rest[0] === "name" || rest[0] === "--name" ? rest[1] : undefined;
  if (what === "types") {
    const t = genTypes(Deno.readFileSync(path ?? ""), { name: name ?? objectName(path ?? ""), types: rest.filter((_, i) => rest[i - 1] === "--type"), all: rest.includes("--all") });
    console.log(t);
    return 0;
  }
  const text = genSkeleton(Deno.readFileSync(path ?? ""), { name: name ?? objectName(path ?? "") });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  return 0;
}
