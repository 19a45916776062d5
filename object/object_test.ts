import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { dataMapName } from "./data_sections.ts";
import { parseObject } from "./object.ts";
import { programTypeOfSection } from "./program_types.ts";
import { compileObject, compileSource } from "./testdata/compile.ts";

const MAP = {
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  pinned: false,
  inner: undefined,
};

Deno.test("parseObject() finds programs in libbpf's order, without subprograms", () => {
  const { programs, license } = parseObject(compileObject("sections"));
  assertEquals(
    programs.map(({ name, section, type, autoload }) => [name, section, type, autoload]),
    [
      ["on_switch", "tp/sched/sched_switch", "tracepoint", true],
      ["on_packet", "xdp", "xdp", true],
      ["on_exit", "?kprobe/do_exit", "kprobe", false],
      ["second", "kprobe/do_exit", "kprobe", true],
      ["third", "kprobe/do_exit", "kprobe", true],
    ],
  );
  assertEquals(programs[1]?.instructions, 2);
  assertEquals(license, "GPL");
});

Deno.test("parseObject() treats functions in .text as subprograms, even if there is no program", () => {
  assertEquals(parseObject(compileSource("int only(void) { return 0; }")).programs, []);
});

Deno.test("parseObject() treats hidden variables as static, like libbpf", () => {
  const source = `
    #define HIDDEN(kind) __attribute__((visibility(kind)))
    int shown, secret HIDDEN("hidden"), inner HIDDEN("internal"), guarded HIDDEN("protected");
    int lock HIDDEN("hidden") __attribute__((section(".data.A"))) = 1;
    int f(void) { return shown + secret + inner + guarded + lock; }`;
  const { dataSections } = parseObject(compileSource(source));
  const isStatic = dataSections.flatMap(({ variables }) =>
    variables.map((variable) => [variable.name, variable.static])
  );
  assertEquals(Object.fromEntries(isStatic), {
    shown: false,
    secret: true,
    inner: true,
    guarded: false,
    lock: true,
  });
  const bss = dataSections.find(({ name }) => name === ".bss");
  assertEquals(bss?.variables.map(({ offset }) => offset), [0, 4, 8, 12]);
});

Deno.test("parseObject() reads map definitions", () => {
  const { maps, btf } = parseObject(compileObject("sections"));
  const u32 = btf?.find("typedef", "u32")?.id;
  const u64 = btf?.find("typedef", "u64")?.id;
  const hist = btf?.find("struct", "hist")?.id;
  const inner = { ...MAP, type: 2, keySize: 4, valueSize: 8, maxEntries: 4, keyType: u32, valueType: u64 };
  // The order is that of their symbols' addresses, which clang chooses. bpftool's skeleton has the same (c_skeleton_test.ts).
  assertEquals(
    Object.fromEntries(maps.map((map) => [map.name, map])),
    {
      events: { ...MAP, name: "events", type: 27, maxEntries: 262144, keyType: undefined, valueType: undefined },
      hists: {
        ...MAP,
        name: "hists",
        type: 1,
        keySize: 4,
        valueSize: 120,
        maxEntries: 10240,
        flags: 1,
        pinned: true,
        keyType: u32,
        valueType: hist,
      },
      perf: { ...MAP, name: "perf", type: 4, keySize: 4, valueSize: 4, keyType: undefined, valueType: undefined },
      first: { ...inner, name: "first" },
      outer: {
        ...MAP,
        name: "outer",
        type: 12,
        keySize: 4,
        valueSize: 4,
        maxEntries: 2,
        keyType: u32,
        valueType: undefined,
        inner: { ...inner, name: "outer.inner" },
      },
    },
  );
});

Deno.test("parseObject() places global variables by their symbols", () => {
  const { dataSections, elf } = parseObject(compileObject("sections"));
  assertEquals(dataSections.map(({ name, kind }) => [name, kind]), [
    [".rodata", "rodata"],
    [".data", "data"],
    [".data.custom", "data"],
    [".rodata.tuned", "rodata"],
    [".bss", "bss"],
  ]);
  for (const { name, variables } of dataSections) {
    const index = elf.sections.find((section) => section.name === name)?.index;
    for (const variable of variables) {
      const symbol = elf.symbols.find((symbol) => symbol.name === variable.name && symbol.section === index);
      assertEquals([variable.offset, variable.sizeBytes], [symbol?.value, symbol?.sizeBytes], variable.name);
    }
  }
  const rodata = dataSections[0]?.variables.find(({ name }) => name === "ratio");
  assertEquals(dataSections[0]?.bytes[rodata?.offset ?? 0], 5);
});

