/** Tests that guests leave no resources behind in the process that ran them. */

import { assertEquals, assertThrows } from "@std/assert";
import { GuestError } from "../../errors/mod.ts";
import { openSystem } from "../../ffi/mod.ts";
import { runGuestOn } from "../../host/mod.ts";
import { runGuest } from "../../mod.ts";
import { testGuest } from "./command.ts";

const TIMES = 20;

/** The descriptors of this process by kind, and its number of mappings of libbpf, maps and perf events. */
function held(): { descriptors: string[]; mappings: number } {
  const descriptors: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      descriptors.push(
        Deno.readLinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, "").replace(/^\/proc\/.*/, "/proc"),
      );
    } catch {
      // This is the descriptor of the listing itself, which is closed now.
    }
  }
  const maps = Deno.readTextFileSync("/proc/self/maps").split("\n");
  return {
    descriptors: descriptors.sort(),
    mappings: maps.filter((line) => /anon_inode|libwasm_bpf|libbpf/.test(line)).length,
  };
}

const ATTEMPTS = 3;

/**
 * Runs `body` often, and asserts that it left nothing. The first run opens the resources that stay open. The runtime may close a
 * socket of an earlier test at the same time. So only a difference in every attempt is a leak.
 */
function assertNothingLeft(body: () => void): void {
  body();
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = held();
    for (let i = 1; i < TIMES; i++) body();
    const after = held();
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    if (attempt === ATTEMPTS) assertEquals(after, before);
  }
}

/** A guest's bytes, and options that keep its files apart from the test's. */
function guest(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(testGuest(name));
}

for (const name of ["two_buffers", "close_in_callback", "map_types", "reject", "exit_in_callback"]) {
  Deno.test(`runGuest() leaves no resources of ${name}`, () => {
    const bytes = guest(name);
    assertNothingLeft(() => void runGuest(bytes, { name }));
  });
}

Deno.test("runGuest() leaves nothing of a guest that traps in a callback", () => {
  const bytes = guest("trap_in_callback");
  assertNothingLeft(() => void assertThrows(() => runGuest(bytes), GuestError));
});

Deno.test("runGuest() leaves nothing of a guest that cannot be linked", () => {
  // (module (import "env" "f" (func)))
  const bytes = Uint8Array.of(
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    1,
    4,
    1,
    0x60,
    0,
    0,
    2,
    9,
    1,
    3,
    0x65,
    0x6e,
    0x76,
    1,
    0x66,
    0,
    0,
  );
  assertNothingLeft(() => void assertThrows(() => runGuest(bytes), GuestError, "env.f"));
});

Deno.test("runGuest() returns every exit code", () => {
  using system = openSystem();
  const bytes = guest("exit_code");
  for (let code = 0; code <= 255; code++) assertEquals(runGuestOn(bytes, { args: [String(code)], system }), code);
  assertEquals(runGuestOn(bytes, { args: ["-1"], system }), 0xffff_ffff);
});
