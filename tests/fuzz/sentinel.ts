/**
 * A process with maps, a program and a link of its own, which hostile guests must not reach.
 *
 * Prints their ids. After a line on stdin it checks them, and prints "unchanged" or the difference.
 *
 * @module
 */

import { openLibbpf } from "../../host/api/libbpf.ts";
import { compileCorpus } from "./target.ts";

/** The ids of maps, programs and links that this process has descriptors of. */
function ownIds(): number[] {
  const ids: number[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    let text = "";
    try {
      text = Deno.readTextFileSync(`/proc/self/fdinfo/${name}`);
    } catch {
      // The descriptor of this listing is closed now.
    }
    for (const [, id] of text.matchAll(/^(?:map|prog|link)_id:\s*(\d+)$/gm)) ids.push(Number(id));
  }
  return ids;
}

using libbpf = openLibbpf();
using object = libbpf.openObject(compileCorpus("guest.bpf.c"), { name: "sentinel" });
object.load();
using _link = object.findProgram("run")?.attach();
const hash = object.findMap("hash");
if (hash === undefined) throw new TypeError("no map");
const KEY = Uint8Array.of(1, 2, 3, 4);
const VALUE = Uint8Array.of(5, 6, 7, 8, 9, 10, 11, 12);
hash.update(KEY, VALUE);
const elements = () => [...hash.entries()].flat().join(" ");
const before = `${ownIds()} ${elements()}`;
console.log(JSON.stringify([...new Set(ownIds())]));
for await (const _ of Deno.stdin.readable) {
  const after = `${ownIds()} ${elements()}`;
  console.log(after === before ? "unchanged" : `${before} became ${after}`);
}
