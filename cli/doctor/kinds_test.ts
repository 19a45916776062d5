import { assertEquals } from "@std/assert";
import { GUEST_KINDS } from "./kinds.ts";

/** The options by kind, from docs/kernels.md. */
function documentedOptions(): Map<string, string[]> {
  const document = Deno.readTextFileSync(new URL("../../docs/kernels.md", import.meta.url));
  const table = /<!-- needs -->(.*?)<!-- end of needs -->/s.exec(document)?.[1] ?? "";
  return new Map([...table.matchAll(/^\| (`.*?) \| (.*?) \|/gm)].flatMap(([, programs = "", options = ""]) => {
    const names = [...options.matchAll(/`CONFIG_(\w+)`/g)].map(([, name = ""]) => name);
    return [...programs.matchAll(/`(\w+)`/g)].map(([, name = ""]): [string, string[]] => [name, names]);
  }));
}

/** Kinds of the document that need the same as another one. */
const SAME: Readonly<Record<string, string>> = {
  kretprobe: "kprobe",
  kretprobe_multi: "kprobe_multi",
  ksyscall: "kprobe",
  kretsyscall: "kprobe",
  fexit: "fentry",
  uretprobe: "uprobe",
  usdt: "uprobe",
  uretprobe_multi: "uprobe_multi",
  lsm_sleepable: "lsm",
};

Deno.test("GUEST_KINDS has every kind of docs/kernels.md, with its options", () => {
  const documented = documentedOptions();
  const kinds = new Map(GUEST_KINDS.map(({ name, options }) => [name, [...options]]));
  assertEquals(documented.size > 30, true);
  for (const [name, options] of documented) assertEquals(kinds.get(SAME[name] ?? name), options, name);
  assertEquals([...kinds.keys()].filter((name) => !documented.has(name)), []);
});
