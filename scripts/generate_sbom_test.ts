import { assertEquals, assertMatch } from "@std/assert";
import { components, sbom } from "./generate_sbom.ts";

const PINS = Deno.readTextFileSync(new URL("pins.sh", import.meta.url));

Deno.test("the bill of materials has every source that pins.sh downloads, with its checksum", () => {
  const pinned = [...PINS.matchAll(/^([A-Z_]+)_SHA256=(\S+)$/gm)].map(([, , sha256]) => sha256).sort();
  const listed = components().filter(({ name, sha256 }) => name !== "denort" && sha256 !== undefined);
  assertEquals(listed.map(({ sha256 }) => sha256).sort(), pinned);
});

Deno.test("the bill of materials has every npm package that deno.json, pins.sh and the binary use", () => {
  const config = Deno.readTextFileSync(new URL("../deno.json", import.meta.url));
  const used = new Set(
    [...`${config}${PINS}`.matchAll(/npm:([^@"/\s]+)@([^/"\s]+)/g)].map(([, name, version]) => `${name}@${version}`),
  );
  const listed = components().filter(({ purl }) => purl.startsWith("pkg:npm/")).map(({ name, version }) =>
    `${name}@${version}`
  );
  assertEquals(listed.sort(), [...used].sort());
});

Deno.test("the bill of materials is a document of CycloneDX whose references are unique", () => {
  const { bomFormat, specVersion, components: listed, dependencies } = sbom();
  assertEquals([bomFormat, specVersion], ["CycloneDX", "1.6"]);
  const references = listed.map((component) => component["bom-ref"]);
  assertEquals(new Set(references).size, references.length);
  assertEquals(dependencies[0]?.dependsOn.every((reference) => references.includes(reference)), true);
  for (const component of listed) {
    for (const { content } of "hashes" in component ? component.hashes : []) assertMatch(content, /^[0-9a-f]{64}$/);
  }
});
