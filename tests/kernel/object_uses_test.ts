/** Compares readUses() with libbpf: for all objects of the tests and examples, and for a section of each kind. */

import { assert, assertEquals } from "@std/assert";
import { type BpfObject, type Libbpf, openLibbpf, openSystem } from "../../ffi/mod.ts";
import { BpfError } from "../../errors/mod.ts";
import { dataMapName } from "../../object/data_sections.ts";
import { Btf } from "../../object/btf/btf.ts";
import { compileObject } from "../../object/testdata/compile.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { type MapUses, type ProgramUses, readInstructionUses, readUses } from "../../object/uses/uses.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const LIBBPF = `${CHECKOUT}.build/libbpf/`;
const NAME = "uses";

/** The objects of examples and of guests, by path. */
function objectFiles(): string[] {
  return ["examples/", ".build/guests/"].flatMap((folder) => [...filesBelow(CHECKOUT + folder)]).sort();
}

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}${name}/`);
    else if (name.endsWith(".bpf.o")) yield folder + name;
  }
}

function programFacts({ name, section, type, attachType = 0, autoload }: ProgramUses) {
  return { name, section, type, attachType, autoload };
}

function libbpfProgramFacts(object: BpfObject) {
  return object.programs().map(({ name, sectionName: section, type, expectedAttachType: attachType, autoload }) => ({
    name,
    section,
    type,
    attachType,
    autoload,
  }));
}

/** The facts that both sides know. libbpf lists no inner maps. */
function mapFacts(maps: readonly MapUses[]) {
  return maps.filter(({ name }) => !name.endsWith(".inner"))
    .map(({ name, type, keySize, valueSize, maxEntries, flags }) => ({
      name: name.startsWith(".") ? dataMapName(name, NAME) : name,
      type,
      keySize,
      valueSize,
      maxEntries,
      flags,
    })).sort(byName);
}

function libbpfMapFacts(object: BpfObject) {
  return object.maps().map(({ name, type, keySize, valueSize, maxEntries, flags }) => ({
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
  })).sort(byName);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function compareWithLibbpf(libbpf: Libbpf, path: string, bytes: Uint8Array<ArrayBuffer>): void {
  const { programs, maps } = readUses(bytes);
  using object = libbpf.openObject(bytes, { name: NAME, pinRootPath: "/none", persistentStructOps: true });
  assertEquals(programs.map(programFacts), libbpfProgramFacts(object), path);
  assertEquals(mapFacts(maps), libbpfMapFacts(object), path);
}

Deno.test("readUses() agrees with libbpf about the programs and maps of every object", () => {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const files = objectFiles();
  assert(files.length >= 30, `${files.length} objects`);
  for (const path of files) compareWithLibbpf(libbpf, path, Deno.readFileSync(path));
  for (const name of ["sections", "hostile", "uses"]) compareWithLibbpf(libbpf, name, compileObject(name));
  const hidden =
    `int lock SEC(".data.A") __attribute__((visibility("hidden"))) = 1; SEC("xdp") int f(void *c) { return lock; }`;
  compareWithLibbpf(libbpf, "hidden variables", compileSmall(hidden));
});

/** libbpf's table of sections: the name, with a target where it may have one, and true if its programs may sleep. */
function libbpfSections(): { section: string; isSleepable: boolean }[] {
  const [folder = ""] = [...Deno.readDirSync(LIBBPF)].map(({ name }) => name).filter((name) =>
    name.startsWith("libbpf-")
  );
  const source = Deno.readTextFileSync(`${LIBBPF}${folder}/src/libbpf.c`);
  return [...source.matchAll(/^\tSEC_DEF\("([^"]+)",(.*)$/gm)].flatMap(([, name = "", rest = ""]) => {
    const isSleepable = rest.includes("SEC_SLEEPABLE");
    if (!name.endsWith("+")) return [{ section: name, isSleepable }];
    const bare = name.slice(0, -1);
    return ["", "/target", "/one/two:three"].map((target) => ({ section: bare + target, isSleepable }));
  });
}

Deno.test("readUses() agrees with libbpf about programs in a section of every name", () => {
  const sections = libbpfSections();
  assertEquals(sections.length > 150, true, `${sections.length} sections`);
  const unknown = ["kprobes/x", "kprobe.s/x", "xdp/eth0", "tc/other", "cgroup/none", "nothing"];
  const names = [...sections.map(({ section }) => section), ...unknown];
  const source = names.map((name, i) =>
    `SEC("${i % 2 ? "?" : ""}${name}") int program_${i}(void *context) { return 0; }`
  );
  const object = compileSmall(source.join("\n"));
  using system = openSystem();
  using libbpf = openLibbpf(system);
  compareWithLibbpf(libbpf, "sections", object);
  const { programs } = readUses(object);
  assertEquals(
    programs.map(({ isSleepable }) => isSleepable),
    [...sections.map(({ isSleepable }) => isSleepable), ...unknown.map(() => false)],
  );
});

/** The instructions of each program after libbpf has linked it: with its subprograms, and the numbers of kernel functions. */
function linkedPrograms(libbpf: Libbpf, bytes: Uint8Array<ArrayBuffer>): Map<string, Uint8Array> {
  using object = libbpf.openObject(bytes, { name: NAME });
  for (const program of object.programs()) program.autoload = true;
  try {
    object.load();
  } catch (error) {
    // The kernel may refuse a program; libbpf has linked all of them before. It links none if a step before fails.
    if (!(error instanceof BpfError)) throw error;
  }
  return new Map(
    object.programs().map(({ name }) => {
      const { value } = libbpf.calls.call("bpf_object__find_program_by_name", [object.ref, cString(name)], object.ref);
      if (typeof value !== "object") throw new Error(`no program ${name}`);
      return [name, libbpf.calls.instructionsOf(value)];
    }),
  );
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** The number of the helper that libbpf writes into instructions which the running kernel must not reach. */
const POISON = 195896080;

/** A program that calls kernel functions, directly and in a callback. */
const KFUNCS = `
struct task_struct { int pid; } __attribute__((preserve_access_index));
extern void bpf_rcu_read_lock(void) __attribute__((section(".ksyms")));
extern void bpf_rcu_read_unlock(void) __attribute__((section(".ksyms")));
extern struct task_struct *bpf_task_from_pid___old(int pid) __attribute__((section(".ksyms")));
extern void bpf_task_release(struct task_struct *task) __attribute__((section(".ksyms")));
static long (*loop)(u32 count, void *callback, void *context, u64 flags) = (void *)181;
static long once(u32 index, void *context) {
  struct task_struct *task = bpf_task_from_pid___old(1);
  if (task) bpf_task_release(task);
  return 0;
}
SEC("tp_btf/sched_switch") int on_switch(void *context) {
  bpf_rcu_read_lock();
  loop(1, once, context, 0);
  bpf_rcu_read_unlock();
  return 0;
}`;

Deno.test("readUses() finds the helpers and kernel functions in the instructions that libbpf links", () => {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const kernel = Btf.parse(Deno.readFileSync("/sys/kernel/btf/vmlinux"));
  const objects = objectFiles().map((path) => [path, Deno.readFileSync(path)] as const);
  const compared = { helpers: 0, kfuncs: 0 };
  for (const [path, bytes] of [...objects, ["kfuncs", compileSmall(KFUNCS)] as const]) {
    const linked = linkedPrograms(libbpf, bytes);
    for (const { name, helpers, kfuncs } of readUses(bytes).programs) {
      const found = readInstructionUses(linked.get(name) ?? new Uint8Array());
      assertEquals(helpers, found.helpers.filter((helper) => helper !== POISON), `${name} of ${path}`);
      assertEquals(kfuncs, found.kfuncIds.map((id) => kernel.get(id).name).sort(), `${name} of ${path}`);
      compared.helpers += helpers.length;
      compared.kfuncs += kfuncs.length;
    }
  }
  assert(compared.helpers > 200 && compared.kfuncs >= 4, JSON.stringify(compared));
});
