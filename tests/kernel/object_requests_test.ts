/** Tests features of objects that outlive the process: pinned maps, and struct_ops without a link. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { ANY_PROGRAM, type Finished, run, runWasmBpf, testGuest } from "./command.ts";
import { FiringGuest } from "./firing_guest.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;

function pinnedMap(name: string): Uint8Array<ArrayBuffer> {
  return compileSmall(`struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u64);
    __uint(pinning, 1); } ${name} SEC(".maps");`);
}

/** A directory of the BPF file system, and one of an ordinary file system with an object. Both are removed at the end. */
class Directories implements AsyncDisposable {
  readonly pins = `/sys/fs/bpf/wasm_bpf_${Deno.pid}`;
  readonly objects = Deno.makeTempDirSync({ prefix: "wasm-bpf-" });

  constructor(object: Uint8Array<ArrayBuffer>) {
    Deno.mkdirSync(this.pins);
    Deno.writeFileSync(`${this.objects}/x.bpf.o`, object);
  }

  /** Loads the object in a guest. */
  load(...options: string[]): Promise<Finished> {
    return runWasmBpf([...options, "--dir", `${this.objects}::/:ro`, testGuest("load"), "/x.bpf.o"]);
  }

  pinned(): string[] {
    return [...Deno.readDirSync(this.pins)].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("rm", ["-r", this.pins, this.objects]);
  }
}

/** The id of the map that is pinned at `path`. */
async function mapId(path: string): Promise<number> {
  const { stdout } = await run("bpftool", ["--json", "map", "show", "pinned", path]);
  return JSON.parse(stdout).id;
}

Deno.test("an object pins no map without --pin", async () => {
  const name = `wasm_bpf_unpinned_${Deno.pid}`;
  await using directories = new Directories(pinnedMap(name));
  const { code, stdout, stderr } = await directories.load();
  assertEquals([code, stdout], [0, "refused\n"]);
  assertMatch(
    stderr,
    new RegExp(`^wasm-bpf: Cannot open object "load": EPERM: it pins map "${name}" .*--pin DIR.*\n$`),
  );
  assertEquals(await run("ls", [`/sys/fs/bpf/${name}`]).then(({ code }) => code), 2);
});

Deno.test("--pin gives objects a directory for their maps, and the next guest finds the maps there", async () => {
  const name = "a_name_of_more_than_fifteen_characters";
  await using directories = new Directories(pinnedMap(name));
  const path = `${directories.pins}/${name}`;
  assertEquals(await directories.load("--pin", directories.pins), { code: 0, stdout: "loaded\n", stderr: "" });
  assertEquals(directories.pinned(), [name]);
  const id = await mapId(path);
  assertEquals((await directories.load("--pin", directories.pins)).stdout, "loaded\n");
  assertEquals(await mapId(path), id);
});

Deno.test("--pin refuses a map that differs from the object's definition", async () => {
  await using directories = new Directories(pinnedMap("counts"));
  const path = `${directories.pins}/counts`;
  const sizes = ["type", "array", "key", "4", "value", "16", "entries", "1", "name", "counts"];
  assertEquals((await run("bpftool", ["map", "create", path, ...sizes])).code, 0);
  const { stdout, stderr } = await directories.load("--pin", directories.pins);
  assertEquals(stdout, "refused\n");
  assertMatch(stderr, /^wasm-bpf: Cannot load object "load": EINVAL: .*reus(e|ing) pinned map.*\n$/);
});

Deno.test("--pin follows no symbolic link", async () => {
  await using directories = new Directories(pinnedMap("counts"));
  const secret = `${directories.pins}/secret`;
  const sizes = ["type", "array", "key", "4", "value", "8", "entries", "1", "name", "secret"];
  assertEquals((await run("bpftool", ["map", "create", secret, ...sizes])).code, 0);
  Deno.symlinkSync(secret, `${directories.pins}/counts`);
  const { stdout, stderr } = await directories.load("--pin", directories.pins);
  assertEquals(stdout, "refused\n");
  assertMatch(stderr, /EPERM: it pins map "counts" in .*: a symbolic link is there\n$/);
});

