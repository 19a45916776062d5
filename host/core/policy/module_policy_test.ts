import { assertEquals, assertThrows } from "@std/assert";
import { GuestError } from "../../../errors/mod.ts";
import { withPolicyText } from "../../../wasm/policy_section.ts";
import { ProgramType } from "../../../object/bpf_numbers.ts";
import { limitsOf, policyRules } from "./layers.ts";
import { ALLOW_ALL, DEFAULT_POLICY } from "./guest_policy.ts";
import { readModulePolicy } from "./module_policy.ts";

const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

function moduleWith(text: string): Uint8Array {
  return withPolicyText(EMPTY, text);
}

Deno.test("readModulePolicy() reads the policy of a module; keys that are missing have the defaults", () => {
  assertEquals(readModulePolicy(EMPTY), undefined);
  assertEquals(readModulePolicy(moduleWith('{"network":["lo"]}')), { ...DEFAULT_POLICY, network: ["lo"] });
});

Deno.test("readModulePolicy() refuses a policy with a mistake", () => {
  for (const text of ["", "{", "[]", '{"netwrok":true}', '{"deny":1}', '{"limits":{"links":-1}}']) {
    const { code, message } = assertThrows(() => readModulePolicy(moduleWith(text)), GuestError);
    assertEquals([code, message.startsWith("Cannot run the module: its policy is damaged: ")], [
      "invalid-module",
      true,
    ]);
  }
});

Deno.test("readModulePolicy() shows hidden characters of a module's keys", () => {
  const { message } = assertThrows(() => readModulePolicy(moduleWith('{"a\u202eb":true}')), GuestError);
  assertEquals(message.endsWith('unknown key "a\\u202eb"'), true, message);
});

Deno.test("readModulePolicy() reads text that is nested deeply", () => {
  const { code } = assertThrows(
    () => readModulePolicy(moduleWith("[".repeat(30_000) + "]".repeat(30_000))),
    GuestError,
  );
  assertEquals(code, "invalid-module");
});

Deno.test("policyRules() lets a module narrow what the user allows, and never widen it", () => {
  const program = {
    name: "pass",
    sectionName: "xdp",
    type: ProgramType.XDP,
    expectedAttachType: 0,
    helpers: [],
    kfuncs: [],
    boundTo: undefined,
  };
  const operation = { operation: "load", kind: "object" } as const;
  const request = { kind: "load", operation, programs: [program], maps: [] } as const;
  const narrow = { policy: DEFAULT_POLICY, name: "the module's own policy" };
  assertEquals(policyRules([{ policy: ALLOW_ALL }]).refusal(request), undefined);
  assertEquals(policyRules([{ policy: ALLOW_ALL }, narrow]).refusal(request), {
    reason: 'program "pass" (xdp) changes network traffic, which the module\'s own policy excludes',
  });
  const wide = { policy: ALLOW_ALL, name: "the module's own policy" };
  assertEquals(policyRules([{ policy: DEFAULT_POLICY }, wide]).refusal(request), {
    reason: 'program "pass" (xdp) changes network traffic',
    hint: "--allow-network=INTERFACE allows it",
  });
});

Deno.test("limitsOf() takes the smallest of each limit", () => {
  const layers = [{ links: 5, maps: 1 }, { links: 3, programs: 9 }].map((limits) => ({
    policy: { ...DEFAULT_POLICY, limits },
  }));
  const { links, maps, programs, buffers } = limitsOf(layers);
  assertEquals([links, maps, programs, buffers], [3, 1, 9, undefined]);
});
