/**
 * Writes a guest that prints the size of each generated type and the offset of each member, in the form of `layoutLines()`.
 *
 *     deno run --allow-read main.ts LANGUAGE OBJECT
 *
 * @module
 */

import type { ObjectModel } from "../../../../codegen/model.ts";
import { modelOf } from "../../../../codegen/object_model.ts";
import { assemblyScriptProgram } from "./assemblyscript.ts";
import { cppProgram } from "./cpp.ts";
import { goProgram } from "./go.ts";
import { rustProgram } from "./rust.ts";
import { zigProgram } from "./zig.ts";

const PROGRAMS: Readonly<Record<string, (model: ObjectModel) => string>> = {
  assemblyscript: assemblyScriptProgram,
  cpp: cppProgram,
  go: goProgram,
  rust: rustProgram,
  zig: zigProgram,
};

const [language = "", object = ""] = Deno.args;
console.log(PROGRAMS[language]?.(modelOf(Deno.readFileSync(object), { name: "types" })));
