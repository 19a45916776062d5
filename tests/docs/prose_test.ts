/** Counts the comments that begin with a question word to name a thing, as in "Whether the memory moved." (see CONTRIBUTING.md). */

import { assert, assertEquals } from "@std/assert";
import { CHECKOUT, filesUnder } from "./documents.ts";

const LIMIT = 3;
const SOURCES = /\.(ts|js|c|cpp|h|sh|wat|rs|go)$|^\.ci\/run$/;
/** This file quotes such comments; skeletons are made by the build from other sources. */
const LEFT_OUT = /^tests\/docs\/prose_test\.ts$|\.skel\.h$/;
const QUESTION = /^(?:what|how|whether|where|who|whoever|whose|whatever|wherever)\b/i;

/** Comments of the languages with "/*" and "//". Consecutive lines of "//" are one comment. */
const C_LIKE = /\/\*.*?\*\/|(?:^[ \t]*\/\/[^\n]*\n?)+|[ \t]\/\/[^\n]*/gms;
const WAT = /\(;.*?;\)|(?:^[ \t]*;;[^\n]*\n?)+|[ \t];;[^\n]*/gms;
const SHELL = /(?:^[ \t]*#[^\n]*\n?)+|[ \t]#[^\n]*/gm;

/** The comments of a source without their marks. */
function commentsOf(path: string, text: string): string[] {
  const comment = path.endsWith(".wat") ? WAT : path.endsWith(".sh") || !path.includes(".", 1) ? SHELL : C_LIKE;
  return [...text.matchAll(comment)].map(([all]) =>
    all.replace(/^[ \t]*(?:\/\*+|\*+\/?|\/\/+|;;+|\(;|#+)/gm, "").trim()
  );
}

/** The comments, and the descriptions of parameters and results in them, that begin with a question word. */
function questions(path: string, text: string): string[] {
  return commentsOf(path, text).flatMap((comment) => {
    const tags = [...comment.matchAll(/@(?:returns?|param\s+\S+)\s+(.*)/g)].map(([, description = ""]) => description);
    return [comment, ...tags].filter((opening) => QUESTION.test(opening));
  });
}

Deno.test(`at most ${LIMIT} comments begin with a question word`, () => {
  const sources = filesUnder("").filter((path) => SOURCES.test(path) && !LEFT_OUT.test(path));
  const found = sources.flatMap((path) =>
    questions(path, Deno.readTextFileSync(CHECKOUT + path)).map((comment) => `${path}: ${comment.split("\n")[0]}`)
  );
  assert(found.length <= LIMIT, `${found.length} comments:\n${found.join("\n")}`);
});

Deno.test("questions() reads the comments of every language, and no second line of a comment", () => {
  const typescript = `/**
 * Where it is.
 * How it is used.
 * @param size what fits
 * @returns whether it fits
 */
// A line,
// what follows it,
const what = "how"; // who uses it
`;
  assertEquals(questions("x.ts", typescript).map((comment) => comment.split("\n")[0]), [
    "Where it is.",
    "what fits",
    "whether it fits",
    "who uses it",
  ]);
  assertEquals(questions("x.sh", "# Whether.\n# How.\necho # what\n"), ["Whether.\n How.", "what"]);
  assertEquals(questions(".ci/run", "# Whoever"), ["Whoever"]);
  assertEquals(questions("x.wat", ";; What.\n(; how ;)\n"), ["What.", "how ;)"]);
});
