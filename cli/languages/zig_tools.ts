/**
 * Finds Zig.
 *
 * @module
 */

import { isOlder } from "./build_tool.ts";
import { MissingToolError, type Toolchain } from "../toolchain/toolchain.ts";

/** The oldest version that compiles the package. */
const OLDEST = "0.14.1";

/** The version that tests use. */
const TESTED = "0.17.1";

/** Prints the directory of the Python package `ziglang`; nothing if it is not installed. */
const FIND_PACKAGE = "import importlib.util as u; s = u.find_spec('ziglang'); " +
  "print(s.submodule_search_locations[0] if s else '')";

/**
 * The path of Zig: of `zig` in PATH, or of the Python package `ziglang`.
 *
 * @throws {MissingToolError} when there is none, or only an older one.
 */
export function findZig(tools: Toolchain): string {
  const zig = tools.find("zig") ?? inPackage(tools);
  const hint = `(hint: https://ziglang.org/download, or pip install ziglang==${TESTED} in a virtual environment)`;
  if (zig === undefined) throw new MissingToolError(`Cannot compile: no zig in PATH ${hint}`);
  const version = tools.outputOf(zig, ["version"]).trim();
  if (!isOlder(version, OLDEST)) return zig;
  throw new MissingToolError(`Cannot compile: zig ${version} is older than ${OLDEST} ${hint}`);
}

function inPackage(tools: Toolchain): string | undefined {
  const python = tools.find("python3");
  if (python === undefined) return undefined;
  const directory = tools.outputOf(python, ["-c", FIND_PACKAGE]).trim();
  return directory !== "" && tools.files.isProgram(`${directory}/zig`) ? `${directory}/zig` : undefined;
}
