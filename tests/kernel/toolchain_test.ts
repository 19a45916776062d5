/** Tests the commands that build guests with the SDK (`scripts/build_sdk.sh`), and runs what they build. */

import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, type Finished, runWasmBpf } from "./command.ts";

/** Runs wasm-bpf, which must succeed. @returns its output. */
async function succeed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runWasmBpf(args);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("`build` takes options of clang for both sides, and sources of several programs", async () => {
  await using folder = await directoryWith({
    "tool.bpf.c": `#include <linux/bpf.h>
      #include <bpf/bpf_helpers.h>
      int number = NUMBER;
      SEC("socket") int one(void *context) { return 0; }`,
    "other.bpf.c": `#include "vmlinux.h"
      #include <bpf/bpf_helpers.h>
      struct task_struct *task;
      SEC("socket") int two(void *context) { return 0; }`,
    "tool.c": `#include <stdio.h>
      #include <bpf/libbpf.h>
      #include "tool.skel.h"
      #include "other.skel.h"
      int twice(int x);
      int main(void) {
        struct tool_bpf *tool = tool_bpf__open();
        struct other_bpf *other = other_bpf__open();
        if (!tool || !other) return 1;
        printf("%d %d %d\\n", tool->data->number, twice(NUMBER), other->progs.two != NULL);
        other_bpf__destroy(other);
        tool_bpf__destroy(tool);
        return 0;
      }`,
    "helper.c": "int twice(int x) { return 2 * x; }",
  });
  await succeed("build", "-D", "NUMBER=21", "-I", folder.path, folder.path);
  assertEquals(await succeed(`${folder.path}/tool.wasm`), "21 42 1\n");
});

Deno.test("`cc` links objects without a warning, and with the conversions of long double that their formats need", async () => {
  await using folder = await directoryWith({
    "a.c": `#include <stdio.h>
      int main(int count, char **words) { printf("%.2Lf %s\\n", count / 8.0L, words[1]); }`,
  });
  const object = `${folder.path}/a.o`, module = `${folder.path}/a.wasm`;
  await succeed("cc", "-c", `${folder.path}/a.c`, "-o", object);
  await succeed("cc", object, "-o", module);
  assertEquals(await succeed(module, "x"), "0.25 x\n");
});

Deno.test("`build` ends with clang's messages and one line", async () => {
  const good = "char x;";
  await using bpf = await directoryWith({ "a.bpf.c": "int f(void) { return nothing; }", "a.c": good });
  await using guest = await directoryWith({ "a.bpf.c": good, "a.c": "int main(void) { return nothing; }" });
  const ends: [Finished, RegExp][] = [
    [
      await runWasmBpf(["build", bpf.path]),
      /a\.bpf\.c:1:22: error: [^]*\nwasm-bpf: Cannot build ".*": clang failed at \S+\/a\.bpf\.c\n$/,
    ],
    [
      await runWasmBpf(["build", guest.path]),
      /a\.c:1:25: error: [^]*\nwasm-bpf: Cannot build ".*": clang failed at \S+\/a\.wasm\n$/,
    ],
  ];
  for (const [{ code, stderr }, message] of ends) {
    assertEquals(code, 1);
    assertMatch(stderr, message);
  }
});

/** A ring buffer's record, which no map and no global variable has. */
const RECORD = "struct event { int pid; TYPE when; };";

Deno.test("`build` escapes hidden characters of the names that it prints", async () => {
  const name = "x\u{1b}]0;\u{202e}";
  await using folder = await directoryWith({
    [`${name}.bpf.c`]: "char x;",
    [`${name}.c`]: "int main(void) { return 0; }",
  });
  const built = await runWasmBpf(["build", folder.path]);
  assertEquals([built.code, built.stderr], [0, ""]);
  assertMatch(built.stdout, /\/x\\x1b\]0;\\u202e\.wasm has /);
  // deno-lint-ignore no-control-regex -- the character must not be there
  assertEquals(/[\u{1b}\u{202e}]/u.test(built.stdout), false);
});

Deno.test("`build --target wasm32` refuses a record of a local variable that the guest lays out differently", async () => {
  const files = (type: string) => ({
    "a.h": RECORD.replace("TYPE", type),
    "a.bpf.c": `#include "vmlinux.h"
      #include <bpf/bpf_helpers.h>
      #include "a.h"
      SEC("socket") int f(void *context) { struct event event = {1}; return event.pid; }`,
    "a.c": `#include "libbpf-wasm.h"
      #include "a.h"
      #include "a.skel.h"
      int main(void) { struct event event = {0}; struct timespec time = {0}; return event.pid + time.tv_nsec; }`,
  });
  await using different = await directoryWith(files("unsigned long"));
  const { code, stderr } = await runWasmBpf(["build", "--target", "wasm32", different.path]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^wasm-bpf: Cannot compile for wasm32: struct event has 8 bytes in the guest and 16 .*"when" differs .*\n$/,
  );
  await using same = await directoryWith(files("unsigned long long"));
  await succeed("build", "--target", "wasm32", same.path);
  assertEquals(await succeed(`${same.path}/a.wasm`), "");
});

const READER = `#include <stdio.h>
int main(int argc, char **argv) {
  char line[64];
  FILE *file = fopen("/proc/sys/kernel/ostype", argc > 1 ? "w" : "r");
  if (!file || !fgets(line, sizeof(line), file)) return 3;
  printf("%s", line);
  return 0;
}`;

Deno.test("a guest gets the files that its module records only if they are granted", async () => {
  await using folder = await directoryWith({ "read.c": READER });
  const module = `${folder.path}/read.wasm`;
  await succeed(
    "cc",
    `${folder.path}/read.c`,
    "-o",
    module,
    "--needs",
    "/proc/sys/kernel/ostype",
    "--needs",
    "/no/such",
  );
  const { code, stdout, stderr } = await runWasmBpf([module]);
  assertEquals([code, stdout], [126, ""]);
  assertMatch(
    stderr,
    /it needs \/proc\/sys\/kernel\/ostype \(hint: --dir \/proc\/sys\/kernel\/ostype:ro, or --grant-needs\)\n$/,
  );
  assertEquals(await succeed("--grant-needs", module), "Linux\n");
  assertEquals(await succeed("--dir", "/proc/sys/kernel/ostype:ro", module), "Linux\n");
  assertEquals(await succeed("--dir", "/proc/sys:ro", module), "Linux\n");
  assertEquals((await runWasmBpf(["--grant-needs", module, "write"])).code, 3);
});

Deno.test("the options that the error message for missing needs names are sufficient", async () => {
  await using folder = await directoryWith({ "read.c": READER });
  const module = `${folder.path}/read.wasm`;
  await succeed(
    "cc",
    `${folder.path}/read.c`,
    "-o",
    module,
    "--needs",
    "/proc/sys/kernel/ostype",
    "--needs",
    "/tmp:rw",
  );
  const { stderr } = await runWasmBpf([module]);
  const options = /hint: (.*), or --grant-needs/.exec(stderr)?.[1]?.split(" ") ?? [];
  assertEquals(options.length, 4);
  assertEquals(await succeed(...options, module), "Linux\n");
});
