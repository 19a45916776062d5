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
    assertEquals([files.isLink(`${folder}/c`), files.isLink(`${folder}/b`), files.isLink(`${folder}/d`)], [
      true,
      false,
      false,
    ]);
    files.remove(`${folder}/b`);
    files.remove(`${folder}/b`);
    assertEquals(files.isLink(`${folder}/c`), true);
    assertEquals(files.exists(`${folder}/b`), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("HostFiles.write() leaves no part of a file that it cannot finish, and removes no device and no link", () => {
  const folder = Deno.makeTempDirSync();
  try {
    using system = openSystem();
    const files = new HostFiles(system.calls);
    Deno.writeTextFileSync(`${folder}/a`, "before");
    assertThrows(() => files.write(`${folder}/a`, failing()), Error, "no more");
    assertEquals(files.exists(`${folder}/a`), false);
    Deno.symlinkSync("/dev/full", `${folder}/full`);
    assertThrows(() => files.write(`${folder}/full`, [new Uint8Array(1)]), BpfError, "ENOSPC");
    assertThrows(() => files.write("/dev/full", [new Uint8Array(1)]), BpfError, "ENOSPC");
    assertEquals([files.isLink(`${folder}/full`), files.exists("/dev/full")], [true, true]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** A chunk, and then an error. */
function* failing(): Generator<Uint8Array> {
  yield new Uint8Array(10);
  throw new Error("no more");
}
