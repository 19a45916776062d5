/**
 * Two rules of this project: native calls only in `ffi/`, and imports only downwards. Tests, scripts, examples and benchmarks are
 * exempt.
 *
 * @module
 */

/** The layers that each layer may import besides itself. A layer is a top folder, or a top file without its extension. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  wasm: ["errors"],
  object: ["wasm", "errors"],
  ffi: ["object", "errors"],
  codegen: ["object", "errors"],
  host: ["ffi", "object", "wasm", "errors"],
  mod: ["host", "codegen", "ffi", "object", "wasm", "errors"],
  cli: ["mod", "host", "codegen", "ffi", "object", "wasm", "errors"],
};

const ROOT = new URL("../", import.meta.url).href;

/** The names of the global object. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(["globalThis", "self", "global"]);

const NATIVE = /^(dlopen|Unsafe)/;

/** Layers whose folders are layers too, like "host/wasi". The value is the folder that the other folders may import. */
const SHARED: Readonly<Record<string, string>> = { host: "host/core", ffi: "ffi/system" };

/** The layer of the file at `url`; undefined for tests and for files outside the layers. */
export function layerOf(url: string): string | undefined {
  if (!url.startsWith(ROOT) || url.endsWith("_test.ts")) return undefined;
  const [first = "", second, ...rest] = url.slice(ROOT.length).split("/");
  const top = first.replace(/\.ts$/, "");
  if (!Object.hasOwn(MAY_IMPORT, top)) return undefined;
  return Object.hasOwn(SHARED, top) && rest.length > 0 ? `${top}/${second}` : top;
}

/** True when a file of the layer `from` may import one of the layer `to`. Files outside the layers may be imported. */
export function mayImport(from: string, to: string | undefined): boolean {
  if (to === undefined || to === from) return true;
  const [fromTop = "", toTop = ""] = [from, to].map((layer) => layer.replace(/\/.*/, ""));
  if (fromTop !== toTop) return MAY_IMPORT[fromTop]?.includes(toTop) === true;
  // The files directly in host/ and ffi/ combine the folders there.
  return from === fromTop || to === SHARED[fromTop];
}

const plugin: Deno.lint.Plugin = {
  name: "wasm-bpf",
  rules: {
    /**
     * Reports native calls outside `ffi/`.
     *
     * Code may use `Deno` and the global object only by `.name` or `["name"]`. Under another name, no rule could follow them.
     */
    "native-calls": {
      create(context) {
        const layer = layerOf(fileUrl(context.filename));
        if (layer === undefined || /^ffi\b/.test(layer)) return {};
        const report = (node: Deno.lint.Node, what: string) =>
          context.report({ node, message: `Cannot use ${what} in ${layer}: native calls belong in ffi/` });
        /** Checks a use of `Deno` or the global object, which `node` refers to. */
        const check = (node: Deno.lint.Node, object: "Deno" | "the global object") => {
          const used = withoutTypes(node);
          const parent = parentOf(used);
          if (
            parent?.type === "TSQualifiedName" || parent?.type === "TSTypeReference" || parent?.type === "TSTypeQuery"
          ) {
            return;
          }
          if (parent?.type !== "MemberExpression" || parent.object !== used) {
            return report(node, `${object} under another name`);
          }
          const name = nameOf(parent);
          if (name === undefined) report(parent, `${object}[${context.sourceCode.getText(parent.property)}]`);
          else if (object === "Deno") NATIVE.test(name) && report(parent, `Deno.${name}`);
          else if (name === "Deno") check(parent, "Deno");
          else if (GLOBAL_OBJECTS.has(name)) check(parent, "the global object");
        };
        return {
          Identifier(node) {
            if (!isValue(node)) return;
            if (node.name === "Deno") check(node, "Deno");
            else if (GLOBAL_OBJECTS.has(node.name)) check(node, "the global object");
            else if (node.name === "eval") report(node, "eval");
          },
          MemberExpression(node) {
            const isWindow = node.object.type === "Identifier" && node.object.name === "window";
            if (isWindow && nameOf(node) === "Deno") check(node, "Deno");
          },
          NewExpression: ({ callee }) => isFunction(callee) && report(callee, "new Function"),
          CallExpression: ({ callee }) => isFunction(callee) && report(callee, "Function()"),
        };
      },
    },
    "layers": {
      create(context) {
        const url = fileUrl(context.filename);
        const layer = layerOf(url);
        if (layer === undefined) return {};
        const check = (node: Deno.lint.Node, source: unknown) => {
          if (typeof source !== "string" || !source.startsWith(".")) return;
          const imported = layerOf(new URL(source, url).href);
          if (mayImport(layer, imported)) return;
          context.report({ node, message: `Cannot import ${imported} from ${layer}: imports point down` });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source.value),
          ExportNamedDeclaration: (node) => check(node, node.source?.value),
          ExportAllDeclaration: (node) => check(node, node.source.value),
          ImportExpression: (node) => check(node, node.source.type === "Literal" ? node.source.value : undefined),
          TSImportType: (node) =>
            check(
              node,
              node.argument.type === "TSLiteralType" && node.argument.literal.type === "Literal"
                ? node.argument.literal.value
                : undefined,
            ),
        };
      },
    },
  },
};

export default plugin;

function parentOf(node: Deno.lint.Node) {
  return "parent" in node ? node.parent : undefined;
}

/** `node` with the type assertions and optional chains around it: `(node as T)`, `node!`. They do not change its value. */
function withoutTypes(node: Deno.lint.Node): Deno.lint.Node {
  const parent = parentOf(node);
  switch (parent?.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ChainExpression":
      return withoutTypes(parent);
    default:
      return node;
  }
}

/** The name of the accessed property; undefined for a computed one. */
function nameOf({ property, computed }: Deno.lint.MemberExpression): string | undefined {
  if (!computed && property.type === "Identifier") return property.name;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}

/** True for an identifier that is read, false for the name of a property. */
function isValue(node: Deno.lint.Identifier): boolean {
  const parent = parentOf(node);
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.key !== node || parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.key !== node || parent.computed;
    default:
      return true;
  }
}

/** True for the constructor that compiles text. */
function isFunction(callee: Deno.lint.Node): boolean {
  return callee.type === "Identifier" && callee.name === "Function";
}

function fileUrl(path: string): string {
  return path.startsWith("/") ? new URL(`file://${encodeURI(path)}`).href : path;
}
