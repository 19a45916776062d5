/** Shell scripts for tests. */

import { assertEquals } from "@std/assert";
import { run } from "./command.ts";

/** Runs a shell script, which must succeed. @returns its output without the last newline. */
export async function shell(script: string): Promise<string> {
  const { code, stdout, stderr } = await run("bash", ["-e", "-c", script]);
  assertEquals(code, 0, stderr);
  return stdout.trim();
}
