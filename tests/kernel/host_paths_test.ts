/**
 * Tests paths of the host that a guest names, as a target or in a section: only files that can be probed are opened, nothing blocks,
 * and a guest cannot find out which files exist.
 */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { BpfError, openLibbpf } from "../../mod.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { run, runWasmBpf, testGuest } from "./command.ts";

const HERE = new URL(".", import.meta.url).pathname;
/** The directory in the sections of host_paths.bpf.c. */
const DIRECTORY = "/tmp/wasm_bpf_host_paths";

/** Runs `test` with the files that the sections name: a FIFO, a text file and a program. */
async function withFiles(test: () => Promise<void>): Promise<void> {
  await Deno.remove(DIRECTORY, { recursive: true }).catch(() => {});
  await Deno.mkdir(DIRECTORY);
  try {
    for (const name of ["fifo", "id"]) assertEquals((await run("mkfifo", [`${DIRECTORY}/${name}`])).code, 0);
    await Deno.writeTextFile(`${DIRECTORY}/text`, "text ".repeat(100));
    await Deno.symlink("/dev/null", `${DIRECTORY}/link`);
    const compiled = await run(llvmTool("clang"), ["-o", `${DIRECTORY}/target`, `${HERE}usdt_target.c`]);
    assertEquals(compiled.code, 0, compiled.stderr);
    await test();
  } finally {
    await Deno.remove(DIRECTORY, { recursive: true });
  }
}

/** The guest's result for each program, and the lines for the user. */
async function attach(...programs: readonly string[]): Promise<{ results: number[]; lines: string[] }> {
  // Opening a FIFO would block forever, so the time is limited.
  const signal = AbortSignal.timeout(20_000);
  const { code, stdout, stderr } = await runWasmBpf(["--", testGuest("host_paths"), ...programs], { signal });
  assertEquals(code, 0, stderr);
  const results = stdout.trim().split("\n").map((line) => Number(line.split(": ")[1]));
  return { results, lines: stderr.split("\n").filter((line) => line !== "") };
}

const ENOENT = -2;
const ESRCH = -3;

Deno.test("a section that names a FIFO or a text file is refused at once, like one that names no file", () =>
  withFiles(async () => {
    const programs = [
      "uprobe_fifo",
      "uretprobe_fifo",
      "uprobe_multi_fifo",
      "usdt_fifo",
      "uprobe_nothing",
      "uprobe_text",
    ];
    const { results, lines } = await attach(...programs, "uprobe_target");
    assertEquals(results, [...programs.map(() => ENOENT), 0]);
    const fifo = `wasm-bpf: Cannot open binary "${DIRECTORY}/fifo": EINVAL: it is not a regular file`;
    assertEquals(lines, [
      ...[fifo, fifo, fifo, fifo],
      `wasm-bpf: Cannot open binary "${DIRECTORY}/nothing": ENOENT: no such file or directory`,
      `wasm-bpf: Cannot open binary "${DIRECTORY}/text": ENOEXEC: it is not an ELF file`,
    ]);
  }));

Deno.test("a target other than a program or library is refused, without a reason for the guest", () =>
  withFiles(async () => {
    const paths = [
      [`${DIRECTORY}/fifo`, "EINVAL: it is not a regular file"],
      [`${DIRECTORY}/link`, "EINVAL: it is not a regular file"],
      [DIRECTORY, "EINVAL: it is not a regular file"],
      ["/dev/kmsg", "EINVAL: it is not a regular file"],
      ["/proc/kmsg", "EINVAL: it is not on a disk: the kernel generates its content"],
      ["/proc/self/fd/0", "EINVAL: it is not a regular file"],
      ["/sys/kernel/btf/vmlinux", "EINVAL: it is not on a disk: the kernel generates its content"],
      ["/etc/shadow", "ENOEXEC: it is not an ELF file"],
      [`${DIRECTORY}/nothing`, "ENOENT: no such file or directory"],
      [`${DIRECTORY}/text/more`, "ENOTDIR: not a directory"],
      ["nosuch", "ENOENT: no such file in $PATH, /usr/bin, /usr/sbin"],
    ] as const;
    const forms = [
      "uprobe_anywhere=PATH:f",
      "uprobe_anywhere=PATH:0x40",
      "uprobe_multi_anywhere=PATH:*",
      "usdt_anywhere=PATH:p:n",
    ];
    const programs = paths.flatMap(([path]) => forms.map((form) => form.replace("PATH", path)));
    const { results, lines } = await attach(...programs);
    assertEquals(results, programs.map(() => ENOENT));
    const expected = paths.map(([path, reason]) => `wasm-bpf: Cannot open binary "${path}": ${reason}`);
    assertEquals(lines, expected.flatMap((line) => forms.map(() => line)));
  }));

Deno.test("the names of a tracepoint lead nowhere else in tracefs or out of it", () =>
  withFiles(async () => {
    const targets = ["../..", "..//../../../../../tmp/wasm_bpf_host_paths", "sched/..", "./sched"];
    const { results, lines } = await attach(
      "tracepoint_outside",
      ...targets.map((target) => `tracepoint_anywhere=${target}`),
    );
    assertEquals(results, [-22, -22, -22, -22, -22]);
    for (const line of lines) {
      assertMatch(line, /: EINVAL: (a tracepoint is category\/name|the name of a tracepoint consists of )/);
    }
  }));

