import { assertEquals } from "@std/assert";
import { Files } from "./files.ts";
import { openSystem } from "./system.ts";

Deno.test("Files.exists() finds files and directories, and with a slash after them only directories", () => {
  const directory = Deno.makeTempDirSync({ prefix: "files" });
  Deno.writeTextFileSync(`${directory}/file`, "");
  Deno.symlinkSync("nosuch", `${directory}/broken`);
  using system = openSystem();
  const files = new Files(system.calls);
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = open();
  const paths = [directory, `${directory}/`, `${directory}/file`, "/", "."];
  assertEquals(paths.filter((path) => !files.exists(path)), []);
  const missing = [`${directory}/file/`, `${directory}/nosuch`, `${directory}/broken`, "/nosuch/", ""];
  assertEquals(missing.filter((path) => files.exists(path)), []);
  assertEquals(open(), before);
  Deno.removeSync(directory, { recursive: true });
});
