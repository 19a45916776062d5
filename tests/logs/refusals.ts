/**
 * Refused operations on the real kernel: programs, externs, maps, attachments, damaged objects.
 *
 * @module
 */

import { BpfError, openLibbpf } from "../../mod.ts";
import { llvmTool } from "../../scripts/pins.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const HERE = new URL("./", import.meta.url).pathname;
const NO_INTERFACE = 999_999;

/** One refused operation. */
export interface Refused {
  readonly name: string;
  /** Undefined when this kernel accepts the operation. */
  readonly error: BpfError | undefined;
}

/** The error that `operation` throws. */
function errorOf(operation: () => unknown): BpfError | undefined {
  try {
    operation();
    return undefined;
  } catch (error) {
    if (error instanceof BpfError) return error;
    throw error;
  }
}

async function clang(args: readonly string[], cwd: string): Promise<void> {
  const flags = ["-g", "-O2", "-target", "bpf", "-D__TARGET_ARCH_x86", "-I", `${CHECKOUT}.build/include`];
  const system = ["-idirafter", `/usr/include/${Deno.build.arch}-linux-gnu`];
  const command = new Deno.Command(llvmTool("clang"), { args: [...flags, ...system, ...args], cwd });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Loads the object with only these programs. */
export function load(bytes: Uint8Array<ArrayBuffer>, name: string, only?: string): BpfError | undefined {
  using libbpf = openLibbpf();
  return errorOf(() => {
    using object = libbpf.openObject(bytes, { name });
    if (only !== undefined) { for (const program of object.programs()) program.autoload = program.name === only; }
    object.load();
  });
}

async function* programs(directory: string): AsyncGenerator<Refused> {
  await clang(["-c", `${HERE}programs.bpf.c`, "-o", "programs.o"], directory);
  const bytes = await Deno.readFile(`${directory}/programs.o`);
  using libbpf = openLibbpf();
  using object = libbpf.openObject(bytes, { name: "programs" });
  for (const { name } of object.programs()) yield { name: `program_${name}`, error: load(bytes, "programs", name) };
}

async function* externs(directory: string): AsyncGenerator<Refused> {
  for (const macro of ["KFUNC", "KSYM", "UNTYPED_KSYM", "KCONFIG", "PROPRIETARY"]) {
    await clang([`-D${macro}`, "-c", `${HERE}externs.bpf.c`, "-o", `${macro}.o`], directory);
    const bytes = await Deno.readFile(`${directory}/${macro}.o`);
    yield { name: `extern_${macro.toLowerCase()}`, error: load(bytes, "externs") };
  }
}

const TYPE = (name: string) => `__uint(type, BPF_MAP_TYPE_${name});`;
const KEY = "__type(key, unsigned);";
const VALUE = "__type(value, unsigned long);";
const ENTRIES = "__uint(max_entries, 16);";

/** The members of map definitions that the kernel or libbpf refuses. */
const MAPS: Readonly<Record<string, string>> = {
  ringbuf_with_value: `${TYPE("RINGBUF")} ${VALUE} __uint(max_entries, 4096);`,
  ringbuf_with_key: `${TYPE("RINGBUF")} __uint(key_size, 4); __uint(max_entries, 4096);`,
  ringbuf_without_entries: TYPE("RINGBUF"),
  user_ringbuf_with_value: `${TYPE("USER_RINGBUF")} ${VALUE} __uint(max_entries, 4096);`,
  hash_without_value: `${TYPE("HASH")} ${KEY} ${ENTRIES}`,
  hash_without_key: `${TYPE("HASH")} ${VALUE} ${ENTRIES}`,
  hash_without_entries: `${TYPE("HASH")} ${KEY} ${VALUE}`,
  hash_too_large: `${TYPE("HASH")} ${KEY} ${VALUE} __uint(max_entries, 0x7fffffff);`,
  hash_mmapable: `${TYPE("HASH")} ${KEY} ${VALUE} ${ENTRIES} __uint(map_flags, 1 << 10);`,
  array_with_long_key: `${TYPE("ARRAY")} __type(key, unsigned long); ${VALUE} ${ENTRIES}`,
  array_without_entries: `${TYPE("ARRAY")} ${KEY} ${VALUE}`,
  array_too_large: `${TYPE("ARRAY")} ${KEY} __uint(value_size, 0x7fffff00); __uint(max_entries, 0x7fffffff);`,
  percpu_array_with_large_value: `${TYPE("PERCPU_ARRAY")} ${KEY} __uint(value_size, 40000); ${ENTRIES}`,
  stack_trace_of_odd_size: `${TYPE("STACK_TRACE")} ${KEY} __uint(value_size, 100); ${ENTRIES}`,
  stack_trace_too_deep: `${TYPE("STACK_TRACE")} ${KEY} __uint(value_size, 8192); ${ENTRIES}`,
  lpm_trie_preallocated: `${TYPE("LPM_TRIE")} __uint(key_size, 8); ${VALUE} ${ENTRIES}`,
  lpm_trie_with_short_key: `${TYPE("LPM_TRIE")} ${KEY} ${VALUE} ${ENTRIES} __uint(map_flags, 1);`,
  queue_with_key: `${TYPE("QUEUE")} ${KEY} ${VALUE} ${ENTRIES}`,
  stack_without_value: `${TYPE("STACK")} ${ENTRIES}`,
  bloom_filter_with_key: `${TYPE("BLOOM_FILTER")} ${KEY} ${VALUE} ${ENTRIES}`,
  lru_hash_without_prealloc: `${TYPE("LRU_HASH")} ${KEY} ${VALUE} ${ENTRIES} __uint(map_flags, 1);`,
  task_storage_with_entries: `${TYPE("TASK_STORAGE")} ${KEY} ${VALUE} ${ENTRIES} __uint(map_flags, 1);`,
  sk_storage_preallocated: `${TYPE("SK_STORAGE")} ${KEY} ${VALUE}`,
  prog_array_with_long_value: `${TYPE("PROG_ARRAY")} ${KEY} ${VALUE} ${ENTRIES}`,
  sockmap_with_short_value: `${TYPE("SOCKMAP")} ${KEY} __uint(value_size, 2); ${ENTRIES}`,
  arena_without_mmapable: `${TYPE("ARENA")} ${ENTRIES}`,
  unknown_type: `__uint(type, 999); ${KEY} ${VALUE} ${ENTRIES}`,
  array_of_bad_maps: `${TYPE("ARRAY_OF_MAPS")} ${KEY} ${ENTRIES} __array(values, struct { ${
    TYPE("HASH")
  } ${KEY} ${VALUE} });`,
  unknown_field: `${TYPE("HASH")} ${KEY} ${VALUE} ${ENTRIES} __uint(no_such_field, 1);`,
};

async function* maps(directory: string): AsyncGenerator<Refused> {
  for (const [name, body] of Object.entries(MAPS)) {
    const source = `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nstruct { ${body} } table SEC(".maps");\n`;
    await Deno.writeTextFile(`${directory}/map.c`, source);
    await clang(["-c", "map.c", "-o", "map.o"], directory);
    yield { name: `map_${name}`, error: load(await Deno.readFile(`${directory}/map.o`), "maps") };
  }
}

/** Attaches a program of attach.bpf.c to a wrong target. */
function attach(bytes: Uint8Array<ArrayBuffer>, name: string): BpfError | undefined {
  using libbpf = openLibbpf();
  using object = libbpf.openObject(bytes, { name: "attach" });
  for (const program of object.programs()) program.autoload = program.name === name;
  object.load();
  const program = object.findProgram(name);
  if (program === undefined) throw new Error(`no program ${name}`);
  const ifindex = NO_INTERFACE;
  // A descriptor that is not a cgroup.
  const fd = libbpf.openNetworkNamespace("/proc/self/ns/net");
  try {
    return errorOf(() => {
      switch (name) {
        case "on_xdp":
          return program.attach({ kind: "xdp", ifindex })[Symbol.dispose]();
        case "on_tc":
          return program.attach({ kind: "tc", ifindex })[Symbol.dispose]();
        case "on_tcx":
          return program.attach({ kind: "tcx", ifindex })[Symbol.dispose]();
        case "on_netkit":
          return program.attach({ kind: "netkit", ifindex: 1 })[Symbol.dispose]();
        case "on_socket":
          return program.attach({ kind: "socket", ifindex })[Symbol.dispose]();
        case "on_cgroup":
          return program.attach({ kind: "cgroup", fd })[Symbol.dispose]();
        case "on_sk_lookup":
          return program.attach({ kind: "netns", fd: program.fd })[Symbol.dispose]();
        case "on_netfilter":
          return program.attach({ kind: "netfilter", family: 2, hook: 99, priority: 0 })[Symbol.dispose]();
        default:
          return program.attach()[Symbol.dispose]();
      }
    });
  } finally {
    libbpf.closeDescriptor(fd);
  }
}

async function* attachments(directory: string): AsyncGenerator<Refused> {
  await clang(["-c", `${HERE}attach.bpf.c`, "-o", "attach.o"], directory);
  const bytes = await Deno.readFile(`${directory}/attach.o`);
  using libbpf = openLibbpf();
  using object = libbpf.openObject(bytes, { name: "attach" });
  for (const { name } of object.programs()) yield { name: `attach_${name}`, error: attach(bytes, name) };
}

async function* damaged(directory: string): AsyncGenerator<Refused> {
  const whole = await Deno.readFile(`${directory}/attach.o`);
  await Deno.writeTextFile(`${directory}/f.c`, "int f(void) { return 0; }\n");
  await clang(["-target", "bpfeb", "-c", "f.c", "-o", "big_endian"], directory);
  await clang(["-target", `${Deno.build.arch}-linux-gnu`, "-c", "f.c", "-o", "native"], directory);
  await Deno.writeTextFile(
    `${directory}/legacy.c`,
    '__attribute__((section("maps"), used)) struct { int a[5]; } m = { { 1, 4, 4, 1, 0 } };\n',
  );
  await clang(["-c", "legacy.c", "-o", "legacy_maps"], directory);
  const objects: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    text: new TextEncoder().encode("hello"),
    half: whole.slice(0, whole.length / 2),
    big_endian: await Deno.readFile(`${directory}/big_endian`),
    native: await Deno.readFile(`${directory}/native`),
    legacy_maps: await Deno.readFile(`${directory}/legacy_maps`),
  };
  for (const [name, bytes] of Object.entries(objects)) yield { name: `object_${name}`, error: load(bytes, "damaged") };
}

/** Runs every refused operation in sequence. */
export async function* refusals(): AsyncGenerator<Refused> {
  const directory = await Deno.makeTempDir();
  try {
    for (const kind of [programs, externs, maps, attachments, damaged]) yield* kind(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