Deno.test("parseObject() finds struct_ops maps, their sizes and whether a link holds them", () => {
  const source = `
    struct ops { int (*f)(void *); long flags; char name[8]; };
    __attribute__((section("struct_ops"))) int f(void *context) { return 0; }
    __attribute__((section(".struct_ops"))) struct ops plain = { .f = f, .name = "plain" };
    __attribute__((section(".struct_ops.link"))) struct ops linked = { .f = f, .name = "linked" };
    __attribute__((section("?.struct_ops.link"))) struct ops later = { .f = f, .name = "later" };`;
  const object = compileSource(source);
  assertEquals(
    parseObject(object).structOps.map(({ name, struct, link, fileOffset }) => [
      name,
      struct.sizeBytes,
      link,
      new TextDecoder().decode(object.subarray(fileOffset + 16, fileOffset + 24)).replaceAll("\0", ""),
    ]),
    [["plain", 24, false, "plain"], ["linked", 24, true, "linked"], ["later", 24, true, "later"]],
  );
});

Deno.test("parseObject() lays .kconfig out as libbpf does: by alignment, size, name", () => {
  const source = `
    #define __kconfig __attribute__((section(".kconfig")))
    extern _Bool CONFIG_B __kconfig; extern int LINUX_KERNEL_VERSION __kconfig; extern char CONFIG_S[8] __kconfig;
    extern unsigned long CONFIG_HZ __kconfig; extern _Bool CONFIG_A __kconfig;
    int f(void) { return CONFIG_B + LINUX_KERNEL_VERSION + CONFIG_S[1] + CONFIG_HZ + CONFIG_A; }`;
  const kconfig = parseObject(compileSource(source)).dataSections.find(({ name }) => name === ".kconfig");
  assertEquals(kconfig?.variables.map(({ name, offset }) => [name, offset]), [
    ["CONFIG_HZ", 0],
    ["LINUX_KERNEL_VERSION", 8],
    ["CONFIG_A", 12],
    ["CONFIG_B", 13],
    ["CONFIG_S", 14],
  ]);
});

Deno.test("parseObject() refuses objects that libbpf refuses, with advice", () => {
  const legacy = `struct { int type; } m __attribute__((section("maps"), used)) = { 1 };`;
  assertThrows(() => parseObject(compileSource(legacy)), FormatError, `maps in a "maps" section are not supported`);
  const untyped = `struct { int (*max_entries)[4]; } m __attribute__((section(".maps"), used));`;
  assertThrows(() => parseObject(compileSource(untyped)), FormatError, `map "m" has no type`);
  const conflict =
    `struct { int (*type)[1]; int (*key_size)[8]; int *key; } m __attribute__((section(".maps"), used));`;
  assertThrows(() => parseObject(compileSource(conflict)), FormatError, `map "m" has a key of 8 and of 4 bytes`);
  const plain = `struct { int type; } m __attribute__((section(".maps"), used));`;
  assertThrows(() => parseObject(compileSource(plain)), FormatError, `"type" of map "m" is not written with __uint()`);
});

Deno.test("dataMapName() keeps 15 characters as libbpf does", () => {
  assertEquals(dataMapName(".bss", "runqlat"), "runqlat.bss");
  assertEquals(dataMapName(".bss", "runqlat_bpf"), "runqlat_.bss");
  assertEquals(dataMapName(".rodata", "my_object_name"), "my_objec.rodata");
  assertEquals(dataMapName(".kconfig", "my_object_name"), "my_obje.kconfig");
  assertEquals(dataMapName(".data", "x-y"), "x_y.data");
  assertEquals(dataMapName(".rodata.str1.1", "runqlat"), ".rodata.str1.1");
  assertEquals(dataMapName(".rodata.abracadabra", "runqlat"), ".rodata.abracadabra");
  assertEquals(dataMapName(".bss.statistics_of_it", "runqlat"), ".bss.statistics_of_it");
});

Deno.test("programTypeOfSection() matches names whole or up to a slash", () => {
  const types = [
    ["tp/sched/sched_switch", "tracepoint"],
    ["tracepoint", "tracepoint"],
    ["?kprobe/do_exit", "kprobe"],
    ["kprobes", undefined],
    ["uprobe//bin/bash:readline", "kprobe"],
    ["xdp", "xdp"],
    ["xdp/eth0", undefined],
    ["xdp.frags/devmap", "xdp"],
    ["tc", "sched_cls"],
    ["tcx/ingress", "sched_cls"],
    ["fentry.s/do_unlinkat", "tracing"],
    ["lsm/file_open", "lsm"],
    ["cgroup/connect4", "cgroup_sock_addr"],
    ["struct_ops/init", "struct_ops"],
    [".text", undefined],
  ] as const;
  assertEquals(types.map(([section]) => [section, programTypeOfSection(section)]), types.map((pair) => [...pair]));
});
