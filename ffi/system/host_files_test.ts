import { assertEquals, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { HostFiles } from "./host_files.ts";
import { openSystem } from "./system.ts";

Deno.test("HostFiles writes, lists, finds and removes", () => {
  const folder = Deno.makeTempDirSync();
  try {
    using system = openSystem();
    const files = new HostFiles(system.calls);
    const text = (value: string) => [new TextEncoder().encode(value)];
    files.write(`${folder}/b`, text("one, longer"));
    files.write(`${folder}/b`, text("two"));
    assertEquals(Deno.readTextFileSync(`${folder}/b`), "two");
    assertThrows(() => files.write(`${folder}/b`, text("three"), { isNew: true }), BpfError, "EEXIST");
    files.makeDirectory(`${folder}/a`);
    files.makeDirectory(`${folder}/a`);
    assertThrows(() => files.makeDirectory(`${folder}/b`), BpfError, "EEXIST");
    assertEquals(files.list(folder), ["a", "b"]);
    assertThrows(() => files.list(`${folder}/b`), BpfError, "ENOTDIR");
    Deno.symlinkSync(`${folder}/b`, `${folder}/c`);
    assertEquals([files.resolved(`${folder}/c`), files.resolved(`${folder}/d`)], [`${folder}/b`, undefined]);
    assertEquals([files.isProgram("/bin/sh"), files.isProgram(`${folder}/b`), files.isProgram("/")], [
      true,
      false,
      false,
    ]);
    files.remove(`${folder}/b`);
    files.remove(`${folder}/b`);
    assertEquals(files.exists(`${folder}/b`), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
