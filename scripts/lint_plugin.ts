/**
 * The two rules of the house that a program can check: native calls only in `ffi/`, and imports only downwards.
 * Tests, scripts, examples and benchmarks are free of both.
 *
 * @module
 */

/** What each room (a top folder, or a file at the top without its extension) may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  btf: ["errors"],
  wasm: ["errors"],
  ffi: ["errors"],
  codegen: ["btf", "errors"],
  host: ["ffi", "btf", "wasm", "errors"],
  registry: ["ffi", "btf", "wasm", "errors"],
  metrics: ["ffi", "btf", "errors"],
  mod: ["host", "codegen", "registry", "metrics", "ffi", "btf", "wasm", "errors"],
  cli: ["mod", "host", "codegen", "registry", "metrics", "ffi", "btf", "wasm", "errors"],
};

const ROOT = new URL("../", import.meta.url).href;

/** The room that the file at `url` is in; undefined for tests and for what is in no room. */
function roomOf(url: string): string | undefined {
  if (!url.startsWith(ROOT) || url.endsWith("_test.ts")) return undefined;
  const room = url.slice(ROOT.length).split("/")[0]?.replace(/\.ts$/, "") ?? "";
  return Object.hasOwn(MAY_IMPORT, room) ? room : undefined;
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "native-calls": {
      create(context) {
        const room = roomOf(fileUrl(context.filename));
        if (room === undefined || room === "ffi") return {};
        return {
          MemberExpression(node) {
            if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
            const name = node.property.type === "Identifier" ? node.property.name : context.sourceCode.getText(node);
            if (!/dlopen|Unsafe/.test(name)) return;
            context.report({ node, message: `Cannot use Deno.${name} in ${room}: native calls belong in ffi/` });
          },
        };
      },
    },
    "layers": {
      create(context) {
        const url = fileUrl(context.filename);
        const room = roomOf(url);
        if (room === undefined) return {};
        const check = (node: Deno.lint.Node, source: unknown) => {
          if (typeof source !== "string" || !source.startsWith(".")) return;
          const imported = roomOf(new URL(source, url).href);
          if (imported === undefined || imported === room || MAY_IMPORT[room]?.includes(imported)) return;
          context.report({ node, message: `Cannot import ${imported} from ${room}: imports point down` });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source.value),
          ExportNamedDeclaration: (node) => check(node, node.source?.value),
          ExportAllDeclaration: (node) => check(node, node.source.value),
          ImportExpression: (node) => check(node, node.source.type === "Literal" ? node.source.value : undefined),
        };
      },
    },
  },
};

export default plugin;

function fileUrl(path: string): string {
  return path.startsWith("/") ? new URL(`file://${encodeURI(path)}`).href : path;
}
