/** Compares the findings of `wasm-bpf doctor` with the table of docs/kernels.md, which is the result of attaching programs. */

import { assert, assertEquals } from "@std/assert";
import { runWasmBpf } from "../kernel/command.ts";

/** The kinds that work on this kernel, by docs/kernels.md; undefined if the table does not have the kernel yet. */
function documentedKinds(): Map<string, boolean> | undefined {
  const document = Deno.readTextFileSync(new URL("../../docs/kernels.md", import.meta.url));
  const table = /<!-- features -->(.*?)<!-- end of features -->/s.exec(document)?.[1] ?? "";
  const [header = [], , ...rows] = table.trim().split("\n").map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  const column = header.findIndex((version) => Deno.osRelease().startsWith(`${version}.`));
  if (column < 0) return undefined;
  return new Map(rows.map((row) => [row[0]?.replaceAll("`", "") ?? "", row[column] === "works"]));
}

Deno.test("doctor finds the kinds that docs/kernels.md has for this kernel", async () => {
  const documented = documentedKinds();
  if (documented === undefined) return console.log(`docs/kernels.md has no column for ${Deno.osRelease()}`);
  const { code, stdout, stderr } = await runWasmBpf(["doctor", "--json"]);
  assertEquals([code, stderr], [0, ""]);
  const findings: { works: Record<string, string[]>; problems: { kinds: string[] }[] } = JSON.parse(stdout);
  const works = Object.values(findings.works).flat();
  const broken = findings.problems.flatMap(({ kinds }) => kinds);
  assert(works.length + broken.length >= 30);
  for (const kind of works) assertEquals(documented.get(kind), true, kind);
  for (const kind of broken) assertEquals(documented.get(kind), false, kind);
});
