import { assertEquals } from "@std/assert";
import { copyTree } from "./copy_tree.ts";
import { Toolchain } from "./toolchain.ts";

Deno.test("copyTree() copies all files, removes others, and leaves equal ones untouched", () => {
  using tools = new Toolchain({ verbose: false });
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/from/inner`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/from/a`, "one");
    Deno.writeTextFileSync(`${folder}/from/inner/b`, "two");
    const to = `${folder}/to`;
    copyTree(tools, `${folder}/from`, to);
    Deno.writeTextFileSync(`${to}/old`, "");
    Deno.writeTextFileSync(`${to}/a`, "ones");
    Deno.utimeSync(`${to}/inner/b`, 1, 1);
    copyTree(tools, `${folder}/from`, to);
    assertEquals(Deno.readTextFileSync(`${to}/a`), "one");
    assertEquals(Deno.readTextFileSync(`${to}/inner/b`), "two");
    assertEquals(Deno.statSync(`${to}/inner/b`).mtime, new Date(1000));
    assertEquals([...Deno.readDirSync(to)].map(({ name }) => name).sort(), ["a", "inner"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
