/**
 * `wasm-bpf new`: writes the sources of a first guest.
 *
 * @module
 */

import { EXIT } from "./exit.ts";
import { command, runCommand } from "./command.ts";
import { LANGUAGES } from "./languages/all.ts";
import type { Language } from "./languages/language.ts";
import { HELP, type Refuse, single } from "./options.ts";
import { printError, writeOutput } from "./output.ts";
import { templateFiles } from "./new_template.ts";
import type { HostFiles } from "../ffi/system/host_files.ts";
import { shellWord, withToolchain } from "./toolchain/toolchain.ts";
import { UsageError } from "./usage_error.ts";

/** The language of guests without `--lang`. */
const [DEFAULT_LANGUAGE] = LANGUAGES;

const OPTIONS = {
  lang: single({
    value: "LANGUAGE",
    parse: parseLanguage,
    default: DEFAULT_LANGUAGE,
    shownDefault: DEFAULT_LANGUAGE.name,
    help: `the language of the guest: ${LANGUAGES.map(({ name }) => name).join(", ")}`,
  }),
  help: HELP,
};

const NEW = command({
  task: "make a guest",
  operands: { noun: "name", min: 1, max: 1 },
  options: OPTIONS,
  page: {
    of: "new",
    usage: [["new [--lang LANGUAGE] NAME", ""]],
    about: [
      "Makes the directory NAME with a guest that prints a line for each program that starts. NAME.bpf.c runs in the kernel, and is " +
      "in C for all languages; the other source runs in WebAssembly. NAME may be a path, whose last part is the guest's name.",
    ],
    options: OPTIONS,
    notes: `Examples:
  wasm-bpf new hello
  wasm-bpf build hello
  sudo wasm-bpf hello/hello.wasm
  wasm-bpf new --lang rust counter`,
  },
});

/** The names that are also good names of files and, with "_" for "-", of structs in C. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/** Build tools refuse a package with the name of the package that it uses. */
const BINDINGS_NAME = /^wasm[-_]bpf$/;

/**
 * Runs `wasm-bpf new`.
 *
 * @param args the arguments after `new`.
 * @returns the exit code: 0; 1 when the directory exists; 2 for wrong arguments; 125 when it cannot be made.
 */
export function newGuest(args: readonly string[]): number {
  return runCommand(NEW, args, (given) => {
    const [path = ""] = given.operands;
    const directory = path.replace(/\/+$/, "");
    const name = directory.slice(directory.lastIndexOf("/") + 1);
    if (!NAME.test(name)) {
      throw new UsageError(
        `Cannot make a guest: "${name}" is not a name of letters, digits, "_" and "-" that begins with a letter`,
      );
    }
    if (BINDINGS_NAME.test(name)) {
      throw new UsageError(`Cannot make a guest: "${name}" is the name of the package for guests`);
    }
    return withToolchain({ verbose: false }, ({ files }) => {
      if (files.exists(directory)) {
        printError(`Cannot make "${directory}": it exists`);
        return EXIT.FAILED;
      }
      files.makeDirectory(directory);
      const written = Object.entries(templateFiles(name, given.get("lang"))).map(([file, text]) => {
        makeParents(files, directory, file);
        files.write(`${directory}/${file}`, [new TextEncoder().encode(text)], { isNew: true });
        return `  ${directory}/${file}\n`;
      });
      const next = `Next: wasm-bpf build ${shellWord(directory)} && sudo wasm-bpf ${
        shellWord(`${directory}/${name}.wasm`)
      }\n`;
      return writeOutput(written.join("") + next);
    });
  });
}

/** Makes the directories between `directory` and its `file`. */
function makeParents(files: HostFiles, directory: string, file: string): void {
  for (let end = file.indexOf("/"); end >= 0; end = file.indexOf("/", end + 1)) {
    files.makeDirectory(`${directory}/${file.slice(0, end)}`);
  }
}

function parseLanguage(text: string, refuse: Refuse): Language {
  return LANGUAGES.find(({ name }) => name === text) ??
    refuse(`"${text}" is not a language (${LANGUAGES.map(({ name }) => name).join(", ")})`);
}
