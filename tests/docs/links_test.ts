/** Documents name only documents, sections, files and tasks that exist. */

import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { CHECKOUT, documents, textOf } from "./documents.ts";

/** Paths that the documents tell readers to create. */
const TO_BE_MADE = ["examples/minimal/"];

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The anchors of a document's headings, in the form of code hosts. */
function anchorsOf(document: string): string[] {
  return [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-")
  );
}

/** The broken links of a document. */
function deadLinks(document: string): string[] {
  const folder = document.slice(0, document.lastIndexOf("/") + 1);
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^\w+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    if (path !== "" && !exists(CHECKOUT + folder + path)) return true;
    return anchor !== undefined && !anchorsOf(path === "" ? document : folder + path).includes(anchor);
  });
}

/** Paths in code font that begin with a folder of this repository and do not exist. */
function deadPaths(document: string): string[] {
  const folders = [...Deno.readDirSync(CHECKOUT)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  const words = [...textOf(document).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => code.split(/\s+/));
  return words
    .map((word) => word.replace(/^\.\//, "").replace(/[,;:]$/, ""))
    // Placeholders are in capitals.
    .filter((word) => /^[\w./-]+$/.test(word) && !/[A-Z]{4,}/.test(word) && folders.includes(word.split("/")[0] ?? ""))
    .filter((word) => word.includes("/") && !exists(CHECKOUT + word) && !TO_BE_MADE.includes(word));
}

for (const document of documents()) {
  Deno.test(`${document} links to what is there`, () => assertEquals(deadLinks(document), []));
  Deno.test(`${document} names files that are there`, () => assertEquals(deadPaths(document), []));
  Deno.test(`${document} names tasks that are there`, () => {
    const tasks = [...textOf(document).matchAll(/\bdeno"? task (\w+)/g)].map(([, task = ""]) => task);
    assertEquals(tasks.filter((task) => !(task in config.tasks)), []);
  });
}
