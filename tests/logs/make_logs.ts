/**
 * Writes tests/logs/saved/: runs every refused operation and saves the messages of libbpf and the kernel. As root:
 *
 *     deno run -A tests/logs/make_logs.ts
 *
 * Review the changed reasons before you commit them: the tests treat them as correct.
 *
 * @module
 */

import { KeptText } from "../../ffi/libbpf/log.ts";
import { refusals } from "./refusals.ts";
import { saveLog } from "./saved.ts";

/** A verifier's log can be long, so only its beginning and its end are saved. */
const MAX_LOG = 4000;
const HEAD = 1500;

for await (const { name, error } of refusals()) {
  if (error === undefined) {
    console.log(`not refused: ${name}`);
    continue;
  }
  const kept = new KeptText(MAX_LOG, HEAD);
  kept.append(error.log.map((line) => `${line}\n`).join(""));
  saveLog(name, error, kept.take());
}
