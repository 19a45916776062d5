import { assertEquals } from "@std/assert";
import { unknownSubcommand } from "./subcommand_names.ts";

/** Words, and the text in brackets of their message. */
const ADVICE: Readonly<Record<string, string>> = {
  inspct: "did you mean inspect?",
  Inspekt: "did you mean inspect?",
  gn: "did you mean gen?",
  genn: "did you mean gen?",
  rnu: "did you mean run?",
  help: "did you mean --help?",
  hlp: "did you mean --help?",
  version: "did you mean --version?",
  skeleton: "did you mean gen skeleton?",
  inspect: "subcommands come first: wasm-bpf inspect ...",
  list: "see wasm-bpf --help",
  constructor: "see wasm-bpf --help",
  x: "see wasm-bpf --help",
};

Deno.test("unknownSubcommand() suggests the likely subcommand", () => {
  for (const [word, advice] of Object.entries(ADVICE)) {
    assertEquals(unknownSubcommand(word), `Cannot run "${word}": no such file or subcommand (${advice})`);
  }
});

Deno.test("unknownSubcommand() ignores paths", () => {
  for (const path of ["", "-", "a.wasm", "./inspct", "dir/gen", "gen2", "--inspct"]) {
    assertEquals(unknownSubcommand(path), undefined);
  }
});
