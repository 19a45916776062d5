import { assertEquals, assertLessOrEqual } from "@std/assert";
import { helpText } from "./help.ts";
import { anyText, flag, HELP, list, single } from "./options.ts";
import { runCommand } from "./testdata/run_command.ts";

Deno.test("helpText() aligns and wraps the rows of a declaration", () => {
  const text = helpText({
    of: "build",
    title: "A title.",
    usage: [["build [options] FILE...", "builds"], ["build a-form-that-is-longer-than-all-others", ""]],
    about: ["One paragraph.", `${"word ".repeat(30)}end.`],
    words: [["FILE", "a file"]],
    options: {
      verbose: flag({ letter: "v", help: "says more" }),
      output: single({ value: "FILE", parse: anyText, default: "a.out", help: "the output" }),
      name: single({ value: "NAME", bareWord: true, parse: anyText, help: `${"word ".repeat(25)}end` }),
      "option-with-a-long-name": list({ value: "VALUE", parse: anyText, help: "more" }),
      help: HELP,
    },
    notes: "Examples:\n  none",
  });
  assertEquals(
    text,
    `A title.

Usage:
  wasm-bpf build [options] FILE...  builds
  wasm-bpf build a-form-that-is-longer-than-all-others

One paragraph.

${"word ".repeat(23)}word
${"word ".repeat(6)}end.

  FILE  a file

Options:
  -v, --verbose      says more
      --output FILE  the output (default: a.out)
      name NAME      ${"word ".repeat(19)}word
                     ${"word ".repeat(5)}end
      --option-with-a-long-name VALUE
                     more
  -h, --help         shows this text

Examples:
  none
`,
  );
});

Deno.test("--help of each subcommand fits into 120 columns", () => {
  for (const words of [[], ["run"], ["gen"], ["inspect"]]) {
    const { code, stdout, stderr } = runCommand([...words, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    for (const line of stdout.split("\n")) assertLessOrEqual(line.length, 120, line);
    assertEquals(stdout.match(/ $/gm), null);
  }
});
