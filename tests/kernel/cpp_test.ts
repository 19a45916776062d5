/**
 * Runs programs in C++ on top of `bpf/libbpf.hpp` (tests/guests/cpp/), compiled from one source for guests and for the machine. Both
 * print the same, and what is expected here.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, run, runWasmBpf } from "./command.ts";
import { RunningExample } from "./running_example.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const BUILT = `${ROOT}.build/guests/cpp/`;

/** Runs a program natively and as a guest. @returns the lines of both, without those of the host. */
async function linesOf(name: string): Promise<string[]> {
  const native = await run(`${BUILT}native/${name}`, []);
  assertEquals([native.code, native.stderr], [0, ""]);
  const guest = await runWasmBpf([`${BUILT}${name}.wasm`]);
  const messages = guest.stderr.split("\n").filter((line) => !line.startsWith("wasm-bpf: ")).join("\n");
  assertEquals([guest.code, messages], [0, ""]);
  assertEquals(guest.stdout, native.stdout);
  return guest.stdout.trimEnd().split("\n");
}

Deno.test("bpf::map and the other maps read and write each kind, and refuse wrong sizes", async () => {
  assertEquals(await linesOf("maps"), [
    "0",
    "name and size: hash 100",
    'missing: 0 1 Cannot look up in map "hash": No such file or directory',
    'once more: Cannot update map "hash": File exists',
    "from the program: 42",
    "seventh: 170 text 1",
    "taken: 20 0",
    "walk: 530",
    "left: 3 18",
    "per CPU: 1 5",
    'wrong number: Cannot update map "cpu_hash": Invalid argument',
    "elements: 1",
    "LRU: 33 0",
    "next: 1 3",
    "queue and stack: 1 3",
    "queue and stack: 2 2",
    "queue and stack: 3 1",
    'empty: Cannot pop from map "queue": No such file or directory',
    "Bloom filter: 1 0",
    "shared: 1000 5 11 31",
    'Cannot use map "hash": its keys have 8 bytes, and the type has 4: Invalid argument',
    'Cannot use map "hash": its values have 24 bytes, and the type has 8: Invalid argument',
    'Cannot use map "queue": its values have 4 bytes, and the type has 8: Invalid argument',
  ]);
});

Deno.test("bpf::ring_buffer, perf_buffer and user_ring_buffer deliver every record, and count those that are lost", async () => {
  assertEquals(await linesOf("buffers"), [
    "nothing: 0 0",
    "records: 15 sum 65 bytes 5160",
    "moved: 15 sum 280",
    "short: Cannot read the ring buffer: Invalid argument",
    "stopped: 1 after 2",
    "the rest: 3",
    "not a ring: 1 1",
    "perf: 1 100 99 1 0",
    "lost: 1 5101",
    "drained: 55",
    "full: 256 Cannot write to the user ring buffer: No space left on device",
  ]);
});

Deno.test("bpf::link and skeleton detach and close at the end of their scope, and errors have libbpf's message", async () => {
  assertEquals(await linesOf("life"), [
    "not attached: 0",
    "attached: 1 1",
    "dropped: 0",
    "moved: 1 1",
    "replaced: 1",
    "released: 1 1",
    "detached: 0",
    "Cannot attach \"count_calls\": No such file or directory: prog 'count_calls': failed to create tracepoint 'no/such' perf event: No such file or directory",
    "iterator: 1 1000 4",
    "the same as text: 1",
    "descriptors left: 0",
    '1 Cannot open "/no/such.bpf.o": No such file or directory: elf: failed to open /no/such.bpf.o: No such file or directory',
    "0",
    'Cannot find map "no_such": No such file or directory',
    'Cannot find program "no_such": No such file or directory',
    "fill",
    'Cannot use map "hash": it is not loaded: Invalid argument',
    "1",
    "before: 0",
    "after: 1 1",
  ]);
});

Deno.test("cpp-bootstrap is the same source natively", async () => {
  await using native = await RunningExample.of([`${BUILT}native/cpp-bootstrap`]);
  const child = new Deno.Command("true").spawn();
  await child.status;
  const pattern = new RegExp(`^\\S+ EX(EC|IT) +true +${child.pid} `);
  assertEquals((await native.matching(pattern, 2)).length, 2);
  const { status, stderr } = await native.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

/** A line of main(), and clang's reason to refuse it. */
const MISTAKES: Readonly<Record<string, RegExp>> = {
  "auto link = bpf::link(nullptr); auto copy = link;": /call to implicitly-deleted copy constructor of 'bpf::link'/,
  "bpf::map<int, long> *map = nullptr; map->update(1, record{});": /no viable conversion from 'record' to/,
  "bpf::map<padded, long> *map = nullptr; map->fd();": /keys must have no padding/,
  "bpf::map<int, std::string> *map = nullptr; map->fd();": /values must be plain data/,
  "bpf::ring_buffer::create<record>(nullptr, [](const padded &) {}).or_exit();": /the callback must take a const T &/,
  "bpf::object::open_file(0)->load();": /ignoring return value .* 'nodiscard'/,
};

const MISTAKEN = `#include <bpf/libbpf.hpp>
struct record { long number; };
struct padded { char kind; int number; };
${Object.keys(MISTAKES).map((line, i) => `void mistake_${i}() { ${line} }`).join("\n")}
`;

Deno.test("mistakes with bpf/libbpf.hpp do not compile", async () => {
  await using folder = await directoryWith({ "wrong.cpp": MISTAKEN });
  const options = ["-Werror", "-fsyntax-only", "-ferror-limit=0"];
  const { code, stderr } = await runWasmBpf(["cc", ...options, `${folder.path}/wrong.cpp`]);
  assertEquals(code, 1);
  for (const reason of Object.values(MISTAKES)) assertMatch(stderr, reason);
});
