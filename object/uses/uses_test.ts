import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { AttachType, MAP_FLAG, MapType, ProgramType } from "../bpf_numbers.ts";
import { compileObject, compileSource } from "../testdata/compile.ts";
import { ObjectEditor } from "../testdata/edit_object.ts";
import { compileSmall } from "../testdata/hostile.ts";
import { type ProgramUses, readInstructionUses, readUses } from "./uses.ts";

function programNamed(object: Uint8Array, wanted: string): ProgramUses {
  const program = readUses(object).programs.find(({ name }) => name === wanted);
  if (program === undefined) throw new Error(`no program ${wanted}`);
  return program;
}

const uses = () => compileObject("uses");

Deno.test("readUses() reads each program's kind and target from its section", () => {
  const programs = readUses(uses()).programs.map((
    { name, section, type, attachType, target, isSleepable, autoload },
  ) => [
    name,
    section,
    type,
    attachType,
    target,
    isSleepable,
    autoload,
  ]);
  assertEquals(programs, [
    ["direct", "kprobe/do_unlinkat", ProgramType.KPROBE, undefined, "do_unlinkat", false, true],
    [
      "through_global",
      "fentry.s/do_unlinkat",
      ProgramType.TRACING,
      AttachType.TRACE_FENTRY,
      "do_unlinkat",
      true,
      false,
    ],
    ["through_callback", "tp/sched/sched_switch", ProgramType.TRACEPOINT, undefined, "sched/sched_switch", false, true],
    ["calls_kfuncs", "xdp", ProgramType.XDP, AttachType.XDP, undefined, false, true],
    ["recursive", "tc", ProgramType.SCHED_CLS, undefined, undefined, false, true],
    ["throws", "syscall", ProgramType.SYSCALL, undefined, undefined, true, true],
    ["unknown", "nothing/known", ProgramType.UNSPEC, undefined, undefined, false, true],
  ]);
});

Deno.test("readUses() finds helpers in the program, its subprograms, its callbacks and its exception callback, and no others", () => {
  const helpers = readUses(uses()).programs.map(({ name, helpers }) => [name, helpers]);
  assertEquals(Object.fromEntries(helpers), {
    direct: [1],
    through_global: [5, 7, 109],
    through_callback: [36, 181],
    calls_kfuncs: [],
    recursive: [35],
    throws: [35],
    unknown: [14],
  });
});

Deno.test("readUses() names the kernel functions that a program calls, without flavors", () => {
  assertEquals(programNamed(uses(), "calls_kfuncs").kfuncs, ["flavored_kfunc", "plain_kfunc"]);
});

Deno.test("readUses() counts the number of a helper even if the call has a symbol", () => {
  const object = new ObjectEditor(uses()).instruction("xdp", 0, { register: 0, number: 109 });
  assertEquals(programNamed(object.bytes, "calls_kfuncs").helpers, [109]);
});

Deno.test("readUses() names the kernel function of a symbol even if the call has the number of a helper", () => {
  const object = new ObjectEditor(uses()).instruction("xdp", 0, { register: 0, number: 14 });
  assertEquals(programNamed(object.bytes, "calls_kfuncs").kfuncs, ["flavored_kfunc", "plain_kfunc"]);
});

Deno.test("readUses() truncates a symbol's offset to 32 bits, as libbpf does", () => {
  // The callback is static, so the instruction names the symbol of the section.
  const object = new ObjectEditor(uses()).sectionSymbol(".text", 2n ** 32n);
  assertEquals(programNamed(object.bytes, "through_callback").helpers, [36, 181]);
});

Deno.test("readUses() takes a lone function of .text for a program, as libbpf does", () => {
  const { programs } = readUses(compileSource("long (*f)(void); int only(void) { return ((long (*)(void))14)(); }"));
  assertEquals(programs.map(({ name, section, type, helpers }) => [name, section, type, helpers]), [
    ["only", ".text", ProgramType.UNSPEC, [14]],
  ]);
});

