/** The program of examples/memleak/ that leaks. */

import { assertEquals } from "@std/assert";
import { shell } from "./shell.ts";

/** The program that leaks, waiting to begin. `go()` runs all its rounds, and disposing ends it. */
export async function leaky(rounds: number) {
  const directory = await Deno.makeTempDir();
  const source = new URL("../../examples/memleak/leaky/leaky.c", import.meta.url).pathname;
  await shell(`gcc -O1 -fno-omit-frame-pointer -o ${directory}/leaky ${source}`);
  const options: Deno.CommandOptions = { args: [`${rounds}`], stdin: "piped", stdout: "piped" };
  const child = new Deno.Command(`${directory}/leaky`, options).spawn();
  const [stdin, stdout] = [child.stdin.getWriter(), child.stdout.getReader()];
  return {
    pid: `${child.pid}`,
    go: async () => {
      await stdin.write(new Uint8Array(1));
      assertEquals((await stdout.read()).value?.length, 5);
    },
    [Symbol.asyncDispose]: async () => {
      await stdin.close();
      await stdout.cancel();
      assertEquals((await child.status).code, 0);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** The lines of a table of memleak, without its time and without frames in libc. */
export function framesOf(table: string): string[] {
  return table.trim().split("\n").map((line) => line.trim().replace(/^\d\d:\S+ /, ""))
    .filter((line) => !/ \((libc|ld-linux).*\)$/.test(line));
}
