/**
 * The declarations that the bindings of all languages have in common: the imports of module `libbpf`, from the table of functions. Each
 * language has a file beside this one with its syntax.
 *
 * @module
 */

import { offeredLines } from "../../host/libbpf/functions.ts";
import { type Shape, shapeOf, valueType } from "../../host/libbpf/shape.ts";

/** The syntax of a parameter. */
export interface ParameterSyntax {
  /** Words that cannot be names of parameters. They get a "_". */
  readonly reserved: readonly string[];
  /** The parameter with this name and type. */
  readonly parameter: (name: string, type: string) => string;
  /** The type of a parameter; by default that of Rust, AssemblyScript and Zig. */
  readonly typeOf?: (name: string, kind: string) => string;
}

/** The imports, in the order of the table. */
export function guestImports(): Shape[] {
  return offeredLines().map(([name]) => shapeOf(name));
}

/** The parameters of an import, with commas between them. */
export function parameterList({ parameters }: Shape, { reserved, parameter, typeOf }: ParameterSyntax): string {
  const type = typeOf ?? ((_name: string, kind: string) => parameterType(kind));
  return parameters.map(([name, kind]) => {
    const own = reserved.includes(name) ? `${name}_` : name;
    return parameter(own, type(name, kind));
  }).join(", ");
}

/** The type of a parameter in Rust, AssemblyScript and Zig, which have the same words for them. */
function parameterType(kind: string): string {
  const type = valueType(kind);
  return type === "ptr" ? "usize" : type;
}

/** The type of a result in these languages; undefined for none. A pointer can be a negative error number. */
export function resultType({ result }: Shape): string | undefined {
  if (result === "void") return undefined;
  const type = valueType(result);
  return type === "ptr" ? "isize" : type;
}