Deno.test("--pin needs a directory of a BPF file system", async () => {
  await using directories = new Directories(pinnedMap("counts"));
  const cases: [string, RegExp][] = [
    [directories.objects, /^wasm-bpf: Cannot pin maps in ".*": EINVAL: it is not on a BPF file system \(hint: .*\)\n$/],
    [`${directories.pins}/none`, /^wasm-bpf: Cannot pin maps in ".*none": ENOENT: no such file or directory\n$/],
  ];
  for (const [path, expected] of cases) {
    const { stdout, stderr } = await directories.load("--pin", path);
    assertEquals(stdout, "refused\n");
    assertMatch(stderr, expected);
  }
  assertMatch((await directories.load("--pin", "")).stderr, /--pin needs a value/);
});

/** The ids of the struct_ops that tests/guests/congestion.bpf.c registers. */
async function registered(): Promise<number[]> {
  const { stdout } = await run("bpftool", ["--json", "struct_ops", "list"]);
  const found: { id: number; name: string }[] = JSON.parse(stdout);
  return found.filter(({ name }) => name === "congestion").map(({ id }) => id);
}

/** Attaches the congestion control and kills the guest. @returns the registered ids, and those left after a while. */
async function killAttached(...options: string[]): Promise<{ own: number[]; left: number[] }> {
  const before = await registered();
  await using guest = new FiringGuest("congestion", [], { host: options });
  await guest.line();
  assertEquals(await guest.line(), "attached");
  const own = (await registered()).filter((id) => !before.includes(id));
  guest.kill("SIGKILL");
  await guest.status;
  const left = async () => (await registered()).filter((id) => own.includes(id));
  for (let i = 0; i < 20 && (await left()).length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return { own, left: await left() };
}

Deno.test("struct_ops of .struct_ops end with the process", async () => {
  const { own, left } = await killAttached();
  assertEquals([own.length, left], [1, []]);
});

Deno.test("struct_ops of .struct_ops end with the process under --allow-all, too", async () => {
  const { own, left } = await killAttached("--allow-all");
  for (const id of left) await run("bpftool", ["struct_ops", "unregister", "id", `${id}`]);
  assertEquals([own.length, left], [1, []]);
});

Deno.test("--allow-persist lets struct_ops of .struct_ops stay", async () => {
  const { own, left } = await killAttached("--allow-persist");
  for (const id of left) await run("bpftool", ["struct_ops", "unregister", "id", `${id}`]);
  assertEquals([own.length, left], [1, own]);
});

Deno.test("struct_ops that would stay are refused if the kernel has no links for them", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "wasm-bpf-" });
  try {
    // The library behaves as on Linux 6.3, which lacks the flag for these maps.
    const [library, source] = [`${folder}/old_kernel.so`, `${folder}/old_kernel.c`];
    Deno.writeTextFileSync(source, "int bpf_map_create(void);\nint bpf_map_create(void) { return -22; }\n");
    const own = `${CHECKOUT}.build/lib`;
    const built = await run("gcc", [
      ...["-shared", "-fPIC", "-o", library, source],
      ...["-Wl,--no-as-needed", `-L${own}`, "-l:libwasm_bpf.so", `-Wl,-rpath,${own}`],
    ]);
    assert(built.code === 0, built.stderr);
    const { code, stderr } = await runWasmBpf([...ANY_PROGRAM, testGuest("congestion")], {
      env: { WASM_BPF_LIBBPF: library },
    });
    assertEquals(code, 3);
    assertMatch(
      stderr,
      /^wasm-bpf: Cannot open object "congestion": EOPNOTSUPP: struct_ops "congestion" would stay in the kernel after this process \(hint: --allow-persist permits that; .*\)\n$/,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
