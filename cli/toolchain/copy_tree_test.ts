import { assertEquals, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
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

Deno.test("copyTree() follows no link in the copy: it changes and removes nothing elsewhere", () => {
  using tools = new Toolchain({ verbose: false });
  const folder = Deno.makeTempDirSync();
  try {
    for (const directory of ["from/inner", "elsewhere/inner", "to"]) {
      Deno.mkdirSync(`${folder}/${directory}`, { recursive: true });
    }
    Deno.writeTextFileSync(`${folder}/from/inner/b`, "two");
    Deno.writeTextFileSync(`${folder}/from/z`, "three");
    for (const file of ["own", "inner/own", "b"]) Deno.writeTextFileSync(`${folder}/elsewhere/${file}`, "own");
    const refuses = (link: string, target: string) => {
      Deno.symlinkSync(`${folder}/${target}`, `${folder}/${link}`);
      assertThrows(() => copyTree(tools, `${folder}/from`, `${folder}/to`), BpfError, "ELOOP: it is a symbolic link");
      Deno.removeSync(`${folder}/${link}`);
    };
    refuses("to/inner", "elsewhere/inner");
    refuses("to/z", "elsewhere/b");
    refuses("to/z", "elsewhere/none");
    Deno.removeSync(`${folder}/to`, { recursive: true });
    refuses("to", "elsewhere");
    for (const file of ["own", "inner/own", "b"]) {
      assertEquals(Deno.readTextFileSync(`${folder}/elsewhere/${file}`), "own");
    }
    assertEquals([...Deno.readDirSync(`${folder}/elsewhere`)].length, 3);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
