import { assertEquals, assertThrows } from "@std/assert";
import { Arguments, type Operands, type Syntax } from "./arguments.ts";
import { anyText, flag, HELP, list, type Refuse, single, switchOrList } from "./options.ts";
import { UsageError } from "./usage_error.ts";

const OPTIONS = {
  verbose: flag({ letter: "v", help: "" }),
  output: single({ letter: "o", value: "FILE", parse: anyText, help: "" }),
  size: single({ value: "N", parse: parseNumber, default: 8, help: "" }),
  define: list({ letter: "D", value: "NAME", parse: anyText, help: "" }),
  name: single({ value: "NAME", bareWord: true, parse: anyText, help: "" }),
  version: flag({ standsAlone: true, help: "" }),
  help: HELP,
};

function parseNumber(text: string, refuse: Refuse): number {
  return /^\d+$/.test(text) ? Number(text) : refuse(`"${text}" is not a number`);
}

function parse(args: readonly string[], operands: Partial<Operands> = {}) {
  return new Arguments(
    { task: "build", operands: { noun: "file", min: 0, max: 1, ...operands }, options: OPTIONS },
    args,
  );
}

function usageError(args: readonly string[], operands: Partial<Operands> = {}): UsageError {
  return assertThrows(() => parse(args, operands), UsageError);
}

Deno.test("Arguments have the values of options in every spelling", () => {
  for (const args of [["--output", "a", "x"], ["--output=a", "x"], ["x", "-o", "a"], ["x", "--output=a"]]) {
    assertEquals([parse(args).get("output"), parse(args).operands], ["a", ["x"]]);
  }
  assertEquals(parse(["--output=a=b="]).get("output"), "a=b=");
  assertEquals(parse(["-D", "a", "--define=b", "-D", "c"]).get("define"), ["a", "b", "c"]);
  for (const args of [["-v"], ["-vv"], ["--verbose", "--verbose"], ["-vo", "a"]]) {
    assertEquals(parse(args).get("verbose"), true);
  }
});

Deno.test("Arguments have lists of options whose value may be left out", () => {
  const options = { allow: switchOrList({ value: "NAME,...", help: "" }), help: HELP };
  const allowed = (...args: string[]) =>
    new Arguments({ task: "run", operands: { noun: "file", min: 0, max: 2 }, options }, args).get("allow");
  assertEquals(allowed(), []);
  assertEquals(allowed("--allow", "x"), true);
  assertEquals(allowed("--allow=a,b", "--allow=c"), ["a", "b", "c"]);
  assertEquals(allowed("--allow=a", "--allow"), true);
  for (const word of ["--allow=", "--allow=a,,b", "--allow=,"]) assertThrows(() => allowed(word), UsageError);
});

Deno.test("Arguments have defaults for options that are not given", () => {
  const parsed = parse([]);
  const size: number = parsed.get("size");
  const output: string | undefined = parsed.get("output");
  assertEquals([size, output, parsed.get("verbose"), parsed.get("define")], [8, undefined, false, []]);
  assertEquals(parse(["--size=3"]).get("size"), 3);
});

Deno.test('Arguments take "-" as an operand and as a value, and no option after "--"', () => {
  assertEquals(parse(["-"]).operands, ["-"]);
  assertEquals(parse(["-o", "-"]).get("output"), "-");
  assertEquals(parse(["--", "-v"]).operands, ["-v"]);
  assertEquals(parse(["-v", "--", "--"]).operands, ["--"]);
});

Deno.test("Arguments end the options at the first operand if the command declares it", () => {
  const operands = { max: Infinity, endOptions: true };
  assertEquals(parse(["-v", "a", "-v", "--", "--nosuch"], operands).operands, ["a", "-v", "--", "--nosuch"]);
  assertEquals(parse(["--", "a", "--"], operands).operands, ["a", "--"]);
  assertEquals(parse(["a", "-v", "name", "b"], operands).get("verbose"), false);
});

Deno.test("Arguments take an option as a bare word after an operand", () => {
  assertEquals(parse(["x.o", "name", "y"]).get("name"), "y");
  const [first] = parse(["name", "name", "y"]).operands;
  assertEquals(first, "name");
});

Deno.test("Arguments refuse words that the declaration does not allow", () => {
  const cases: [args: string[], message: string, advice?: string][] = [
    [["--nosuch"], 'unknown option "--nosuch"'],
    [["--nosuch=1"], 'unknown option "--nosuch=1"'],
    [["-x"], 'unknown option "-x"'],
    [["-vx"], 'unknown option "-vx"'],
    [["--constructor"], 'unknown option "--constructor"'],
    [["--no-verbose"], 'unknown option "--no-verbose"'],
    [["--outptu=1"], 'unknown option "--outptu=1"', "did you mean --output?"],
    [["-version"], 'unknown option "-version"', "did you mean --version?"],
    [["--output"], "--output needs a value"],
    [["--output="], "--output needs a value"],
    [["--output", ""], "--output needs a value"],
    [["--output", "--verbose"], "--output needs a value"],
    [["--define", "a", "--define"], "--define needs a value"],
    [["x", "name"], "--name needs a value"],
    [["--output", "a", "-o", "b"], "--output is given twice"],
    [["--verbose=1"], "--verbose takes no value"],
    [["--size", "x"], '--size "x" is not a number'],
    [["a", "b", "c"], 'one file at a time, not also "b"'],
  ];
  for (const [args, problem, advice] of cases) {
    const error = usageError(args);
    assertEquals([error.message, error.advice], [`Cannot build: ${problem}`, advice]);
  }
  assertEquals(usageError([], { min: 1 }).message, "Cannot build: no file given");
  assertEquals(usageError(["a", "b", "c"], { max: 2 }).message, 'Cannot build: 2 files at a time, not also "c"');
});

Deno.test("Arguments need nothing else when an option stands alone", () => {
  for (const args of [["--version"], ["-h"], ["--size", "x", "--help"], ["-o", "--version"]]) {
    parse(args, { min: 1 });
  }
  assertEquals(usageError(["--version", "--nosuch"]).message, 'Cannot build: unknown option "--nosuch"');
});

Deno.test("Arguments check every option, whether or not it is read", () => {
  const syntax: Syntax<{ size: number }> = {
    task: "build",
    operands: { noun: "file", min: 1, max: 1 },
    options: { size: OPTIONS.size },
  };
  assertThrows(() => new Arguments(syntax, ["--size", "x"]), UsageError, '--size "x" is not a number');
});
