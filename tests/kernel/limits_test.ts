/** Tests the limits of a guest's resources on the real kernel. */

import { assertEquals, assertMatch } from "@std/assert";
import { ANY_PROGRAM, failures, runWasmBpf, testGuest } from "./command.ts";

const LIMITS = testGuest("limits");

Deno.test("a guest may have 512 links, 64 objects, 64 buffers and 512 shared maps, and the message beyond a limit names it", async () => {
  const finished = await runWasmBpf([...ANY_PROGRAM, LIMITS, "512"]);
  assertEquals(failures(finished), []);
  const lines = finished.stderr.trimEnd().split("\n");
  assertEquals(lines.map((line) => line.replace(/^wasm-bpf: /, "")), [
    'Cannot attach "on_perf_event": EMFILE: the guest has 512 links, and may have 512 (hint: --max-links N allows more)',
    'Cannot open a buffer on map "ring_b": EMFILE: the guest has 64 buffers, and may have 64',
    'Cannot open object "limits": EMFILE: the guest has 64 objects, and may have 64',
    'Cannot share map "cells": EMFILE: the guest has 512 shared maps, and may have 512',
  ]);
});

Deno.test("wasm-bpf --max-links is the number of links that a guest may have", async () => {
  for (const most of ["0", "3", "600"]) {
    const finished = await runWasmBpf([`--max-links=${most}`, LIMITS, most, "links"]);
    assertEquals(failures(finished), []);
    assertMatch(finished.stderr, new RegExp(`: EMFILE: the guest has ${most} links, and may have ${most} \\(hint: `));
  }
});
