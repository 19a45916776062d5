/**
 * Writes tests/logs/saved/: does everything that can be refused and saves what libbpf and the kernel said. As root:
 *
 *     deno run -A tests/logs/make_logs.ts
 *
 * Read the reasons in the difference before you commit it: the tests take them for right.
 *
 * @module
 */

import { KeptText } from "../../ffi/log.ts";
import { refusals } from "./refusals.ts";
import { saveLog } from "./saved.ts";

/** A verifier's log can be long; its beginning and its end are enough. */
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
