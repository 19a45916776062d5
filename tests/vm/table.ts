/**
 * Writes the tables of docs/kernels.md from the results of the last run of tests/vm/run.sh. With `--check`, compares
 * them.
 *
 *     deno run --allow-read --allow-write tests/vm/table.ts [--check]
 *
 * @module
 */

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const RESULTS = `${CHECKOUT}.build/test/`;
const DOCUMENT = `${CHECKOUT}docs/kernels.md`;
const KERNELS = ["5.10", "6.1", "6.12", "newest"];

/** The rows of one kernel: a name, and "works" or the reason. */
type Outcomes = ReadonlyMap<string, string>;

/** The records of features_test.ts. */
function features(kernel: string): Outcomes {
  const lines = Deno.readTextFileSync(`${RESULTS}vm-${kernel}.outcomes`).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split(" ")).map(([name = "", outcome = ""]) => [name, outcome]));
}

/** The examples, whose tests begin with their names: one works when none of its tests failed or was left out. */
function examples(kernel: string): Outcomes {
  const report = Deno.readTextFileSync(`${RESULTS}vm-${kernel}.xml`);
  const cases = [...report.matchAll(/<testcase .*?<\/testcase>/gs)].map(String)
    .filter((one) => one.includes('classname="./tests/kernel/examples_test.ts"'));
  const outcomes = new Map<string, string>();
  for (const { name } of Deno.readDirSync(`${CHECKOUT}examples`)) {
    const own = cases.filter((one) => new RegExp(`^<testcase name="${name}\\b`).test(one));
    if (own.length > 0) outcomes.set(name, own.some((one) => /<failure|<skipped/.test(one)) ? "fails" : "works");
  }
  return new Map([...outcomes].sort());
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function table(title: string, read: (kernel: string) => Outcomes): string {
  const columns = KERNELS.map(read);
  const names = [...new Set(columns.flatMap((outcomes) => [...outcomes.keys()]))];
  const versions = KERNELS.map((kernel) => Deno.readTextFileSync(`${CHECKOUT}.tools/kernels/${kernel}/version`).trim());
  const headings = versions.map((version) => version.replace(/^(\d+\.\d+).*$/, "$1"));
  return row([title, ...headings]) + row([title, ...headings].map(() => "---")) +
    names.map((name) => row([`\`${name}\``, ...columns.map((outcomes) => outcomes.get(name) ?? "not run")])).join("");
}

/** Replaces the table between two comments in the document. */
function withTable(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const start = document.indexOf(begin);
  const stop = document.indexOf(end);
  if (start < 0 || stop < 0) throw new Error(`Cannot find the table of ${name} in docs/kernels.md`);
  return `${document.slice(0, start)}${begin}\n${text}\n${document.slice(stop)}`;
}

/** Compares words only: `deno fmt` pads the columns. */
function wordsOf(document: string): string {
  return document.replace(/ +/g, " ").replace(/-{3,}/g, "---");
}

const before = Deno.readTextFileSync(DOCUMENT);
const after = withTable(
  withTable(before, "features", table("program", features)),
  "examples",
  table("example", examples),
);
if (!Deno.args.includes("--check")) {
  Deno.writeTextFileSync(DOCUMENT, after);
} else if (wordsOf(before) !== wordsOf(after)) {
  console.error("docs/kernels.md differs from this run: run tests/vm/table.ts and deno fmt");
  Deno.exit(1);
}
