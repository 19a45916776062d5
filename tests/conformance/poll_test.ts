import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { CLOCK, EVENTTYPE, OFLAGS, RIGHTS } from "../../host/wasi/types.ts";
import { type NewGuest, RESULT_PTR, ROOT, type TestGuest, wasiTest } from "./test_guest.ts";

const INPUT = 8192;
const OUTPUT = 16_384;
const SUBSCRIPTION_SIZE = 48;
const EVENT_SIZE = 32;
const MS = 1_000_000n;

type Subscription =
  | { clock: number; timeout: bigint; isAbsolute?: boolean; flags?: number }
  | { fd: number; type: number };

interface Event {
  userdata: bigint;
  error: number;
  type: number;
  bytes: bigint;
  flags: number;
}

/** `poll_oneoff`. Userdata is 100 and the subscription's index. @returns the events, or the errno's name. */
function poll(guest: TestGuest, ...subscriptions: Subscription[]): Event[] | string {
  const { data, bytes } = guest.memory;
  bytes.fill(0, INPUT, INPUT + subscriptions.length * SUBSCRIPTION_SIZE);
  subscriptions.forEach((subscription, index) => {
    const at = INPUT + index * SUBSCRIPTION_SIZE;
    data.setBigUint64(at, BigInt(100 + index), true);
    if ("fd" in subscription) {
      data.setUint8(at + 8, subscription.type);
      data.setInt32(at + 16, subscription.fd, true);
      return;
    }
    data.setUint32(at + 16, subscription.clock, true);
    data.setBigUint64(at + 24, subscription.timeout, true);
    data.setUint16(at + 40, subscription.flags ?? (subscription.isAbsolute ? 1 : 0), true);
  });
  const errno = guest.call("poll_oneoff", INPUT, OUTPUT, subscriptions.length, RESULT_PTR);
  if (errno !== "SUCCESS") return errno;
  return Array.from({ length: guest.size() }, (_, index) => {
    const at = OUTPUT + index * EVENT_SIZE;
    return {
      userdata: data.getBigUint64(at, true),
      error: data.getUint16(at + 8, true),
      type: data.getUint8(at + 10),
      bytes: data.getBigUint64(at + 16, true),
      flags: data.getUint16(at + 24, true),
    };
  });
}

/** A pipe of the host as the guest's stdin (0) and stdout (1). */
function withPipe(newGuest: NewGuest, action: (guest: TestGuest, pipe: number, probe: TestGuest) => void): void {
  using probe = newGuest();
  new Deno.Command("mkfifo", { args: [probe.path("pipe")] }).outputSync();
  const directory = probe.files.openDirectory(probe.directory);
  const pipe = probe.files.openBeneath(directory, new TextEncoder().encode("pipe\0"), 2);
  try {
    using guest = newGuest({ stdin: pipe, stdout: pipe });
    action(guest, pipe, probe);
  } finally {
    probe.files.close(pipe);
    probe.files.close(directory);
  }
}

function elapsed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

const CLOCK_EVENT = { error: 0, type: EVENTTYPE.CLOCK, bytes: 0n, flags: 0 };

wasiTest("poll_oneoff() sleeps for the requested time, and uses no processor", (newGuest) => {
  using guest = newGuest();
  const cpu = () => {
    guest.ok("clock_time_get", CLOCK.PROCESS_CPUTIME, 0n, RESULT_PTR);
    return guest.u64();
  };
  const before = cpu();
  const tookMs = elapsed(() => {
    assertEquals(poll(guest, { clock: CLOCK.MONOTONIC, timeout: 100n * MS }), [{ userdata: 100n, ...CLOCK_EVENT }]);
  });
  assertGreaterOrEqual(tookMs, 100);
  assertLess(tookMs, 400);
  assertLess(cpu() - before, 60n * MS);
});

wasiTest("poll_oneoff() takes times of both clocks, relative and absolute, and past ones", (newGuest) => {
  using guest = newGuest();
  for (const clock of [CLOCK.REALTIME, CLOCK.MONOTONIC]) {
    guest.ok("clock_time_get", clock, 0n, RESULT_PTR);
    const due = guest.u64() + 30n * MS;
    assertEquals(poll(guest, { clock, timeout: due, isAbsolute: true }), [{ userdata: 100n, ...CLOCK_EVENT }]);
    guest.ok("clock_time_get", clock, 0n, RESULT_PTR);
    assertGreaterOrEqual(guest.u64(), due);
    for (const subscription of [{ clock, timeout: 1n, isAbsolute: true }, { clock, timeout: 0n }]) {
      assertLess(elapsed(() => assertEquals(poll(guest, subscription)?.length, 1)), 50);
    }
  }
});

wasiTest("poll_oneoff() returns only the clocks that are due", (newGuest) => {
  using guest = newGuest();
  const events = poll(
    guest,
    { clock: CLOCK.MONOTONIC, timeout: 0xffff_ffff_ffff_ffffn },
    { clock: CLOCK.MONOTONIC, timeout: 20n * MS },
    { clock: CLOCK.MONOTONIC, timeout: 0xffff_ffff_ffff_ffffn, isAbsolute: true },
  );
  assertEquals(events, [{ userdata: 101n, ...CLOCK_EVENT }]);
});

