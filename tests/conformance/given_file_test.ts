import { assertEquals } from "@std/assert";
import { OFLAGS, RIGHTS } from "../../host/wasi/types.ts";
import { RESULT_PTR, TestGuest } from "./test_guest.ts";

/** The descriptor of the file. */
const GIVEN = 4;
const READ = { rights: RIGHTS.FD_READ, inheriting: 0n, at: GIVEN };
const WRITE = { rights: RIGHTS.FD_WRITE, inheriting: 0n, at: GIVEN };

/** A guest that was given a file with the text "here". The directory of the file also has "other". */
function guestWithFile(options: { readOnly: boolean }): { guest: TestGuest; path: string } & Disposable {
  const folder = Deno.makeTempDirSync({ prefix: "wasi-file-" });
  const path = `${folder}/file`;
  Deno.writeTextFileSync(path, "here");
  Deno.writeTextFileSync(`${folder}/other`, "secret");
  const guest = new TestGuest({
    preopens: [{ hostPath: folder, guestPath: "/dir", readOnly: true }, {
      hostPath: path,
      guestPath: path,
      ...options,
    }],
  });
  const dispose = () => {
    guest[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  };
  return { guest, path, [Symbol.dispose]: dispose };
}

Deno.test("a given file is opened by its own name, which is '.' of its descriptor", () => {
  using given = guestWithFile({ readOnly: false });
  const { guest, path } = given;
  assertEquals(guest.read(guest.opened(".", READ)), "here");
  assertEquals(guest.call("fd_prestat_get", GIVEN, RESULT_PTR), "SUCCESS");
  assertEquals(guest.memory.data.getUint32(RESULT_PTR + 4, true), path.length);
  guest.opened(".", { ...WRITE, oflags: OFLAGS.CREAT | OFLAGS.TRUNC });
  assertEquals(Deno.readTextFileSync(path), "");
  assertEquals(guest.open(".", { ...WRITE, oflags: OFLAGS.CREAT | OFLAGS.EXCL }), "EEXIST");
});

Deno.test("a file that is given for reading cannot be changed", () => {
  using given = guestWithFile({ readOnly: true });
  const { guest, path } = given;
  assertEquals(guest.read(guest.opened(".", READ)), "here");
  assertEquals(guest.open(".", WRITE), "EROFS");
  assertEquals(guest.open(".", { ...READ, oflags: OFLAGS.TRUNC }), "EROFS");
  assertEquals(Deno.readTextFileSync(path), "here");
});

Deno.test("no path leads from a given file to another one", () => {
  using given = guestWithFile({ readOnly: false });
  const { guest } = given;
  for (const path of ["..", "../other", "other", "./", "./.", "/", "/etc/passwd", "x/../.."]) {
    assertEquals(guest.open(path, READ), "ENOTDIR", path);
  }
  assertEquals(guest.open(".", { ...READ, oflags: OFLAGS.DIRECTORY }), "ENOTDIR");
  const [pointer, length] = guest.put("other");
  for (const name of ["path_create_directory", "path_remove_directory", "path_unlink_file"]) {
    assertEquals(guest.call(name, GIVEN, pointer, length), "ENOTDIR", name);
  }
  assertEquals(guest.call("fd_readdir", GIVEN, RESULT_PTR, 0, 0n, RESULT_PTR), "ENOTCAPABLE");
  assertEquals(guest.passedFd(GIVEN), undefined);
});

Deno.test("a given file stays the same after another one got its name", () => {
  using given = guestWithFile({ readOnly: true });
  const { guest, path } = given;
  Deno.renameSync(`${path.slice(0, -"file".length)}other`, path);
  assertEquals(guest.read(guest.opened(".", READ)), "here");
});
