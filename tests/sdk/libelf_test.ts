/** libelf for guests finds in ELF files what elfutils' libelf finds. */

import { assertEquals } from "@std/assert";
import { llvmTool, pin } from "../../scripts/pins.ts";
import { run } from "../kernel/command.ts";
import { compileForGuest, compileForHost, runGuest } from "./both.ts";

const BUILD = new URL("../../.build/", import.meta.url).pathname;
const SOURCE = 'static int counter = 3;\nint add(int x) { return x + counter; }\nconst char *text = "x";\n';

/** Compiles a small object for a machine. */
async function compileObject(target: string, output: string): Promise<Uint8Array> {
  const source = `${output}.c`;
  await Deno.writeTextFile(source, SOURCE);
  const { code, stderr } = await run(llvmTool("clang"), ["--target=" + target, "-g", "-c", source, "-o", output]);
  assertEquals([code, stderr], [0, ""]);
  return await Deno.readFile(output);
}

/** Makes files of several kinds in the directory, and returns their names. */
async function makeFiles(directory: string): Promise<string[]> {
  const bash = await Deno.readFile("/bin/bash");
  const object = await compileObject("bpf", `${directory}/bpf.o`);
  await compileObject("i386-linux", `${directory}/i386.o`);
  await compileObject("aarch64-linux", `${directory}/arm64.o`);
  const files: Record<string, Uint8Array> = {
    bash,
    "no-table": bash.subarray(0, 5000),
    "half-a-header": bash.subarray(0, 40),
    "half-an-object": object.subarray(0, object.length / 2),
    text: new TextEncoder().encode(SOURCE),
    empty: new Uint8Array(),
  };
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${directory}/${name}`, bytes);
  return ["bpf.o", "i386.o", "arm64.o", ...Object.keys(files)];
}

/** Objects with a wrong byte in the header, or in the table of sections. */
async function makeDefects(directory: string, count: number): Promise<string[]> {
  const object = await compileObject("bpf", `${directory}/defects.o`);
  const table = Number(new DataView(object.buffer).getBigUint64(40, true));
  const names = [];
  for (let i = 0; i < count; i++) {
    const copy = object.slice();
    const place = i % 2 === 0 ? 16 + (i * 7) % 48 : table + (i * 131) % (copy.length - table);
    copy[place] = i % 3 === 0 ? 0xff : (copy[place] ?? 0) ^ (1 << i % 8);
    const name = `defect-${i}`;
    await Deno.writeFile(`${directory}/${name}`, copy);
    names.push(name);
  }
  return names;
}

const elfutils = `${BUILD}libbpf/elfutils-${pin("ELFUTILS_VERSION")}/libelf`;
const HOST_FLAGS = ["-I", elfutils, `${BUILD}lib/libelf.a`, `${BUILD}lib/libz.a`];

Deno.test("libelf reads files and images of both classes as elfutils does", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const program = await compileForHost("elf_contents", HOST_FLAGS);
    const module = await compileForGuest("elf_contents", ["-lelf"]);
    for (const name of await makeFiles(directory)) {
      for (const way of [[], ["image"]]) {
        const args = [`${directory}/${name}`, ...way];
        assertEquals(await runGuest(module, { args, directories: [directory] }), await run(program, args), name);
      }
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("libelf survives defective files", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const module = await compileForGuest("elf_contents", ["-lelf"]);
    for (const name of await makeDefects(directory, 24)) {
      const { code, stderr } = await runGuest(module, { args: [`${directory}/${name}`], directories: [directory] });
      assertEquals([code === 0 || code === 4, stderr], [true, ""], name);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
