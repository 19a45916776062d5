/** Tests the libbpf of scripts/build_libbpf.sh with hostile objects: it refuses them, and the process continues. */

import { assertEquals, assertMatch } from "@std/assert";
import { HOSTILE_OBJECTS } from "../../object/testdata/hostile.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { type Finished, run } from "./command.ts";

const SCRIPT = new URL("hostile_objects.ts", import.meta.url).pathname;

/** Runs the script. SIGKILL ends it if it hangs. */
function libbpfOn(...args: string[]): Promise<Finished> {
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", SCRIPT];
  return run("timeout", ["--signal=KILL", "60", ...deno, ...args]);
}

/** libbpf's messages about some of the objects. The kernel accepts or refuses the others. */
const WORDS: Readonly<Record<string, RegExp>> = {
  "a program whose offset and size wrap": /program at offset 18446744065119617024 crosses section boundary/,
  "a struct_ops variable whose offset wraps in 32 bits": /var congestion is beyond the end of DATASEC \.struct_ops/,
  "a member that ends outside its struct_ops": /member name ends outside its struct/,
  "a map of type struct_ops": /a struct_ops map belongs in section '\.struct_ops'/,
  "a 64-bit load without its second half": /relo against 'total' for half an instruction at its end/,
  "a relocation of a map past 4 GiB": /cannot find map 'first' at rel->r_offset 18446744073709551608/,
  "a typedef of itself": /type \[\d+\]: refers to itself|BTF is required, but is missing or corrupted/,
  "a bit-field of no bytes": /Cannot load object/,
  "a variable of .kconfig that contains itself": /extern \(kcfg\) 'CONFIG_HZ': type is unsupported/,
  "an arena's variables without an arena": /there is no ARENA map/,
  "an arena with variables whose pages cannot be written": /cannot have global __arena variables/,
};

for (const { title } of HOSTILE_OBJECTS) {
  Deno.test(`libbpf does not crash on ${title}`, async () => {
    const { code, stdout, stderr } = await libbpfOn("hostile", title);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, WORDS[title] ?? /^(loaded|Cannot (open|load) object "object": .+)\n$/);
  });
}

Deno.test("libbpf refuses a program with more functions than the kernel accepts", async () => {
  const { code, stdout } = await libbpfOn("chain");
  assertEquals(code, 0);
  assertMatch(stdout, /prog 'last': more than 256 functions/);
});

Deno.test("libbpf does not copy memory behind a text without an end into its kernel configuration", async () => {
  assertMatch((await libbpfOn("unended-text")).stdout, /^Cannot load object "object": EINVAL: .*CONFIG_TEXT.*\n$/);
});

Deno.test("libbpf maps no arena over memory of the process", async () => {
  const { code, stdout } = await libbpfOn("arena");
  assertEquals(code, 0);
  assertMatch(stdout, /^Cannot load object "object": EEXIST: .*\n42 42 42 42 42 42 42 42\n$/);
});

Deno.test("libbpf maps an arena at the address in its object if that is free", async () => {
  assertEquals((await libbpfOn("free-arena")).stdout, "loaded\n");
});

Deno.test("libbpf writes its records of USDT probes only into a map of the right type and size", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const binary = `${directory}/target`;
    const source = new URL("usdt_target.c", import.meta.url).pathname;
    assertEquals((await run(llvmTool("clang"), ["-o", binary, source])).code, 0);
    const objects = HOSTILE_OBJECTS.filter(({ title }) =>
      title.startsWith("a map that libbpf writes USDT records into")
    );
    assertEquals(objects.length, 6);
    for (const { title } of objects) {
      const { stdout } = await libbpfOn("usdt", title, binary);
      assertMatch(
        stdout,
        /^Cannot attach program "on_tick" .* other types or sizes than bpf\/usdt\.bpf\.h gives them\n$/,
      );
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const name of ["hostile", "sections", "kernel_types"]) {
  Deno.test(`libbpf does not crash on damaged copies of ${name}.bpf.c's object`, async () => {
    const { code, stdout, stderr } = await libbpfOn("damaged", name);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^\{"checked":[1-9]\d*,"unchecked":[1-9]\d*\}\n$/);
  });
}
