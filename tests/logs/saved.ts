/**
 * The saved logs: messages of libbpf and the verifier for every refused operation, with the expected reason and hint. `make_logs.ts`
 * writes them.
 *
 * @module
 */

import { type BpfError, describeOperation } from "../../errors/mod.ts";

const SAVED = new URL("./saved/", import.meta.url);

/** One saved log: `saved/NAME.log`. */
export interface SavedLog {
  readonly name: string;
  /** The kernel that wrote it. */
  readonly kernel: string;
  readonly operation: string;
  readonly code: string;
  /** The text between the code and the hint in the error's line. */
  readonly reason: string;
  readonly hint: string;
  readonly log: readonly string[];
}

/** All saved logs, by name. */
export function savedLogs(): SavedLog[] {
  return [...Deno.readDirSync(SAVED)].map(({ name }) => name).sort().map((file) => {
    const [header = "", log = ""] = Deno.readTextFileSync(new URL(file, SAVED)).split("\n\n", 2);
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(header)?.[1] ?? "";
    return {
      name: file.replace(/\.log$/, ""),
      kernel: field("kernel"),
      operation: field("operation"),
      code: field("code"),
      reason: field("reason"),
      hint: field("hint"),
      log: log.split("\n").filter((line) => line !== ""),
    };
  });
}

/** The part of an error's line that comes from its log: the text between the code and the hint. */
export function reasonIn(error: BpfError): string {
  const { message, code, hint } = error;
  const tail = hint === undefined ? "" : ` (hint: ${hint})`;
  return message.slice(`${describeOperation(error)}: ${code}: `.length, message.length - tail.length);
}

/** Writes the log of `error` under `name`, unless only addresses and numbers in its lines differ. */
export function saveLog(name: string, error: BpfError, log: string): void {
  const { code, hint = "" } = error;
  const fields = { kernel: Deno.osRelease(), operation: describeOperation(error), code, reason: reasonIn(error), hint };
  const header = Object.entries(fields).map(([field, value]) => `${field}: ${value}`.trimEnd()).join("\n");
  const file = new URL(`${name}.log`, SAVED);
  const known = savedLogs().some((saved) => saved.name === name);
  if (!known || !Deno.readTextFileSync(file).startsWith(`${header}\n\n`)) {
    Deno.writeTextFileSync(file, `${header}\n\n${log}`);
  }
}
