/**
 * Parses the directories and variables that a guest gets.
 *
 * @module
 */

import { parsePreopen, type Preopen } from "../host/mod.ts";
import type { Refuse } from "./options.ts";
import { UsageError } from "./usage_error.ts";

/** Parses `NAME=VALUE`. */
export function parseVariable(text: string, refuse: Refuse): [name: string, value: string] {
  const equals = text.indexOf("=");
  return equals > 0 ? [text.slice(0, equals), text.slice(equals + 1)] : refuse(`"${text}" is not NAME=VALUE`);
}

/** Parses `HOST[::GUEST][:ro]`. @throws {UsageError} */
export function parseDirectory(text: string): Preopen {
  try {
    return parsePreopen(text);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