wasiTest("poll_oneoff() waits for a pipe, or for the clock if the pipe has no data", (newGuest) => {
  withPipe(newGuest, (guest) => {
    const stdin = { fd: 0, type: EVENTTYPE.FD_READ };
    const clock = { clock: CLOCK.MONOTONIC, timeout: 30n * MS };
    assertEquals(poll(guest, stdin, clock), [{ userdata: 101n, ...CLOCK_EVENT }]);
    assertEquals(guest.write(1, "hello"), 5);
    const ready = { userdata: 100n, error: 0, type: EVENTTYPE.FD_READ, bytes: 5n, flags: 0 };
    assertLess(elapsed(() => assertEquals(poll(guest, stdin, { ...clock, timeout: 5000n * MS }), [ready])), 1000);
    assertEquals(guest.read(0), "hello");
  });
});

wasiTest("poll_oneoff() reports reading and writing of one descriptor separately", (newGuest) => {
  withPipe(newGuest, (guest) => {
    const events = poll(guest, { fd: 0, type: EVENTTYPE.FD_READ }, { fd: 1, type: EVENTTYPE.FD_WRITE });
    assertEquals(events, [{ userdata: 101n, error: 0, type: EVENTTYPE.FD_WRITE, bytes: 0n, flags: 0 }]);
  });
});

wasiTest("poll_oneoff() finds a file always ready, with the bytes to its end", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  guest.write(fd, "0123456789");
  guest.seek(fd, 4n, 0);
  assertEquals(poll(guest, { fd, type: EVENTTYPE.FD_READ }, { fd, type: EVENTTYPE.FD_WRITE }), [
    { userdata: 100n, error: 0, type: EVENTTYPE.FD_READ, bytes: 6n, flags: 0 },
    { userdata: 101n, error: 0, type: EVENTTYPE.FD_WRITE, bytes: 0n, flags: 0 },
  ]);
});

wasiTest("poll_oneoff() reports wrong subscriptions at once, together with those that are ready", (newGuest) => {
  using guest = newGuest();
  const fd = guest.opened("file", { oflags: OFLAGS.CREAT });
  const blind = guest.opened("file", { rights: RIGHTS.FD_READ });
  const tookMs = elapsed(() => {
    const events = poll(
      guest,
      { clock: CLOCK.MONOTONIC, timeout: 60_000n * MS },
      { fd: 99, type: EVENTTYPE.FD_READ },
      { fd, type: EVENTTYPE.FD_READ },
      { clock: 77, timeout: 0n },
      { clock: CLOCK.THREAD_CPUTIME, timeout: 0n },
      { fd, type: 9 },
      { fd: blind, type: EVENTTYPE.FD_READ },
      { clock: CLOCK.REALTIME, timeout: 0n, flags: 2 },
      { fd: -1, type: EVENTTYPE.FD_WRITE },
    );
    assert(typeof events !== "string");
    assertEquals(events.map(({ userdata, error, type }) => [Number(userdata) - 100, error, type]), [
      [1, 8, 1],
      [2, 0, 1],
      [3, 28, 0],
      [4, 58, 0],
      [5, 28, 9],
      [6, 76, 1],
      [7, 28, 0],
      [8, 8, 2],
    ]);
  });
  assertLess(tookMs, 1000);
});

wasiTest("poll_oneoff() does not sleep when a subscription is wrong", (newGuest) => {
  using guest = newGuest();
  const tookMs = elapsed(() => {
    const events = poll(guest, { clock: CLOCK.MONOTONIC, timeout: 5000n * MS }, { fd: 99, type: EVENTTYPE.FD_READ });
    assertEquals(events, [{ userdata: 101n, error: 8, type: EVENTTYPE.FD_READ, bytes: 0n, flags: 0 }]);
  });
  assertLess(tookMs, 1000);
});

wasiTest(
  "poll_oneoff() refuses an empty list, too many subscriptions, and addresses outside the memory",
  (newGuest) => {
    using guest = newGuest();
    assertEquals(poll(guest), "EINVAL");
    assertEquals(guest.call("poll_oneoff", INPUT, OUTPUT, 5000, RESULT_PTR), "EINVAL");
    assertEquals(guest.call("poll_oneoff", INPUT, OUTPUT, -1, RESULT_PTR), "EINVAL");
    assertEquals(guest.call("poll_oneoff", -16, OUTPUT, 1, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("poll_oneoff", INPUT, -16, 1, RESULT_PTR), "EFAULT");
    assertEquals(guest.call("poll_oneoff", INPUT, OUTPUT, 1, -1), "EFAULT");
  },
);

wasiTest("poll_oneoff() reports a hang-up", async (newGuest) => {
  using probe = newGuest();
  new Deno.Command("mkfifo", { args: [probe.path("pipe")] }).outputSync();
  const directory = probe.files.openDirectory(probe.directory);
  const reader = probe.files.openBeneath(directory, new TextEncoder().encode("pipe\0"), 0o4000);
  const writer = new Deno.Command("sh", { args: ["-c", `printf bye > ${probe.path("pipe")}`] }).spawn();
  await writer.status;
  using guest = newGuest({ stdin: reader });
  const event = { userdata: 100n, error: 0, type: EVENTTYPE.FD_READ, flags: 1 };
  assertEquals(poll(guest, { fd: 0, type: EVENTTYPE.FD_READ }), [{ ...event, bytes: 3n }]);
  assertEquals(guest.read(0), "bye");
  assertEquals(poll(guest, { fd: 0, type: EVENTTYPE.FD_READ }), [{ ...event, bytes: 0n }]);
  assertEquals(guest.read(0), "", "the end");
  assertEquals(guest.fdstat(ROOT).filetype, 3);
  for (const fd of [reader, directory]) probe.files.close(fd);
});
