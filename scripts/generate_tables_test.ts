import { assertEquals } from "@std/assert";
import { generatedFiles, outdated } from "./generate_tables.ts";

Deno.test("the committed tables agree with the headers", async () => {
  assertEquals(await outdated(await generatedFiles()), []);
});

Deno.test("outdated() names the file and the first difference", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/same.ts`, "one\n");
    await Deno.writeTextFile(`${folder}/old.ts`, "one\ntwo\n");
    const files = [
      { path: "same.ts", text: "one\n" },
      { path: "old.ts", text: "one\n2\n" },
      { path: "absent.ts", text: "one\n" },
    ];
    assertEquals(await outdated(files, new URL(`file://${folder}/`)), [
      "old.ts: line 2 is two, and should be 2",
      "absent.ts: line 1 is , and should be one",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
