/**
 * `wasm-bpf new`: writes the sources of a first guest.
 *
 * @module
 */

import { EXIT } from "./exit.ts";
import { command, runCommand } from "./command.ts";
import { HELP } from "./options.ts";
import { printError, writeOutput } from "./output.ts";
import { templateFiles } from "./new_template.ts";
import { withToolchain } from "./toolchain/toolchain.ts";
import { UsageError } from "./usage_error.ts";

const OPTIONS = { help: HELP };

const NEW = command({
  task: "make a guest",
  operands: { noun: "name", min: 1, max: 1 },
  options: OPTIONS,
  page: {
    of: "new",
    usage: [["new NAME", ""]],
    about: [
      "Makes the directory NAME with a guest that prints a line for each program that starts: NAME.bpf.c runs in the kernel, NAME.c " +
      "in WebAssembly, and both share NAME.h. NAME may be a path, whose last part is the guest's name.",
    ],
    options: OPTIONS,
    notes: `Examples:
  wasm-bpf new hello
  wasm-bpf build hello
  sudo wasm-bpf hello/hello.wasm`,
  },
});

/** The names that are also good names of files and, with "_" for "-", of structs in C. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/**
 * Runs `wasm-bpf new`.
 *
 * @param args the arguments after `new`.
 * @returns the exit code: 0; 1 when the directory exists; 2 for wrong arguments; 125 when it cannot be made.
 */
export function newGuest(args: readonly string[]): number {
  return runCommand(NEW, args, ({ operands: [path = ""] }) => {
    const directory = path.replace(/\/+$/, "");
    const name = directory.slice(directory.lastIndexOf("/") + 1);
    if (!NAME.test(name)) {
      throw new UsageError(
        `Cannot make a guest: "${name}" is not a name of letters, digits, "_" and "-" that begins with a letter`,
      );
    }
    return withToolchain({ verbose: false }, ({ files }) => {
      if (files.exists(directory)) {
        printError(`Cannot make "${directory}": it exists`);
        return EXIT.FAILED;
      }
      files.makeDirectory(directory);
      const written = Object.entries(templateFiles(name)).map(([file, text]) => {
        files.write(`${directory}/${file}`, [new TextEncoder().encode(text)], { isNew: true });
        return `  ${directory}/${file}\n`;
      });
      const next = `Next: wasm-bpf build ${directory} && sudo wasm-bpf ${directory}/${name}.wasm\n`;
      return writeOutput(written.join("") + next);
    });
  });
}
