import { assertEquals } from "@std/assert";
import { MapType, ProgramType } from "../../object/bpf_numbers.ts";
import { CAPABILITY } from "../system/linux_numbers.ts";
import { mapNeeds, missingCapabilities, privilegeRows, programNeeds } from "./privileges.ts";

const DOCUMENT = new URL("../../docs/privileges.md", import.meta.url);

Deno.test("privilegeRows() is the table of docs/privileges.md", async () => {
  const lines = (await Deno.readTextFile(DOCUMENT)).split("\n");
  const start = lines.findIndex((line) => /^\| kind of program +\| to load/.test(line));
  const rows = lines.slice(start + 2, lines.indexOf("", start)).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  assertEquals(
    rows,
    privilegeRows().map(({ programs, load, attach }) => [programs, load.join(", "), attach.join(", ")]),
  );
});

Deno.test("programNeeds() distinguishes uprobes from kprobes by their section, and has every type", () => {
  const needs = (type: number, sectionName: string) =>
    programNeeds({ type, sectionName, expectedAttachType: 0 }, "attach");
  assertEquals(needs(ProgramType.KPROBE, "uretprobe//bin/true:main"), ["CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN"]);
  assertEquals(needs(ProgramType.KPROBE, "usdt"), ["CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN"]);
  assertEquals(needs(ProgramType.KPROBE, "uprobe.s//bin/true:main"), ["CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN"]);
  for (const section of ["kprobe/schedule", "uprobe.multi//bin/true:m*", "uretprobe.multi.s//bin/true:m*"]) {
    assertEquals(needs(ProgramType.KPROBE, section), ["CAP_BPF", "CAP_PERFMON"], section);
  }
  const known = privilegeRows().flatMap(({ types }) => types);
  const unknown = Object.entries(ProgramType).filter(([, type]) => !known.includes(type)).map(([name]) => name);
  assertEquals(unknown, ["UNSPEC", "LIRC_MODE2"]);
});

Deno.test("mapNeeds() requires CAP_NET_ADMIN for maps of sockets and devices, CAP_SYS_ADMIN for hashes without a seed", () => {
  const needs = (type: number, flags = 0) => mapNeeds({ type, keySize: 4, valueSize: 4, maxEntries: 1, flags });
  assertEquals(needs(MapType.HASH), ["CAP_BPF"]);
  assertEquals(needs(MapType.XSKMAP), ["CAP_BPF", "CAP_NET_ADMIN"]);
  assertEquals(needs(MapType.HASH, 1 << 6), ["CAP_BPF", "CAP_SYS_ADMIN"]);
});

Deno.test("missingCapabilities() accepts CAP_SYS_ADMIN in place of the same capabilities as bpf(2)", () => {
  const admin = 1n << CAPABILITY.CAP_SYS_ADMIN;
  assertEquals(missingCapabilities(["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN", "CAP_BPF"], admin), []);
  assertEquals(missingCapabilities(["CAP_NET_RAW", "CAP_DAC_READ_SEARCH"], admin), [
    "CAP_NET_RAW",
    "CAP_DAC_READ_SEARCH",
  ]);
  assertEquals(missingCapabilities(["CAP_SYS_ADMIN"], 0n), ["CAP_SYS_ADMIN"]);
});
