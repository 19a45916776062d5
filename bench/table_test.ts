import { assertEquals } from "@std/assert";
import { hostContestant, NoFigures } from "./contestants.ts";
import { type Measure, MEASURES, README_TITLES } from "./measures.ts";
import { excerpt, markdown, measureLines, tableHead } from "./table.ts";

const MEASURE: Measure = {
  name: "ring",
  rows: [{
    title: "ring",
    figure: "ns",
    unit: "ns",
    bar: { text: "2x", reached: ({ ratio }) => ratio <= 2 },
  }],
  run: () => Promise.resolve({}),
};

Deno.test("measureLines() compares contestants of the same round", () => {
  const native = { name: "native C", rounds: [{ ns: [10, 10, 10] }, { ns: [30, 30, 30] }, { ns: [10, 10, 10] }] };
  const here = { name: "wasm-bpf", rounds: [{ ns: [15, 15, 15] }, { ns: [45, 45, 45] }, { ns: [30, 30, 30] }] };
  assertEquals(measureLines(MEASURE, [native, here]), [["ring", "10.0 ns ±100%", "30.0 ns ±50%", "1.50x", "2x", "ok"]]);
});

Deno.test("measureLines() gives the reason for a missing figure", () => {
  const native = { name: "native C", rounds: [{ ns: [10] }] };
  const here = { name: "wasm-bpf", rounds: [new NoFigures("3 of 5 delivered")] };
  assertEquals(measureLines(MEASURE, [native, here]), [["ring", "10.0 ns", "3 of 5 delivered", "", "2x", ""]]);
});

Deno.test("measureLines() turns the ratio round where more is better", () => {
  const more: Measure = { ...MEASURE, rows: [{ title: "flood", figure: "n", unit: "/s", more: true }] };
  const results = [{ name: "native C", rounds: [{ n: [2e6] }] }, { name: "wasm-bpf", rounds: [{ n: [1e6] }] }];
  assertEquals(measureLines(more, results), [["flood", "2.00 M/s", "1.00 M/s", "2.00x", "", ""]]);
});

Deno.test("markdown() pads its columns", () => {
  assertEquals(
    markdown([["figure", "x"], ["a", "10 ns"]]),
    "| figure |     x |\n| ------ | ----: |\n| a      | 10 ns |",
  );
  assertEquals(tableHead(["native C", "wasm-bpf", "peer"])[0]?.at(-1), "peer");
});

Deno.test("excerpt() takes the rows of README.md, all of which are measured", () => {
  const titles = MEASURES.flatMap(({ rows }) => rows).map(({ title }) => title);
  const table = [...tableHead(["native C", "wasm-bpf"]), ...titles.map((title) => [title, "1", "2", "2x", "3x", "ok"])];
  const expected = README_TITLES.map((title) => [title, "1", "2", "2x"]);
  assertEquals(excerpt(table, README_TITLES), [["figure", "native C", "wasm-bpf", "ratio"], ...expected]);
});

Deno.test("hostContestant() puts the module at its place in the command, and the guest's arguments after it", () => {
  const command = hostContestant("host", "run {module} --").command("maps", ["walk", 3]);
  assertEquals([command[0], ...command.slice(2)], ["run", "walk", "3", "--"]);
  assertEquals(hostContestant("host", "run -q").command("maps", []).length, 3);
});
