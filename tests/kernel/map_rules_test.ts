/** Compares the rules for maps with the kernel: it refuses exactly the maps that break one. */

import { assertEquals } from "@std/assert";
import { brokenMapRule, describeMap, type MapShape } from "../../object/map_rules.ts";

const LIBRARY = new URL("../../.build/lib/libwasm_bpf.so", import.meta.url).pathname;
const EINVAL = 22;

function openKernel() {
  const library = Deno.dlopen(LIBRARY, {
    // int bpf_map_create(enum bpf_map_type map_type, const char *map_name, __u32 key_size, __u32 value_size, __u32 max_entries,
    //                    const struct bpf_map_create_opts *opts)
    bpf_map_create: { parameters: ["i32", "buffer", "u32", "u32", "u32", "buffer"], result: "i32" },
  });
  const libc = Deno.dlopen("libc.so.6", { close: { parameters: ["i32"], result: "i32" } }); // int close(int fd)
  return {
    /** 0, or the errno with which the kernel refuses the map. */
    refusal({ type, keySize, valueSize, maxEntries, flags }: MapShape): number {
      const opts = new Uint8Array(56);
      const view = new DataView(opts.buffer);
      view.setBigUint64(0, 56n, true); // sz
      view.setUint32(28, flags, true); // map_flags
      const fd = library.symbols.bpf_map_create(type, null, keySize, valueSize, maxEntries, opts);
      if (fd >= 0) libc.symbols.close(fd);
      return fd >= 0 ? 0 : -fd;
    },
    [Symbol.dispose]() {
      library.close();
      libc.close();
    },
  };
}

/** Types that the kernel refuses without BTF, an inner map or a cgroup. Tests with objects cover their rules. */
const NEED_MORE = [12, 13, 24, 26, 28, 29, 32];
const TYPES = Array.from({ length: 33 }, (_, index) => index + 1).filter((type) => !NEED_MORE.includes(type));
const PERF_EVENT_ARRAY = 4;
const CPUMAP = 16;
const SIZES = [0, 1, 2, 4, 5, 8, 12, 16, 32, 40, 260, 261, 512];
const VALUE_SIZES = [...SIZES, 32768, 32776];
const ENTRIES = [0, 1, 3, 4096, 5000];
const FLAGS = [0, ...Array.from({ length: 14 }, (_, bit) => 1 << bit), 1 << 16];
/** A cpumap cannot have more entries than there are processors. */
const CPUS = [0, 1, 2];

/** A fixed sample of possible definitions of a map of this type. */
function* sample(type: number, count: number): Generator<MapShape> {
  let state = type * 7919;
  const pick = (from: readonly number[]) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return from[(state >>> 8) % from.length] ?? 0;
  };
  for (let index = 0; index < count; index++) {
    // Half of them are close to definitions that most types accept.
    const near = index % 2 === 0;
    yield {
      type,
      keySize: pick(near ? [0, 4] : SIZES),
      valueSize: pick(near ? [0, 4, 8] : VALUE_SIZES),
      maxEntries: pick(type === CPUMAP ? CPUS : near ? [0, 1, 4096] : ENTRIES),
      flags: pick(near ? [0, 1, 1 << 10] : FLAGS),
    };
  }
}

Deno.test("brokenMapRule() names a rule for every map that the kernel refuses as invalid, and none for one that it takes", () => {
  using kernel = openKernel();
  const wrong: string[] = [];
  const types = new Set<number>();
  for (const shape of TYPES.flatMap((type) => [...sample(type, 800)])) {
    // libbpf sets the entries to the number of CPUs.
    if (shape.type === PERF_EVENT_ARRAY && shape.maxEntries === 0) continue;
    const errno = kernel.refusal(shape);
    const rule = brokenMapRule(shape);
    if (errno === 0) types.add(shape.type);
    if (errno === 0 && rule !== undefined) wrong.push(`the kernel takes ${describeMap(shape)}: ${rule}`);
    if (errno === EINVAL && rule === undefined) wrong.push(`no rule for ${describeMap(shape)}`);
  }
  assertEquals(wrong, []);
  assertEquals([...types], TYPES);
});