Deno.test("readUses() says that struct_ops loads programs of optional sections", () => {
  const struct = "struct tcp_congestion_ops { u32 (*ssthresh)(void *sk); char name[16]; };";
  const program = 'SEC("?struct_ops") u32 ssthresh(u64 *context) { return 10; }';
  const variable =
    'SEC(".struct_ops.link") struct tcp_congestion_ops ops = { .ssthresh = (void *)ssthresh, .name = "x" };';
  assertEquals(programNamed(compileSmall(program), "ssthresh").autoload, false);
  const object = compileSmall(`${struct} ${program} ${variable}`);
  assertEquals(programNamed(object, "ssthresh").autoload, true);
  assertEquals(readUses(object).maps, [{
    name: "ops",
    type: MapType.STRUCT_OPS,
    keySize: 4,
    valueSize: 24,
    maxEntries: 1,
    flags: MAP_FLAG.BPF_F_LINK,
    isPinned: false,
    bytes: 24,
    structOps: "tcp_congestion_ops",
  }]);
});

Deno.test("readUses() reads maps with their inner maps, and those of global variables", () => {
  const maps = (object: Uint8Array) =>
    readUses(object).maps.map((
      { name, type, keySize, valueSize, maxEntries, flags, isPinned },
    ) => [name, type, keySize, valueSize, maxEntries, flags, isPinned]);
  assertEquals(maps(uses()).sort(), [
    ["counts", MapType.PERCPU_ARRAY, 4, 4, 3, 0, true],
    ["outer", MapType.ARRAY_OF_MAPS, 4, 4, 2, 0, false],
    ["outer.inner", MapType.HASH, 4, 8, 4, 0, false],
    ["ring", MapType.RINGBUF, 0, 0, 8192, 0, false],
  ]);
  const { BPF_F_MMAPABLE: MAPPED, BPF_F_RDONLY_PROG: READ_ONLY } = MAP_FLAG;
  assertEquals(maps(compileObject("sections")).filter(([name]) => `${name}`.startsWith(".")).sort(), [
    [".bss", MapType.ARRAY, 4, 184, 1, MAPPED, false],
    [".data", MapType.ARRAY, 4, 8, 1, MAPPED, false],
    [".data.custom", MapType.ARRAY, 4, 4, 1, MAPPED, false],
    [".rodata", MapType.ARRAY, 4, 29, 1, READ_ONLY | MAPPED, false],
    [".rodata.tuned", MapType.ARRAY, 4, 4, 1, READ_ONLY | MAPPED, false],
  ]);
});

Deno.test("readUses() estimates the memory of maps, per-CPU ones for the given number of CPUs", () => {
  const bytes = (cpus: number) =>
    Object.fromEntries(readUses(uses(), { cpus }).maps.map(({ name, bytes }) => [name, bytes]));
  const others = { outer: 16, "outer.inner": 4 * 16 + 4 * (48 + 8 + 8), ring: 8192 + 3 * 4096 };
  assertEquals(bytes(1), { counts: 3 * 16, ...others });
  assertEquals(bytes(4), { counts: 3 * 40, ...others });
});

Deno.test("readUses() refuses a damaged object", () => {
  assertThrows(() => readUses(new ObjectEditor(uses()).instruction("xdp", 0, { register: 2 }).bytes), FormatError);
});

Deno.test("readInstructionUses() finds helpers and kernel functions, and passes over the program's own functions", () => {
  const call = (
    register: number,
    number: number,
  ) => [0x85, register << 4, 0, 0, ...new Uint8Array(Int32Array.of(number).buffer)];
  const exit = [0x95, 0, 0, 0, 0, 0, 0, 0];
  const instructions = Uint8Array.from(
    [call(0, 109), call(2, 70_000), call(1, 36), call(0, 14), call(0, -1), exit].flat(),
  );
  assertEquals(readInstructionUses(instructions), { helpers: [-1, 14, 109], kfuncIds: [70_000] });
  assertEquals(readInstructionUses(instructions.subarray(0, 15)), { helpers: [109], kfuncIds: [] });
});
