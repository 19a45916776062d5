/**
 * Writes the tables of docs/kernels.md and README.md from the results of the last run of tests/vm/run.sh. With `--check`,
 * compares them, and fails when they differ.
 *
 *     deno run --allow-read --allow-write tests/vm/table.ts [--check]
 *
 * @module
 */

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const RESULTS = `${CHECKOUT}.build/test/`;
const KERNELS = ["5.10", "6.1", "6.12", "newest"];

/** The rows of one kernel: a name, and "works" or the reason. */
type Outcomes = ReadonlyMap<string, string>;

/** The records of features_test.ts. */
function features(kernel: string): Outcomes {
  const lines = Deno.readTextFileSync(`${RESULTS}vm-${kernel}.outcomes`).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split(" ")).map(([name = "", outcome = ""]) => [name, outcome]));
}

/** The examples, whose tests begin with their names. Help works on every kernel. */
function examples(kernel: string): Outcomes {
  const report = Deno.readTextFileSync(`${RESULTS}vm-${kernel}.xml`);
  const cases = [...report.matchAll(/<testcase .*?<\/testcase>/gs)].map(String)
    .filter((one) => /classname="\.\/tests\/kernel\/example\w*_test\.ts"/.test(one));
  const outcomes = new Map<string, string>();
  for (const { name } of Deno.readDirSync(`${CHECKOUT}examples`)) {
    const own = cases.filter((one) => new RegExp(`^<testcase name="${name} (?!(has|shows its) help)`).test(one));
    if (own.length > 0) outcomes.set(name, outcomeOf(own));
  }
  return new Map([...outcomes].sort());
}

/** An example works when a test of it ran and none failed. If all were left out, their names give the reason. */
function outcomeOf(cases: readonly string[]): string {
  if (cases.some((one) => one.includes("<failure"))) return "fails";
  if (!cases.every((one) => one.includes("<skipped"))) return "works";
  return /\((needs [^()]*)\)"/.exec(cases.join("\n"))?.[1] ?? "not run";
}

/** The numbers of a kernel's version, "6.12": of the pinned one, so that a table stays when Debian moves to the next. */
function versionOf(kernel: string): string {
  return Deno.readTextFileSync(`${CHECKOUT}.tools/kernels/${kernel}/pin`).replace(/^(\d+\.\d+)[^]*$/, "$1");
}

const code = (name: string) => `\`${name}\``;

/** A table in Markdown. The first row has the headings. */
function table([headings = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return [headings, headings.map(() => "---"), ...rows].map(line).join("");
}

/** A row for each name, a column for each kernel. */
function byName(title: string, read: (kernel: string) => Outcomes): string {
  const columns = KERNELS.map(read);
  const names = [...new Set(columns.flatMap((outcomes) => [...outcomes.keys()]))];
  const cells = (name: string) => columns.map((outcomes) => outcomes.get(name) ?? "not run");
  return table([[title, ...KERNELS.map(versionOf)], ...names.map((name) => [code(name), ...cells(name)])]);
}

/** As {@link byName}, but names with the same results share a row: shorter for many names. */
function byOutcome(title: string, read: (kernel: string) => Outcomes): string {
  const columns = KERNELS.map(read);
  const names = new Set(columns.flatMap((outcomes) => [...outcomes.keys()]));
  const rows = Map.groupBy(names, (name) => columns.map((outcomes) => outcomes.get(name) ?? "not run").join(" | "));
  const cells = [...rows].map(([outcomes, alike]) => [alike.map(code).join(", "), outcomes]);
  return table([[title, ...KERNELS.map(versionOf)], ...cells]);
}

/** Each table: its document, the name in the comments around it, its text. */
const TABLES: readonly (readonly [document: string, name: string, text: () => string])[] = [
  ["docs/kernels.md", "features", () => byName("program", features)],
  ["docs/kernels.md", "examples", () => byName("example", examples)],
  ["README.md", "kernels", () => byOutcome("examples", examples)],
];

/** The text of `document` with `table` between the two comments of this name. */
function withTable(document: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const start = document.indexOf(begin);
  const stop = document.indexOf(end);
  if (start < 0 || stop < 0) throw new Error(`Cannot find the table of ${name}: the document has no such comments`);
  return `${document.slice(0, start)}${begin}\n${table}\n${document.slice(stop)}`;
}

/** Compares words only: `deno fmt` pads the columns. */
function wordsOf(document: string): string {
  return document.replace(/ +/g, " ").replace(/-{3,}/g, "---");
}

let differs = false;
for (const [document, name, text] of TABLES) {
  const before = Deno.readTextFileSync(CHECKOUT + document);
  const after = withTable(before, name, text());
  if (!Deno.args.includes("--check")) {
    Deno.writeTextFileSync(CHECKOUT + document, after);
  } else if (wordsOf(before) !== wordsOf(after)) {
    differs = true;
    console.error(`The table of ${name} in ${document} differs from this run: run tests/vm/table.ts and deno fmt`);
  }
}
if (differs) Deno.exit(1);
