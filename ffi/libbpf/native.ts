/**
 * State that objects, programs, maps and links share: the opened library's tables, its log and its checks.
 *
 * @module
 */

import type { Checker } from "./check.ts";
import type { ElementCall } from "./element.ts";
import type { SymbolTable } from "../system/symbol_table.ts";
import type { System } from "../system/system.ts";
import type { ELEMENT_SYMBOLS } from "./symbols/element.ts";
import type { LINK_SYMBOLS } from "./symbols/link.ts";
import type { MAP_SYMBOLS } from "./symbols/map.ts";
import type { OBJECT_SYMBOLS } from "./symbols/object.ts";
import type { PROGRAM_SYMBOLS } from "./symbols/program.ts";

/** The owners' access to the library. */
export interface Native {
  readonly system: System;
  readonly check: Checker;
  readonly possibleCpus: number;
  readonly object: SymbolTable<typeof OBJECT_SYMBOLS>;
  readonly program: SymbolTable<typeof PROGRAM_SYMBOLS>;
  readonly map: SymbolTable<typeof MAP_SYMBOLS>;
  /** One element by one call; the batch calls are in {@link Native.batch}. */
  readonly element: ElementCall;
  readonly batch: SymbolTable<typeof ELEMENT_SYMBOLS>;
  readonly link: SymbolTable<typeof LINK_SYMBOLS>;
  /** Why the last call returned NULL, as a negative errno. Only right after it. */
  lastError(): number;
  /** A `const char *` as a string; "" for NULL. */
  text(pointer: Deno.PointerValue): string;
  /** An optional symbol. @throws {BpfError} EOPNOTSUPP, naming the version that has it, when this libbpf lacks it. */
  need<F>(symbol: F | null, operation: string, version: string): F;
}
