/**
 * Attaches programs of every section in libbpf's source, with a target and without. Each attaches or gives a true reason, as the table
 * of docs/attach-targets.md says.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { AttachType, ProgramType } from "../../ffi/mod.ts";
import { FakeGuest } from "../../tests/doubles/guest.ts";
import { pin } from "../../scripts/pins.ts";

const ROOT = new URL("../../", import.meta.url);
const EOPNOTSUPP = -95;
const EINVAL = -22;

/** A row of libbpf's table. */
interface SectionDefinition {
  name: string;
  type: number;
  attachType: number;
  /** True when libbpf attaches such programs by their section. */
  attachesBySection: boolean;
}

const ROW = /SEC_DEF\("([^"]+)",\s*(\w+),\s*(\w+),\s*[\w |]+(?:,\s*(attach_\w+))?\)/g;

/** The rows of `section_defs` in libbpf.c. */
async function sectionDefinitions(): Promise<SectionDefinition[]> {
  const source = await Deno.readTextFile(new URL(`.build/libbpf/libbpf-${pin("LIBBPF_VERSION")}/src/libbpf.c`, ROOT));
  const begin = source.indexOf("section_defs[] = {");
  const types: Readonly<Record<string, number>> = ProgramType;
  const attachTypes: Readonly<Record<string, number>> = AttachType;
  return [...source.slice(begin, source.indexOf("};", begin)).matchAll(ROW)].map((
    [, name = "", type = "", at = "", by],
  ) => ({
    name: name.replace("+", ""),
    type: types[type] ?? -1,
    attachType: at === "0"
      ? 0
      : attachTypes[at.replace(/^BPF_(?=TRACE|LSM|MODIFY|SK|XDP|CGROUP|TCX|NETKIT|LIRC|FLOW|NETFILTER)/, "")] ?? -1,
    attachesBySection: by !== undefined,
  }));
}

/** Attaches a program of this kind to `text`. */
function attach({ name, type, attachType }: SectionDefinition, text: string, suffix = "") {
  const programs = [{ name: "program", sectionName: `${name}${suffix}`, type, expectedAttachType: attachType }];
  using guest = new FakeGuest({ programs });
  const handle = guest.load();
  const result = guest.call("wasm_attach_bpf_program", handle, guest.put(0x100, "program"), guest.put(0x200, text));
  const kind = guest.libbpf.attached[0]?.target?.kind;
  guest.call("wasm_close_bpf_object", handle);
  return { result, kind, problem: guest.problems.join("\n") };
}

/** The way in which a section attaches: nowhere, only to the target in its name, or to a given target. */
function classOf(definition: SectionDefinition): "nowhere" | "section" | "target" {
  const without = attach(definition, "");
  const withTarget = attach(definition, "no such place");
  if (without.result === EOPNOTSUPP) {
    assertEquals(withTarget, without, "the same reason with a target and without");
    return "nowhere";
  }
  // The fake attaches by any section. Tests on the real libbpf check its answers.
  assertEquals(without, { result: 0, kind: "section", problem: "" });
  return /take no target$|attaches to the hook that its section names$/.test(withTarget.problem) ? "section" : "target";
}

Deno.test("every section of libbpf's table attaches to a target, to its own target, or nowhere for one reason", async () => {
  const definitions = await sectionDefinitions();
  assertEquals(definitions.length, 101);
  const unknown = definitions.filter(({ type, attachType }) => type < 0 || attachType < 0);
  assertEquals(unknown, []);
  const classes: Record<string, string[]> = { nowhere: [], section: [], target: [] };
  for (const definition of definitions) classes[classOf(definition)]?.push(definition.name);
  assertEquals(classes["nowhere"], [
    "sk_reuseport/migrate",
    "sk_reuseport",
    "action",
    "syscall",
    "xdp.frags/devmap",
    "xdp/devmap",
    "xdp.frags/cpumap",
    "xdp/cpumap",
    "lwt_in",
    "lwt_out",
    "lwt_xmit",
    "lwt_seg6local",
    "sk_skb",
    "lirc_mode2",
    "struct_ops",
    "struct_ops.s",
  ]);
  assertEquals(classes["section"], [
    ...["tp_btf", "fentry", "fmod_ret", "fexit", "fentry.s", "fmod_ret.s", "fexit.s", "freplace"],
    ...["lsm", "lsm.s", "iter", "iter.s"],
  ]);
});

Deno.test("a section that libbpf attaches by its name reaches libbpf, or a reader of this project", async () => {
  for (const definition of await sectionDefinitions()) {
    if (!definition.attachesBySection) continue;
    const { result, kind, problem } = attach(definition, "", "/a/b:c");
    // A reader of this project may refuse "a/b:c" as a place. It must not demand a target, since the section has one.
    if (result === 0) assertEquals(typeof kind, "string");
    else assertMatch(problem, /^Cannot attach program "program" to "a\/b:c": EINVAL: /, definition.name);
    assertEquals(result === 0 || result === EINVAL, true, definition.name);
  }
});

Deno.test("docs/attach-targets.md has every section of libbpf's table, with the way it attaches", async () => {
  const text = await Deno.readTextFile(new URL("docs/attach-targets.md", ROOT));
  const documented = new Map<string, string>();
  for (const [, sections = "", target = ""] of text.matchAll(/^\| (`[^|]+`) +\| ([^|]+?) +\|/gm)) {
    const attaches = target === "none" ? "nowhere" : target.startsWith("its section") ? "section" : "target";
    for (const [, name = ""] of sections.matchAll(/`([^`]+)`/g)) documented.set(name, attaches);
  }
  const actual = new Map((await sectionDefinitions()).map((definition) => [definition.name, classOf(definition)]));
  const sorted = (map: Map<string, string>) => [...map].map(([name, how]) => `${name}: ${how}`).sort();
  assertEquals(sorted(documented), sorted(actual));
});

Deno.test("the examples of docs/attach-targets.md are well-formed", async () => {
  const text = await Deno.readTextFile(new URL("docs/attach-targets.md", ROOT));
  const attached = (await sectionDefinitions()).flatMap((definition) => {
    const row =
      new RegExp(`^\\|[^|]*\`${definition.name}\`[^|]*\\| +(?!none)[^|]+\\|([^|]+)\\|`, "m").exec(text)?.[1] ?? "";
    const examples = [...row.matchAll(/`([^`]+)`/g)].map(([, example = ""]) => example);
    return examples.filter((example) => !example.startsWith("SEC(")).map((example) => attach(definition, example));
  });
  assert(attached.length > 50);
  // This machine need not have the interfaces and files, and the fake object has no map.
  const wrong = attached.filter(({ problem }) => !/^$|: (ENODEV|ENOENT): |the object has no map of/.test(problem));
  assertEquals(wrong, []);
});