Deno.test("a probe's messages contain the path that the user typed", () =>
  withFiles(async () => {
    const { results, lines } = await attach(
      `uprobe_anywhere=${DIRECTORY}/target:nosuch`,
      `usdt_anywhere=${DIRECTORY}/target:wasm_bpf:nosuch`,
      `uprobe_multi_anywhere=${DIRECTORY}/target:nosuch*`,
      "uprobe_anywhere=libc.so.6:nosuch",
      "uprobe_anywhere=libc.so.6:malloc",
      "uprobe_anywhere=bash:main",
    );
    assertEquals(results, [ENOENT, ESRCH, ENOENT, ENOENT, 0, 0]);
    for (const line of lines) assertEquals(/\/proc\/self\/fd/.test(line), false, line);
    assertMatch(
      lines[0] ?? "",
      /\/target:nosuch: ENOENT: elf: failed to find symbol 'nosuch' in '\/tmp\/wasm_bpf_host_paths\/target'$/,
    );
    assertMatch(
      lines[2] ?? "",
      /\/target:nosuch\*: ENOENT: no function of "\/tmp\/wasm_bpf_host_paths\/target" has such a name$/,
    );
  }));

Deno.test("a program in TypeScript opens no FIFO either, and gives a file by name or by descriptor", () =>
  withFiles(async () => {
    const bytes = await Deno.readFile(new URL("../../.build/guests/host_paths.bpf.o", import.meta.url));
    using libbpf = openLibbpf();
    using object = libbpf.openObject(bytes);
    object.load();
    const program = object.findProgram("uprobe_anywhere");
    const target = { kind: "uprobe", function: "main", offset: 0, retprobe: false, pid: -1 } as const;
    const reason = `Cannot open binary "${DIRECTORY}/fifo": EINVAL: it is not a regular file`;
    assertThrows(() => libbpf.openBinary(`${DIRECTORY}/fifo`), BpfError, reason);
    assertThrows(() => program?.attach({ ...target, binary: `${DIRECTORY}/fifo` }), BpfError, reason);
    const before = [...Deno.readDirSync("/proc/self/fd")].length;
    program?.attach({ ...target, binary: `${DIRECTORY}/target` })[Symbol.dispose]();
    const fd = libbpf.openBinary(`${DIRECTORY}/target`);
    program?.attach({ ...target, binary: "the target", fd })[Symbol.dispose]();
    libbpf.closeDescriptor(fd);
    assertEquals([...Deno.readDirSync("/proc/self/fd")].length, before);
  }));

/** A copy of the ELF file `path` whose tables of symbols have records of `size` bytes. */
function withSymbolSize(path: string, size: bigint): Uint8Array {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  const table = Number(view.getBigUint64(0x28, true));
  for (let at = table; at < table + 64 * view.getUint16(0x3c, true); at += 64) {
    const type = view.getUint32(at + 4, true);
    if (type === 2 || type === 11) view.setBigUint64(at + 56, size, true);
  }
  return bytes;
}

Deno.test("a file whose symbols have no size, by which libbpf would divide, is refused", () =>
  withFiles(async () => {
    const [odd, extended] = [`${DIRECTORY}/odd`, `${DIRECTORY}/extended`];
    const bytes = withSymbolSize(`${DIRECTORY}/target`, 0n);
    Deno.writeFileSync(odd, bytes);
    // Files with very many sections keep their number here.
    const view = new DataView(bytes.buffer);
    view.setBigUint64(Number(view.getBigUint64(0x28, true)) + 32, BigInt(view.getUint16(0x3c, true)), true);
    view.setUint16(0x3c, 0, true);
    Deno.writeFileSync(extended, bytes);
    const forms = ["uprobe_anywhere=PATH:main", "uprobe_multi_anywhere=PATH:m*", "usdt_anywhere=PATH:wasm_bpf:tick"];
    const programs = [odd, extended].flatMap((path) => forms.map((form) => form.replace("PATH", path)));
    const { results, lines } = await attach(...programs);
    assertEquals(results, programs.map(() => ENOENT));
    const line = (path: string) => `wasm-bpf: Cannot open binary "${path}": ENOEXEC: its symbols have no size`;
    assertEquals(lines, [...forms.map(() => line(odd)), ...forms.map(() => line(extended))]);
  }));

Deno.test("a file whose symbols lose their size while it is open does not crash libbpf", () =>
  withFiles(async () => {
    const bytes = await Deno.readFile(new URL("../../.build/guests/host_paths.bpf.o", import.meta.url));
    using libbpf = openLibbpf();
    using object = libbpf.openObject(bytes);
    object.load();
    const binary = `${DIRECTORY}/target`;
    const fd = libbpf.openBinary(binary);
    Deno.writeFileSync(binary, withSymbolSize(binary, 0n));
    const target = { kind: "uprobe", function: "main", offset: 0, retprobe: false, pid: -1 } as const;
    const error = assertThrows(
      () => object.findProgram("uprobe_anywhere")?.attach({ ...target, binary, fd }),
      BpfError,
    );
    libbpf.closeDescriptor(fd);
    assertMatch(
      error.message,
      /EINVAL: elf: symbols of no size for symtab section in '\/tmp\/wasm_bpf_host_paths\/target'$/,
    );
  }));
