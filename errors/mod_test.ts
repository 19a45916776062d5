import { assert, assertEquals } from "@std/assert";
import {
  BpfError,
  describeOperation,
  errnoName,
  errnoOf,
  errnoText,
  FormatError,
  GuestError,
  libbpfErrno,
  LINUX_ERRNO,
  linuxErrno,
  type Operation,
  WASI_ERRNO,
  wasiErrno,
} from "./mod.ts";

Deno.test("linuxErrno() keeps Linux's numbers, and converts numbers of libbpf", () => {
  assertEquals([0, 1, 524, 3999].map(linuxErrno), [0, 1, 524, 3999]);
  assertEquals([4000, 4013, 9999].map(linuxErrno), [22, 22, 22]);
});

Deno.test("libbpfErrno() keeps libbpf's own numbers", () => {
  assertEquals(libbpfErrno(-LINUX_ERRNO.ENOENT), WASI_ERRNO.ENOENT);
  assertEquals(libbpfErrno(-4007), 4007);
  assertEquals(wasiErrno(-4007), WASI_ERRNO.EINVAL);
});

Deno.test("wasiErrno() converts by name, and replaces errors that WASI lacks", () => {
  assertEquals(wasiErrno(0), 0);
  assertEquals(wasiErrno(LINUX_ERRNO.EINVAL), WASI_ERRNO.EINVAL);
  assertEquals(wasiErrno(-LINUX_ERRNO.ENOENT), WASI_ERRNO.ENOENT);
  assertEquals(wasiErrno(LINUX_ERRNO.EOPNOTSUPP), WASI_ERRNO.ENOTSUP);
  assertEquals(wasiErrno(LINUX_ERRNO.ENOTSUPP), WASI_ERRNO.ENOTSUP);
  assertEquals(wasiErrno(LINUX_ERRNO.ENOMEDIUM), WASI_ERRNO.EIO);
  assertEquals(wasiErrno(-4003), WASI_ERRNO.EINVAL);
  assertEquals(wasiErrno(9999), WASI_ERRNO.EINVAL);
  for (const [name, number] of Object.entries(LINUX_ERRNO)) assert(wasiErrno(number) > 0, name);
});

Deno.test("errnoName() and errnoText() name Linux's and libbpf's numbers, and accept others", () => {
  assertEquals([errnoName(1), errnoText(1)], ["EPERM", "operation not permitted"]);
  assertEquals([errnoName(4003), errnoText(4003)], ["ENDIAN", "endian mismatch"]);
  assertEquals([errnoName(999), errnoText(999)], ["errno 999", undefined]);
});

Deno.test("errnoOf() accepts names and the C library's texts", () => {
  assertEquals(["EPERM", "Operation not permitted", "file exists", "Unknown error 524"].map(errnoOf), [1, 1, 17, 524]);
  assertEquals(["", "eperm", "all is well", "LIBELF"].map(errnoOf), [undefined, undefined, undefined, undefined]);
});

const LOAD_X: Operation = { operation: "load", kind: "object", subject: "x" };

Deno.test("describeOperation() names the verb, the kind, the name and the target", () => {
  const texts: [Operation, string][] = [
    [LOAD_X, 'Cannot load object "x"'],
    [
      { operation: "attach", kind: "program", subject: "p", target: "xdp of lo" },
      'Cannot attach program "p" to xdp of lo',
    ],
    [{ operation: "read", kind: "file", subject: "a/b.wasm" }, 'Cannot read "a/b.wasm"'],
    [{ operation: "limit", kind: "process", words: "memory" }, "Cannot limit memory"],
    [{ operation: "run", kind: "guest" }, "Cannot run guest"],
    [{ operation: "open", kind: "cgroup", subject: "\x1b[2J" }, 'Cannot open cgroup "\\x1b[2J"'],
  ];
  for (const [operation, text] of texts) assertEquals(describeOperation(operation), text);
});

Deno.test("BpfError keeps the parts of its operation, also for another error about the same", () => {
  const error = new BpfError({ operation: "attach", kind: "program", subject: "p", target: "tc of lo" }, 17);
  const again = new BpfError(error, 2, { reason: "nothing there" });
  assertEquals([again.operation, again.kind, again.subject, again.target], ["attach", "program", "p", "tc of lo"]);
  assertEquals(again.message, 'Cannot attach program "p" to tc of lo: ENOENT: nothing there');
  assertEquals(new BpfError(LOAD_X, 22, { reason: "it is empty", log: ["libbpf: map 'm': no"] }).reason, "it is empty");
});

Deno.test("BpfError gives operation, code, reason and hint in one line", () => {
  const error = new BpfError(LOAD_X, -1, { hint: "run as root" });
  assertEquals(error.message, 'Cannot load object "x": EPERM: operation not permitted (hint: run as root)');
  assertEquals([error.name, error.code, error.errno, error.log], ["BpfError", "EPERM", 1, []]);
  assertEquals(new BpfError(LOAD_X, 999).message, 'Cannot load object "x": errno 999');
  assertEquals("cause" in new BpfError(LOAD_X, 1), false);
  assertEquals(new BpfError(LOAD_X, 1, { cause: error }).cause, error);
});

/** The reason that a BpfError finds in a log. */
function reasonOf(...log: string[]): string {
  return new BpfError(LOAD_X, 13, { log }).message.replace('Cannot load object "x": EACCES: ', "");
}

Deno.test("BpfError takes its reason from the verifier's last message, with the program's name", () => {
  const log = [
    "libbpf: prog 'bad': BPF program load failed: Permission denied",
    "libbpf: prog 'bad': -- BEGIN PROG LOAD LOG --",
    "10: (61) r0 = *(u32 *)(r0 +0)",
    "R0 invalid mem access 'scalar'",
    "verification time 12 usec",
    "stack depth 8",
    "processed 11 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0",
    "-- END PROG LOAD LOG --",
    "libbpf: prog 'bad': failed to load: -13",
    "libbpf: failed to load object 'reject'",
  ];
  assertEquals(reasonOf(...log), "prog 'bad': R0 invalid mem access 'scalar'");
});

Deno.test("BpfError takes its reason from libbpf's last line that is neither a summary nor a guess", () => {
  assertEquals(
    reasonOf("libbpf: map 'm': failed to create: Invalid argument(-22)", "libbpf: failed to load object 'x'", ""),
    "map 'm': failed to create: Invalid argument(-22)",
  );
  assertEquals(
    reasonOf(
      "libbpf: prog 'p': BPF program load failed: Operation not permitted",
      "libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 8.0 MiB",
      "libbpf: prog 'p': failed to load: -1",
    ),
    "prog 'p': BPF program load failed: Operation not permitted",
  );
  assertEquals(reasonOf("libbpf: failed to load object 'x'"), "permission denied");
  assertEquals(reasonOf(), "permission denied");
});

Deno.test("GuestError and FormatError keep their code, format and cause", () => {
  const guest = new GuestError("trap", "The guest trapped", { cause: 1 });
  assertEquals([guest.name, guest.code, guest.message, guest.cause], ["GuestError", "trap", "The guest trapped", 1]);
  const format = new FormatError("ELF", "it is short");
  assertEquals([format.name, format.format, format.message], ["FormatError", "ELF", "Cannot parse ELF: it is short"]);
});
