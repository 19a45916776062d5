import { assertEquals, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { Programs } from "./spawn.ts";
import { type NativeSystem, openSystem } from "./system.ts";

function withPrograms<T>(use: (programs: Programs, system: NativeSystem) => T): T {
  using system = openSystem();
  using programs = new Programs(system.library);
  return use(programs, system);
}

Deno.test("Programs.run() returns exit codes and signals", () => {
  withPrograms((programs) => {
    const run = (script: string) => programs.run({ file: "sh", args: ["-c", script] });
    assertEquals(run("exit 3"), { code: 3, signal: undefined });
    assertEquals(run("kill -TERM $$"), { code: 143, signal: 15 });
    // Deno ignores SIGPIPE, but a program gets its default action.
    assertEquals(run("kill -PIPE $$"), { code: 141, signal: 13 });
  });
});

Deno.test("Programs.run() passes arguments, the environment and a descriptor for the output", () => {
  withPrograms((programs, system) => {
    const stdoutFd = system.library.libc.createMemoryFile("output", new Uint8Array());
    try {
      const args = ["-c", `printf '%s|' "$@" "$PATH"`, "sh", "a b", "", "ü"];
      assertEquals(programs.run({ file: "sh", args, stdoutFd }).code, 0);
      const output = new TextDecoder().decode(system.readFile(`/proc/self/fd/${stdoutFd}`));
      assertEquals(output, `a b||ü|${programs.environmentVariable("PATH")}|`);
    } finally {
      system.library.libc.close(stdoutFd);
    }
  });
});

Deno.test("Programs.run() names a program that cannot be started", () => {
  withPrograms((programs) => {
    assertThrows(() => programs.run({ file: "no-such", args: [] }), BpfError, 'Cannot run "no-such": ENOENT');
    assertThrows(() => programs.run({ file: "/etc/passwd", args: [] }), BpfError, "EACCES");
    assertThrows(() => programs.run({ file: "sh", args: ["a\0b"] }), TypeError);
  });
});
