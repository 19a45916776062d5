import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_POLICY } from "./guest_policy.ts";
import { parsePolicy, PolicyError } from "./parse_policy.ts";
import { findPolicyProblem, LIMIT_KEYS, POLICY_KEYS } from "./policy_schema.ts";

Deno.test("parsePolicy() reads JSON with comments; keys that are missing have the defaults", () => {
  const file = parsePolicy(`{
    // An XDP firewall.
    "version": 1,
    "network": ["eth0", "wlan*"], /* two */
    "structOps": false,
    "limits": { "programs": 2 },
    "pin": "/sys/fs/bpf/x",
    "directories": ["/etc/hosts:ro"],
    "environment": ["TZ=UTC"],
  }`);
  assertEquals(file, {
    policy: { ...DEFAULT_POLICY, network: ["eth0", "wlan*"], limits: { programs: 2 } },
    pin: "/sys/fs/bpf/x",
    directories: ["/etc/hosts:ro"],
    environment: ["TZ=UTC"],
  });
  assertEquals(parsePolicy("{}").policy, DEFAULT_POLICY);
});

/** Texts with a mistake, and the error. */
const MISTAKES: readonly [text: string, message: string][] = [
  ["", "line 1, column 1: a value is missing"],
  ["// only a comment", "line 1, column 18: a value is missing"],
  ["[]", "line 1, column 1: a policy is an object with keys"],
  ['{\n  "netwrok": true\n}', 'line 2, column 3: unknown key "netwrok", did you mean "network"?'],
  ['{ "constructor": true }', 'line 1, column 3: unknown key "constructor"'],
  ['{ "__proto__": true }', 'line 1, column 3: unknown key "__proto__"'],
  ['{ "deny": 1 }', "line 1, column 11: deny: it is true or false"],
  ['{\n\t"network": "eth0" }', "line 2, column 13: network: it is true, false, or a list of patterns"],
  ['{ "network": ["eth0",\r\n  5] }', "line 2, column 3: network: it is a text"],
  ['{ "ä": 1 }', 'line 1, column 3: unknown key "ä"'],
  ['{ "pin": "ä", "deny": null }', "line 1, column 23: deny: it is true or false"],
  ['{ "limits": { "links": -1 } }', "line 1, column 24: limits: it is a whole number from 0"],
  ['{ "limits": { "links": 1.5 } }', "line 1, column 24: limits: it is a whole number from 0"],
  ['{ "limits": { "link": 1 } }', 'line 1, column 15: unknown key "link", did you mean "links"?'],
  ['{ "limits": [] }', "line 1, column 13: limits: it is an object with limits"],
  ['{ "version": 2 }', "line 1, column 14: version: the only version is 1"],
  ['{ "deny": true, "deny": false }', 'line 1, column 17: key "deny" is there twice'],
  ['{ "deny": true', "line 1, column 15: } is missing"],
  ['{ "deny" true }', "line 1, column 10: a colon is missing"],
  ['{ "deny": true "signal": true }', "line 1, column 16: a comma is missing"],
  ['{ "pin": "x\n" }', "line 1, column 10: a text is not finished"],
  ["{} {}", "line 1, column 4: something follows the end"],
  ['{ "deny": yes }', "line 1, column 11: it is not JSON: an unknown word"],
  ['{ "directories": "x" }', "line 1, column 18: directories: it is a list of texts"],
  ['{ "pin": "" }', "line 1, column 10: pin: it is a text"],
  ["[".repeat(200_000), "line 1, column 18: it is nested too deeply"],
  ['{ /* "deny": true }', "line 1, column 3: a comment is not finished"],
  ['{ "pin": "\\x" }', "line 1, column 10: a text has an unknown escape"],
  ["{ deny: true }", 'line 1, column 3: a key in "quotes" is missing'],
  ['{ "network": [', "line 1, column 15: ] is missing"],
  ['{ "network": ["a" "b"] }', "line 1, column 19: a comma is missing"],
  ['{ "deny": }', "line 1, column 11: a value is missing"],
  ['{ "limits": { "links": 01 } }', "line 1, column 24: it is not JSON: an unknown word"],
  ['{ "deny": true }\n// end\n}', "line 3, column 1: something follows the end"],
];

for (const [text, message] of MISTAKES) {
  Deno.test(`parsePolicy() gives the place of a mistake: ${message}`, () => {
    const nearest = (word: string, known: readonly string[]) =>
      known.find((key) => key.length > 4 && [...word].sort().join("").startsWith([...key].sort().join("").slice(0, 4)));
    assertEquals(assertThrows(() => parsePolicy(text, nearest), PolicyError).message, message);
  });
}

Deno.test("findPolicyProblem() has a rule for every key of a policy and of its limits", () => {
  assertEquals(Object.keys(DEFAULT_POLICY).filter((key) => !Object.hasOwn(POLICY_KEYS, key)), []);
  assertEquals(Object.values(LIMIT_KEYS).every((kind) => kind === "number"), true);
  assertEquals(findPolicyProblem(DEFAULT_POLICY), undefined);
});

const DOCUMENT = Deno.readTextFileSync(new URL("../../../docs/policy.md", import.meta.url));

Deno.test("docs/policy.md has policies that parsePolicy() reads, and every key with its default", () => {
  const examples = [...DOCUMENT.matchAll(/```jsonc\n(.*?)```/gs)].map(([, text = ""]) => parsePolicy(text));
  assertEquals(examples.map(({ policy }) => policy.network), [[], ["eth0"], []]);
  const rows = [...DOCUMENT.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| [^|]+ \| ([^|]+?) +\|/gm)];
  const documented = rows.flatMap(([, keys = "", usual = ""]) =>
    [...keys.matchAll(/`(\w+)`/g)].map(([, key = ""]) => [key, usual.replaceAll("`", "")])
  );
  const given: Readonly<Record<string, string>> = {
    version: "1",
    pin: "none",
    directories: "[]",
    environment: "[]",
  };
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_POLICY };
  const expected = Object.keys(POLICY_KEYS).map((key) => [key, given[key] ?? JSON.stringify(defaults[key])]);
  assertEquals(documented.sort(), expected.sort());
});
