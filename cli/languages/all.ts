/**
 * The languages that `new` and `build` know.
 *
 * @module
 */

import { ASSEMBLYSCRIPT } from "./assemblyscript.ts";
import { C } from "./c.ts";
import { CPP } from "./cpp.ts";
import { GO } from "./go.ts";
import type { Language } from "./language.ts";
import { RUST } from "./rust.ts";
import { ZIG } from "./zig.ts";

/** See the module's documentation. The first one is the default. */
export const LANGUAGES: readonly [Language, ...Language[]] = [C, CPP, RUST, GO, ASSEMBLYSCRIPT, ZIG];
