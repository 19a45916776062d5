/**
 * State that objects, programs, maps and links share: the opened library's tables, its log and its checks.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import type { SymbolTable } from "../system/symbol_table.ts";
import type { System } from "../system/system.ts";
import type { Checker } from "./check.ts";
import type { ElementCall } from "./element.ts";
import type { ELEMENT_SYMBOLS } from "./symbols/element.ts";
import type { LINK_SYMBOLS } from "./symbols/link.ts";
import type { MAP_SYMBOLS } from "./symbols/map.ts";
import type { OBJECT_SYMBOLS } from "./symbols/object.ts";
import type { PROGRAM_SYMBOLS } from "./symbols/program.ts";

/** The library, for the classes of its objects. */
export interface Native {
  readonly system: System;
  /** The path and the version of the library, for messages. */
  readonly libraryName: string;
  readonly check: Checker;
  readonly possibleCpus: number;
  readonly object: SymbolTable<typeof OBJECT_SYMBOLS>;
  readonly program: SymbolTable<typeof PROGRAM_SYMBOLS>;
  readonly map: SymbolTable<typeof MAP_SYMBOLS>;
  /** The call for one element. The calls for batches are in {@link Native.batch}. */
  readonly element: ElementCall;
  readonly batch: SymbolTable<typeof ELEMENT_SYMBOLS>;
  readonly link: SymbolTable<typeof LINK_SYMBOLS>;
  /** The negative errno of the last call, which returned NULL. Valid only directly after it. */
  lastError(): number;
  /** A `const char *` as a string; "" for NULL. */
  text(pointer: Deno.PointerValue): string;
  /** Returns an optional symbol. @throws {BpfError} EOPNOTSUPP when this libbpf lacks it; `version` is the first that has it. */
  need<F>(symbol: F | null, operation: Operation, version: string): F;
}
