/**
 * The two rules of the project that a program can check: native calls only in `ffi/`, and imports only downwards.
 * Tests, scripts, examples and benchmarks are free of both.
 *
 * @module
 */

/** The rooms that each room may import besides itself. A room is a top folder, or a top file without its extension. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  wasm: ["errors"],
  object: ["wasm", "errors"],
  ffi: ["errors"],
  codegen: ["object", "errors"],
  host: ["ffi", "object", "wasm", "errors"],
  mod: ["host", "codegen", "ffi", "object", "wasm", "errors"],
  cli: ["mod", "host", "codegen", "ffi", "object", "wasm", "errors"],
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
        const report = (node: Deno.lint.Node, what: string) =>
          context.report({ node, message: `Cannot use ${what} in ${room}: native calls belong in ffi/` });
        /** True when `node` is the global object Deno. */
        const check = (node: Deno.lint.Identifier | Deno.lint.MemberExpression) => {
          const parent = parentOf(node);
          if (parent?.type === "TSQualifiedName" || parent?.type === "TSTypeReference") return;
          if (parent?.type !== "MemberExpression" || parent.object !== node) {
            return report(node, "Deno under another name");
          }
          const name = nameOf(parent);
          if (name === undefined) report(parent, `Deno[${context.sourceCode.getText(parent.property)}]`);
          else if (/^(dlopen|Unsafe)/.test(name)) report(parent, `Deno.${name}`);
        };
        return {
          Identifier(node) {
            if (node.name === "Deno" && isValue(node)) check(node);
          },
          MemberExpression(node) {
            const isGlobal = node.object.type === "Identifier" && /^(globalThis|self|window)$/.test(node.object.name);
            if (isGlobal && nameOf(node) === "Deno") check(node);
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

function parentOf(node: Deno.lint.Node) {
  return "parent" in node ? node.parent : undefined;
}

/** The name of the accessed property; undefined for a computed one. */
function nameOf({ property, computed }: Deno.lint.MemberExpression): string | undefined {
  if (!computed && property.type === "Identifier") return property.name;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}

/** True for an identifier that is read, false for the name of a property. */
function isValue(node: Deno.lint.Identifier): boolean {
  const parent = parentOf(node);
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  return !(parent?.type === "Property" && parent.key === node && parent.value !== node);
}

function fileUrl(path: string): string {
  return path.startsWith("/") ? new URL(`file://${encodeURI(path)}`).href : path;
}
