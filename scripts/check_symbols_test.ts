import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compilerSays, newerThan11, problemsOf, type Row, rowsOf } from "./check_symbols.ts";

/** The one row of a table with this text. */
function row(text: string): Row {
  const [found] = rowsOf("table.ts", `export const TABLE = {\n${text}\n} as const;\n`);
  if (found === undefined) throw new Error(`No row in ${text}`);
  return found;
}

const MAP_FD = "  // int bpf_map__fd(const struct bpf_map *map)\n";

Deno.test("rowsOf() reads a row, its prototype and its line", () => {
  assertEquals(row(`${MAP_FD}  bpf_map__fd: { parameters: ["pointer"], result: "i32", optional: true },`), {
    file: "table.ts",
    line: 2,
    name: "bpf_map__fd",
    prototype: "int bpf_map__fd(const struct bpf_map *map)",
    parameters: ["pointer"],
    result: "i32",
    optional: true,
    isSyscall: false,
  });
});

Deno.test("problemsOf() has none for rows that are right", () => {
  for (
    const text of [
      `${MAP_FD}  bpf_map__fd: { parameters: ["pointer"], result: "i32" },`,
      `// long libbpf_get_error(const void *ptr)\n libbpf_get_error: { parameters: ["pointer"], result: "i64" },`,
      `// int bpf_map_delete_elem_flags(int fd, const void *key, __u64 flags)
       bpf_map_delete_elem_flags: { parameters: ["i32", "u64", "u64"], result: "i32" },`,
      `// off_t lseek(int fd, off_t offset, int whence)\n lseek: wideSyscallRow(symbol, ["i32", "i64", "i32"]),`,
      `// int sched_yield(void)\n sched_yield: syscallRow(symbol, []),`,
    ]
  ) assertEquals(problemsOf(row(text)), [], text);
});

Deno.test("problemsOf() finds what is wrong", () => {
  const wrong: [text: string, problem: RegExp][] = [
    [`${MAP_FD}  bpf_map__type: { parameters: ["pointer"], result: "i32" },`, /no prototype of bpf_map__type/],
    [`${MAP_FD}  bpf_map__fd: { parameters: [], result: "i32" },`, /0 parameters, its prototype 1/],
    [`${MAP_FD}  bpf_map__fd: { parameters: ["i32"], result: "i32" },`, /is pointer, declared as "i32"/],
    [`${MAP_FD}  bpf_map__fd: { parameters: ["pointer"], result: "u32" },`, /result is i32, declared as "u32"/],
    [
      `// long libbpf_get_error(const void *ptr)\n libbpf_get_error: { parameters: ["pointer"], result: "i32" },`,
      /result is i64, declared as "i32"/,
    ],
    [
      `// int bpf_map_delete_elem_flags(int fd, const void *key, __u64 flags)
       bpf_map_delete_elem_flags: { parameters: ["i32", "u64", "u32"], result: "i32" },`,
      /"__u64 flags" is u64, declared as "u32"/,
    ],
    [`// int f(some_t x)\n f: { parameters: ["i32"], result: "i32" },`, /type of "some_t x" is unknown/],
    [
      `// off_t lseek(int fd, off_t offset, int whence)\n lseek: syscallRow(symbol, ["i32", "i64", "i32"]),`,
      /its result/,
    ],
  ];
  for (const [text, problem] of wrong) assertMatch(problemsOf(row(text)).join("\n"), problem, text);
});

Deno.test("newerThan11() reads libbpf's version script", () => {
  const script =
    "LIBBPF_1.1.0 {\n global:\n old;\n} LIBBPF_1.0.0;\nLIBBPF_1.3.0 {\n global:\n new;\n newer;\n} LIBBPF_1.1.0;";
  assertEquals([...newerThan11(script)], [["new", "1.3"], ["newer", "1.3"]]);
});

Deno.test("compilerSays() finds prototypes that the headers contradict or do not know", async () => {
  const right = row(`${MAP_FD}  bpf_map__fd: { parameters: ["pointer"], result: "i32" },`);
  assertEquals(await compilerSays([right]), "");
  const contradicted = { ...right, prototype: "long bpf_map__fd(const struct bpf_map *map)" };
  assertStringIncludes(await compilerSays([contradicted]), "conflicting types for 'bpf_map__fd'");
  const unknown = { ...right, name: "bpf_map__nothing", prototype: "int bpf_map__nothing(void)" };
  assertStringIncludes(await compilerSays([unknown]), "table.ts:2");
});
