import { assertEquals } from "@std/assert";
import { layerOf, mayImport } from "./lint_plugin.ts";

const ROOT = new URL("../", import.meta.url).href;

/** The files that each file imports. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** A plugin that reports each imported path as a message. It uses the linter as a parser. */
const LISTER: Deno.lint.Plugin = {
  name: "imports",
  rules: {
    list: {
      create(context) {
        const list = (node: Deno.lint.Node, path: unknown) => {
          if (typeof path === "string") context.report({ node, message: path });
        };
        return {
          ImportDeclaration: (node) => list(node, node.source.value),
          ExportNamedDeclaration: (node) => list(node, node.source?.value),
          ExportAllDeclaration: (node) => list(node, node.source.value),
          ImportExpression: (node) => list(node, node.source.type === "Literal" ? node.source.value : undefined),
        };
      },
    },
  },
};

/** The paths that `source` imports, of types too, as they are written. */
function importsOf(url: string, source: string): string[] {
  return Deno.lint.runPlugin(LISTER, new URL(url).pathname, source).map(({ message }) => message);
}

/** The URLs of all files in the layers. */
function* layeredFiles(folder = ROOT): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder))) {
    const url = folder + name;
    if (isDirectory && layerOf(`${url}/`) !== undefined && name !== "testdata") yield* layeredFiles(`${url}/`);
    else if (name.endsWith(".ts") && layerOf(url) !== undefined) yield url;
  }
}

function readGraph(): Graph {
  return new Map(Array.from(layeredFiles(), (url) => {
    const paths = importsOf(url, Deno.readTextFileSync(new URL(url))).filter((path) => path.startsWith("."));
    return [url.slice(ROOT.length), paths.map((path) => new URL(path, url).href.slice(ROOT.length))];
  }));
}

/** One cycle for each file from which an import leads back to a file that is being visited. */
function findCycles(graph: Graph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) { for (const imported of graph.get(file) ?? []) visit(imported, [...path, file]); }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

Deno.test("findCycles() finds cycles of two files and of more, and a file that imports itself", () => {
  const graph = new Map([["a", ["b", "c"]], ["b", ["a"]], ["c", ["d"]], ["d", ["e"]], ["e", ["c"]], ["f", ["f", "a"]]]);
  assertEquals(findCycles(graph), ["a -> b -> a", "c -> d -> e -> c", "f -> f"]);
  assertEquals(findCycles(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), []);
});

Deno.test("importsOf() lists imports of values and types, exports and dynamic imports", () => {
  const source = `import { a } from "./a.ts"; import type { B } from "./b.ts"; export * from "./c.ts";
    export { type D } from "./d.ts"; import "./e.ts"; const f = await import("./f.ts"); /** import "./g.ts" */`;
  assertEquals(importsOf(`${ROOT}x.ts`, source), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
});

Deno.test("no import leads back to its file, not even of a type", () => {
  assertEquals(findCycles(readGraph()), []);
});

Deno.test("imports point down", () => {
  const upward = [...readGraph()].flatMap(([file, imports]) =>
    imports.filter((path) => !mayImport(layerOf(ROOT + file) ?? "", layerOf(ROOT + path)))
      .map((path) => `${file} -> ${path}`)
  );
  assertEquals(upward, []);
});
