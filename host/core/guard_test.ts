import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BpfError, GuestError, LINUX_ERRNO, WASI_ERRNO } from "../../errors/mod.ts";
import { Cancellation, ProcExit } from "./cancellation.ts";
import { Guard, NEGATIVE_LINUX, NEGATIVE_WASI, POSITIVE_WASI } from "./guard.ts";
import { MemoryFault } from "./memory.ts";
import { checked, Refusal } from "./refusal.ts";

function open() {
  const copies = { copying: false, synced: 0, sync: () => void copies.synced++ };
  const reported: string[] = [];
  const cancellation = new Cancellation();
  const signals = { pending: false, delivered: 0, deliver: () => void signals.delivered++ };
  const guard = new Guard({
    cancellation,
    copies,
    signals,
    report: (problem) => reported.push(typeof problem === "string" ? problem : problem.code),
  });
  return { guard, cancellation, copies, signals, reported };
}

function throwing(error: unknown): () => number {
  return () => {
    throw error;
  };
}

function thrownBy(call: () => number): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

const REFUSED = { operation: "use", kind: "map" } as const;

Deno.test("Guard.wrap() returns errors in the module's errno space, and reports refusals", () => {
  const { guard, reported } = open();
  const results = [NEGATIVE_LINUX, NEGATIVE_WASI, POSITIVE_WASI].map((errors) =>
    [
      new MemoryFault("outside"),
      new BpfError(REFUSED, LINUX_ERRNO.EINVAL),
      new BpfError(REFUSED, 4005),
    ].map((error) => guard.wrap(throwing(error), { errors, syncs: false })())
  );
  assertEquals(results[0], [-14, -22, -22]);
  assertEquals(results[1], [-21, -28, -28]);
  assertEquals(results[2], [21, 28, 28]);
  assertEquals(reported.filter((code) => code === "EINVAL").length, 3);
  assertEquals(reported.length, 6);
});

Deno.test("Guard.wrap() ends the guest after a failure of the host, and not after one of the guest", () => {
  const { guard, cancellation } = open();
  const wrap = (call: () => number) => guard.wrap(call, { errors: POSITIVE_WASI, syncs: false });
  const trap = new WebAssembly.RuntimeError("unreachable");
  for (const error of [trap, new GuestError("trap", "no function"), "an exception of the guest"]) {
    assertStrictEquals(thrownBy(wrap(throwing(error))), error);
  }
  assertEquals(cancellation.reason, undefined);
  const failure = new RangeError("Maximum call stack size exceeded");
  assertStrictEquals(thrownBy(wrap(throwing(failure))), failure);
  assertStrictEquals(cancellation.reason, failure);
  let calls = 0;
  assertStrictEquals(thrownBy(wrap(() => ++calls)), failure);
  assertEquals(calls, 0);
});

Deno.test("Guard.wrap() returns WASI's errno of a refusal, and 0 for no result", () => {
  const { guard } = open();
  const refused = throwing(new Refusal(WASI_ERRNO.ENOTCAPABLE));
  assertEquals(guard.wrap(refused, { errors: POSITIVE_WASI, syncs: false })(), WASI_ERRNO.ENOTCAPABLE);
  assertEquals(guard.wrap(refused, { errors: NEGATIVE_WASI, syncs: false })(), -WASI_ERRNO.ENOTCAPABLE);
  assertEquals(guard.wrap(() => {}, { errors: POSITIVE_WASI, syncs: false })(), 0);
  assertThrows(() => checked(-LINUX_ERRNO.EBADF));
});

Deno.test("Guard.failures counts reported problems and WASI calls that returned ENOENT", () => {
  const { guard, reported } = open();
  const fail = (error: unknown) => guard.wrap(throwing(error), { errors: POSITIVE_WASI, syncs: false })();
  for (const error of [new Refusal(WASI_ERRNO.EBADF), new MemoryFault("outside")]) fail(error);
  assertEquals(guard.failures, 0);
  fail(new Refusal(WASI_ERRNO.ENOENT));
  assertEquals([guard.failures, reported], [1, []]);
  fail(new BpfError(REFUSED, LINUX_ERRNO.EINVAL));
  guard.report("Cannot find it");
  assertEquals([guard.failures, reported], [3, ["EINVAL", "Cannot find it"]]);
});

Deno.test("Guard.wrap() returns onError for every error, and throws errors that are not for the guest", () => {
  const { guard } = open();
  const options = { errors: NEGATIVE_LINUX, onError: 0n, syncs: false };
  const failing = (): bigint => {
    throw new MemoryFault("outside");
  };
  assertEquals(guard.wrap(failing, options)(), 0n);
  assertThrows(guard.wrap(throwing(new TypeError("a bug")), { errors: NEGATIVE_LINUX, syncs: false }), TypeError);
});

Deno.test("Guard.wrap() throws the reason after the guest has ended, and does not call", () => {
  const { guard, cancellation } = open();
  let calls = 0;
  let told = 0;
  cancellation.onEnd(() => told++);
  const call = guard.wrap(() => void calls++, { errors: POSITIVE_WASI, syncs: true });
  call();
  for (const code of [3, 4]) {
    try {
      cancellation.exit(code);
    } catch (error) {
      assert(error instanceof ProcExit);
      assertEquals(error.code, 3);
    }
  }
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  assertStrictEquals(thrown, cancellation.reason);
  assertEquals([calls, told], [1, 2]);
});

Deno.test("Guard.wrap() brings copies of map memory up to date around calls that declare it", () => {
  const { guard, copies } = open();
  const [syncing, other] = [true, false].map((syncs) => guard.wrap(() => {}, { errors: POSITIVE_WASI, syncs }));
  syncing?.();
  assertEquals(copies.synced, 0);
  copies.copying = true;
  other?.();
  assertEquals(copies.synced, 0);
  syncing?.();
  assertEquals(copies.synced, 2);
  assertEquals(guard.wrap(throwing(new MemoryFault("")), { errors: NEGATIVE_LINUX, syncs: true })(), -14);
  assertEquals(copies.synced, 4);
});

Deno.test("Guard.wrap() lets the guest handle signals after the call, unless the call ended the guest", () => {
  const { guard, signals } = open();
  const call = guard.wrap(() => {
    assertEquals(signals.delivered, 0);
    signals.pending = true;
    throw new Refusal(WASI_ERRNO.EINTR);
  }, { errors: NEGATIVE_WASI, syncs: false });
  assertEquals(call(), -WASI_ERRNO.EINTR);
  assertEquals(signals.delivered, 1);
  assertThrows(guard.wrap(throwing(new ProcExit(1)), { errors: NEGATIVE_WASI, syncs: false }));
  assertEquals(signals.delivered, 1);
});
