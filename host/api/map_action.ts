/**
 * The actions on a map that can fail, for messages.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";

/** An action: its verb, and the part of the map that it is about. Without a part it is about the whole map. */
export interface MapAction {
  readonly verb: string;
  readonly part?: string;
}

/** All actions. They are constants, so that calls that succeed compose no text. */
export const ACTION = {
  LOOKUP: { verb: "look up", part: "a key in" },
  TAKE: { verb: "take", part: "a key out of" },
  UPDATE: { verb: "update" },
  DELETE: { verb: "delete", part: "a key of" },
  NEXT_KEY: { verb: "find", part: "the next key of" },
  WALK: { verb: "walk" },
  LOOKUP_BATCH: { verb: "look up", part: "a batch in" },
  TAKE_BATCH: { verb: "take", part: "a batch out of" },
  UPDATE_BATCH: { verb: "update", part: "a batch of" },
  DELETE_BATCH: { verb: "delete", part: "a batch of" },
  READ_INITIAL_VALUE: { verb: "read", part: "the initial value of" },
  SET_INITIAL_VALUE: { verb: "set", part: "the initial value of" },
  USE: { verb: "use" },
  ATTACH: { verb: "attach" },
} as const satisfies Readonly<Record<string, MapAction>>;

/** `action` on the map of this name: `Cannot look up a key in map "counts"`. */
export function operationOn(name: string, { verb, part }: MapAction): Operation {
  const words = part === undefined ? undefined : `${part} map "${name}"`;
  return { operation: verb, kind: "map", subject: name, words };
}
