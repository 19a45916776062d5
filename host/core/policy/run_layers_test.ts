import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_POLICY, type GuestPolicy } from "./guest_policy.ts";
import { layersOf } from "./run_layers.ts";

const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** A policy as a JavaScript program may give it. */
function untyped(text: string): GuestPolicy {
  return JSON.parse(text);
}

Deno.test("layersOf() has the default policy for a run without one, and --read-only before it", () => {
  assertEquals(layersOf(EMPTY, {}), [{ policy: DEFAULT_POLICY }]);
  assertEquals(layersOf(EMPTY, { readOnly: true }).map(({ name }) => name), ["--read-only", undefined]);
});

Deno.test("layersOf() completes a policy of a JavaScript program, and refuses one with a mistake", () => {
  assertEquals(layersOf(EMPTY, { policy: untyped('{"deny":true}') }), [{ policy: { ...DEFAULT_POLICY, deny: true } }]);
  const mistakes = [['{"deny":"no"}', "deny: it is true or false"], ['{"denny":true}', 'denny: unknown key "denny"']];
  for (const [text = "", reason] of mistakes) {
    const { message } = assertThrows(() => layersOf(EMPTY, { policy: untyped(text) }), TypeError);
    assertEquals(message, `Cannot use policy: ${reason}`);
  }
});

Deno.test("layersOf() has the older options in the caller's policy", () => {
  const [layer] = layersOf(EMPTY, { allowPersistentStructOps: true, maxLinks: 3 });
  assertEquals([layer?.policy.persist, layer?.policy.limits.links], [true, 3]);
});
