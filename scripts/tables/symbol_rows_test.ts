import { assert, assertEquals, assertThrows } from "@std/assert";
import { readDeclarations } from "../headers/declarations.ts";
import { LIBBPF_SOURCE, NATIVE } from "./sources.ts";
import { type SymbolRow, symbolRows, systemCallRows, versionsOf } from "./symbol_rows.ts";

const DECLARATIONS = await readDeclarations({
  code: `
typedef unsigned int __u32;
typedef unsigned long size_t;
typedef long off_t, ssize_t;
typedef int (*callback_t)(void);
struct handle;
struct options { size_t sz; };
enum kind { ONE };
const char *name_of(const struct handle *it);
bool use(struct handle *it, const struct options *opts, const void *data, __u32 *count, size_t size, enum kind kind);
int set(callback_t callback);
enum kind kind_of(const struct handle *it);
double half(int of);
ssize_t read(int fd, void *buf, size_t count);
int ioctl(int fd, unsigned long op, ...);
int fcntl(int fd, int op, ...);
int sys_fcntl(int fd, int op, int arg);
off_t lseek(int fd, off_t offset, int whence);
void *mmap(void *addr, size_t length);
`,
  options: [],
});

/** The rows of these functions, without the table around them. */
function rows(functions: Parameters<typeof symbolRows>[1]["functions"], since = new Map<string, number>()) {
  return symbolRows(DECLARATIONS, { name: "TABLE", about: "", functions }, since);
}

const types = (all: readonly SymbolRow[]) => all.map(({ parameters, result }) => [...parameters, result]);

Deno.test("symbolRows() derives a row from the prototype", () => {
  assertEquals(rows({ name_of: {} }), [{
    name: "name_of",
    prototype: "const char *name_of(const struct handle *it)",
    parameters: ["pointer"],
    result: "pointer",
    optional: false,
  }]);
  assertEquals(types(rows({ use: {}, set: {}, kind_of: {} })), [
    ["pointer", "buffer", "buffer", "buffer", "u64", "i32", "bool"],
    ["pointer", "i32"],
    ["pointer", "i32"],
  ]);
});

Deno.test("symbolRows() takes choices by the name of a parameter", () => {
  assertEquals(types(rows({ use: { data: "pointer" } })), [
    ["pointer", "buffer", "pointer", "buffer", "u64", "i32", "bool"],
  ]);
  const table = { name: "TABLE", about: "", memory: "u64", functions: { use: {} } } as const;
  assertEquals(types(symbolRows(DECLARATIONS, table, new Map())), [
    ["pointer", "buffer", "u64", "u64", "u64", "i32", "bool"],
  ]);
  assertThrows(() => rows({ use: { absent: "u64" } }), Error, "has no parameter absent");
  assertThrows(() => rows({ use: { kind: "pointer" } }), Error, "kind cannot be pointer");
  assertThrows(() => rows({ use: { size: "buffer" } }), Error, "size cannot be buffer");
});

Deno.test("symbolRows() refuses functions that it cannot describe", () => {
  assertThrows(() => rows({ absent: {} }), Error, "Cannot find function absent");
  assertThrows(() => rows({ half: {} }), Error, "Cannot pass double");
  assertThrows(() => rows({ fcntl: {} }), Error, "it is variadic");
});

Deno.test("symbolRows() makes functions optional that libbpf 1.1 lacks", () => {
  const since = new Map([["name_of", 1], ["kind_of", 2]]);
  assertEquals(rows({ name_of: {}, kind_of: {}, set: {} }, since).map(({ optional }) => optional), [
    false,
    true,
    false,
  ]);
});

Deno.test("systemCallRows() narrows sizes, and widens results that are offsets or addresses", () => {
  const calls = systemCallRows(DECLARATIONS, { read: {}, lseek: {}, mmap: { addr: "u64", length: "u64" } });
  assertEquals(types(calls), [["i32", "buffer", "u32", "i32"], ["i32", "i64", "i32", "i64"], ["u64", "u64", "i64"]]);
});

Deno.test("systemCallRows() prefers a prototype of the system call to libc's", () => {
  const [call] = systemCallRows(DECLARATIONS, { fcntl: {} });
  assertEquals(call?.prototype, "int fcntl(int fd, int op, int arg)");
  assertThrows(() => systemCallRows(DECLARATIONS, { ioctl: {} }), Error, "it is variadic");
});

Deno.test("versionsOf() reads libbpf's version script", () => {
  const script = `LIBBPF_0.8.0 {
	global:
		first;
	local:
		*;
};

LIBBPF_1.2.0 {
	global:
		second;
		third;
} LIBBPF_1.1.0;
`;
  assertEquals(versionsOf(script), new Map([["first", 0], ["second", 2], ["third", 2]]));
});

Deno.test("every function that libbpf exports is in its headers, with distinguishable types", async () => {
  const headers = await readDeclarations(NATIVE);
  const exported = [...versionsOf(await Deno.readTextFile(new URL("libbpf.map", LIBBPF_SOURCE))).keys()];
  assert(exported.length > 300, `${exported.length} functions`);
  const kinds = new Set(exported.flatMap((name) => {
    const { result, parameters } = headers.function(name);
    return [result, ...parameters.map(({ type }) => type)].map((type) =>
      type.kind === "pointer" ? type.to.kind : type.kind
    );
  }));
  assertEquals([...kinds].sort(), ["bool", "enum", "function", "integer", "pointer", "struct", "void"]);
});
