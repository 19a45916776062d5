/** Tests the C SDK (wasm-include/c) with guests of tests/guests/ and with sources that are compiled here. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { countCpus } from "../../host/sys/cpu_list.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { failures, run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const [CLANG, CLANGXX] = [llvmTool("clang"), llvmTool("clang++")];
const ROOT = new URL("../../", import.meta.url).pathname;
const BUILT = `${ROOT}.build/guests/`;

/** Guests that check themselves, and the feature that each tests. */
const GUESTS: Readonly<Record<string, string>> = {
  kconfig: "skel->kconfig has the values that the program sees",
  kernel_types: "the SDK's headers have the kernel's types, field by field",
  copied_globals: "WASM_BPF_ABI=1 keeps a copy of .bss and .data",
  libbpf_buffers: "ring_buffer__*() and perf_buffer__*() deliver as libbpf's do",
};

for (const [name, promise] of Object.entries(GUESTS)) {
  Deno.test(`${promise} (${name})`, async () => {
    const finished = await runWasmBpf([testGuest(name)]);
    assertEquals(failures(finished), []);
    assertEquals(finished.stderr, "");
  });
}

Deno.test("open(), fcntl(), inet_ntop() and inet_pton() take Linux's numbers (guest_libc)", async () => {
  const directory = await Deno.makeTempDir({ prefix: "guest_libc" });
  try {
    assertEquals(failures(await runWasmBpf(["--dir", `${directory}::/`, testGuest("guest_libc")])), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Flags with other bits on arm64. Guests get those of x86_64 unless they are compiled for arm64. */
const MACHINE_DEPENDENT = Deno.build.arch === "x86_64" ? [] : ["O_DIRECTORY", "O_NOFOLLOW"];

Deno.test("the numbers in the first table of docs/guest-libc.md are the machine's", async () => {
  const native = await Deno.makeTempFile({ prefix: "numbers" });
  try {
    const compiled = await run(CLANG, ["-D_GNU_SOURCE", `${ROOT}tests/guests/numbers.c`, "-o", native]);
    assertEquals(compiled.code, 0, compiled.stderr);
    const lines = ({ stdout }: { stdout: string }) =>
      stdout.trimEnd().split("\n").filter((line) => !MACHINE_DEPENDENT.includes(line.split(" ")[0] ?? ""));
    const shown = lines(await runWasmBpf([testGuest("numbers")]));
    assertEquals(shown, lines(await run(native, [])));
    // Each row of the first table lists its names.
    const [, table = ""] = (await Deno.readTextFile(`${ROOT}docs/guest-libc.md`)).split("## Linux's numbers");
    const rows = (table.split("\n## ")[0] ?? "").matchAll(/`((?:AF|PF|SOCK|IPPROTO|O|S_I|SIG)[A-Z_0-9]+)`/g);
    const documented = [...rows].map(([, name]) => name ?? "").filter((name) => !MACHINE_DEPENDENT.includes(name));
    const known = new Set(shown.map((line) => line.split(" ")[0]));
    assert(documented.length > 15, `${documented.length} numbers are documented`);
    assertEquals(documented.filter((name) => !known.has(name)), []);
  } finally {
    await Deno.remove(native);
  }
});

Deno.test("getpid(), sysconf() and libbpf_num_possible_cpus() return the host's numbers", async () => {
  const [command = "", ...before] = WASM_BPF;
  const child = new Deno.Command(command, {
    args: [...before, testGuest("machine")],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { stdout, stderr } = await child.output();
  const cpus = (list: string) => countCpus(Deno.readTextFileSync(`/sys/devices/system/cpu/${list}`));
  const [possible, online] = [cpus("possible"), cpus("online")];
  const expected = `${child.pid} ${possible} ${possible} ${online} 65536\n-28 -28\n`;
  assertEquals(new TextDecoder().decode(stdout), expected);
  assertEquals(new TextDecoder().decode(stderr), "");
});

Deno.test("a guest traces its own writes by getpid() (own_writes)", async () => {
  const finished = await runWasmBpf([testGuest("own_writes")]);
  assertEquals(failures(finished), []);
  assertEquals(finished.stderr, ".....");
});

for (const name of ["lines", "lines_cpp"]) {
  Deno.test(`a guest's lines leave when they are complete, and a signal loses none (${name})`, async () => {
    const [command = "", ...before] = WASM_BPF;
    const child = new Deno.Command(command, {
      args: [...before, testGuest(name)],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    let output = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (output.includes("three 3\n")) child.kill("SIGTERM");
    }
    clearTimeout(late);
    assertEquals([output, (await child.status).signal], ["one\ntwo\nthree 3\n", "SIGTERM"]);
  });
}

/** The names that a built guest imports from module `libbpf`. */
function libbpfImports(path: string): string[] {
  const module = new WebAssembly.Module(Deno.readFileSync(path));
  return WebAssembly.Module.imports(module).filter((one) => one.module === "libbpf").map((one) => one.name);
}

Deno.test("a guest imports module libbpf only for variables that it shares with the kernel", () => {
  assertEquals(libbpfImports(testGuest("two_buffers")), ["bpf_map_mmap"]);
  assertEquals(libbpfImports(testGuest("copied_globals")), []);
  // Their objects have neither .bss nor .data.
  for (const guest of ["attach", "foreign_maps", "reject"]) assertEquals(libbpfImports(testGuest(guest)), [], guest);
});

Deno.test("a host of version 1 refuses, at link time and by name, a guest that shares variables", () => {
  const module = new WebAssembly.Module(Deno.readFileSync(testGuest("two_buffers")));
  const versionOne: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from !== "libbpf") versionOne[from] = { ...versionOne[from], [name]: () => 0 };
  }
  assertThrows(() => new WebAssembly.Instance(module, versionOne), TypeError, '"libbpf"');
});

/** Sources that are compiled with unedited skeletons of the distribution's bpftool. */
const STOCK: readonly (readonly [source: string, object: string])[] = [
  ["kconfig.c", "kconfig"],
  ["kernel_types.c", "kernel_types"],
  ["libbpf_buffers.c", "events"],
  ["sdk.cpp", "events"],
  ["reject.c", "reject"],
  ["own_writes.c", "own_writes"],
];

for (const [source, object] of STOCK) {
  Deno.test(`bpftool's skeletons compile and work unedited (${source})`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "stock" });
    try {
      const skeleton = await run("bpftool", ["gen", "skeleton", `${BUILT}${object}.bpf.o`]);
      assert(skeleton.code === 0 && skeleton.stdout.includes("<bpf/libbpf.h>"), skeleton.stderr);
      await Deno.writeTextFile(`${folder}/${object}.skel.h`, skeleton.stdout);
      const guest = `${folder}/guest.wasm`;
      // The command line of docs/guests.md, and the include paths of this repository's sources.
      const compiler = source.endsWith(".cpp") ? [CLANGXX, "-fno-exceptions", "-nostdlib++"] : [CLANG];
      const [command = "", ...flags] = [...compiler, "--target=wasm32-wasi", "-Oz", "-Wall", "-Wextra", "-Werror"];
      const paths = [`-I${folder}`, `-I${ROOT}wasm-include/c`, `-I${ROOT}tests/guests`];
      const args = [...flags, ...paths, "-Wl,--export-table", `${ROOT}tests/guests/${source}`, "-o", guest];
      assertEquals((await run(command, args)).stderr, "");
      assertEquals(failures(await runWasmBpf(["--quiet", guest])), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** The headers of the SDK by the name in `#include`: "bpf/libbpf.h". */
function headers(folder = ""): string[] {
  return [...Deno.readDirSync(`${ROOT}wasm-include/c/${folder}`)].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((
    one,
  ) => one.isDirectory ? headers(`${folder}${one.name}/`) : [`${folder}${one.name}`]);
}

Deno.test("the kernel's headers of packets compile for a guest, in C and C++", async () => {
  const folder = await Deno.makeTempDir({ prefix: "headers" });
  const source = `#include <linux/if_packet.h>
    #include <linux/if_arp.h>
    #include <endian.h>
    static_assert(sizeof(struct sockaddr_ll) == 20, "as the kernel has it");
    static_assert(__constant_htons(0x0800) == 0x0008 && __cpu_to_be32(1) == 0x01000000u, "big-endian");
    static_assert(__be64_to_cpu(1) == 1ull << 56 && __cpu_to_le32(1) == 1, "the machine's order");\n`;
  try {
    for (
      const [compiler, standard, name] of [[CLANG, "gnu2x", "a.c"], [CLANGXX, "c++17", "a.cpp"]] as const
    ) {
      await Deno.writeTextFile(`${folder}/${name}`, source);
      const flags = ["--target=wasm32-wasi", `-std=${standard}`, "-Wall", "-Werror", `-I${ROOT}wasm-include/c`];
      const { code, stderr } = await run(compiler, [...flags, "-fsyntax-only", `${folder}/${name}`]);
      assertEquals([code, stderr], [0, ""]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("each header of the SDK compiles alone, in C and C++, and all of them in two files of one guest", async () => {
  const folder = await Deno.makeTempDir({ prefix: "headers" });
  const names = headers();
  const flags = ["--target=wasm32-wasi", "-Oz", "-Wall", "-Wextra", "-Werror", `-I${ROOT}wasm-include/c`];
  const compile = async (compiler: string, source: string, args: readonly string[]) => {
    const path = `${folder}/source.${compiler.startsWith("clang++") ? "cpp" : "c"}`;
    await Deno.writeTextFile(path, source);
    const { code, stderr } = await run(compiler, [...flags, ...args, path]);
    assertEquals([code, stderr], [0, ""], source);
  };
  try {
    assert(names.includes("libbpf-wasm.h") && names.length > 20, names.join(" "));
    const everything = names.map((name) => `#include <${name}>\n`).join("");
    const backwards = names.toReversed().map((name) => `#include <${name}>\n`).join("");
    for (const name of names) await compile(CLANG, `#include <${name}>\n`, ["-std=gnu11", "-fsyntax-only"]);
    for (const compiler of [CLANG, CLANGXX]) {
      await compile(compiler, everything, ["-fsyntax-only"]);
      await compile(compiler, backwards, ["-c", "-o", `${folder}/first.o`]);
      const main = `${everything}int main(void) { return open("/", O_RDONLY | O_DIRECTORY) >= 0 || getpid() <= 0; }\n`;
      const link = compiler === CLANG ? [] : ["-fno-exceptions", "-nostdlib++"];
      await compile(compiler, main, [...link, `${folder}/first.o`, "-Wl,--export-table", "-o", `${folder}/guest.wasm`]);
      assertEquals(await runWasmBpf([`${folder}/guest.wasm`]), { code: 0, stdout: "", stderr: "" });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
