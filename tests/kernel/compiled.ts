import { assertEquals } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { run } from "./command.ts";

/** Compiles a native program from one C file. Disposing removes it. */
export async function compiled(source: string) {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/program`;
  const { code, stderr } = await run(llvmTool("clang"), ["-O2", "-o", path, source]);
  assertEquals(code, 0, stderr);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}
