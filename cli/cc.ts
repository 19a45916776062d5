/**
 * `wasm-bpf cc`: compiles guests in C with clang and the SDK.
 *
 * @module
 */

import { command, runCommand } from "./command.ts";
import { HELP } from "./options.ts";
import { compileGuest } from "./toolchain/compile_guest.ts";
import { GUEST_OPTIONS } from "./toolchain/guest_options.ts";
import { withToolchain } from "./toolchain/toolchain.ts";

const OPTIONS = { ...GUEST_OPTIONS, help: HELP };

const CC = command({
  task: "compile",
  operands: { noun: "source file", min: 1, max: Infinity, passUnknown: true },
  options: OPTIONS,
  page: {
    of: "cc",
    usage: [["cc [options] FILE.c... -o OUT.wasm", ""]],
    about: [
      "Compiles and links a guest in C or C++, with clang 19 or another version, or else with zig cc. All other options go to clang: -I, -D, " +
      "-O (default: -Oz), -W, -std, -l, -L, -c, -E, -MMD, @FILE and so on. Without -g, the result is stripped.",
      "The SDK is looked for in $WASM_BPF_SDK, in sdk/ beside the binary, and in .build/sdk of a checkout.",
    ],
    options: OPTIONS,
    notes: `Examples:
  wasm-bpf cc tool.c helpers.c -o tool.wasm
  wasm-bpf cc -I .output -DDEBUG -g -c tool.c -o tool.o
  wasm-bpf cc --needs /proc/kallsyms --needs /sys/fs/cgroup:rw tool.c -o tool.wasm
  wasm-bpf cc --policy policy.json tool.c -o tool.wasm
  wasm-bpf cc --target wasm32 tool.c -o tool.wasm

Exit code: clang's; 2 wrong arguments, 125 the host failed, 127 a part of the toolchain is missing.`,
  },
});

/**
 * Runs `wasm-bpf cc`.
 *
 * @param args the arguments after `cc`.
 * @returns the exit code.
 */
export function cc(args: readonly string[]): number {
  return runCommand(CC, args, (given) =>
    withToolchain({ verbose: given.get("verbose") }, (tools) => {
      compileGuest(tools, {
        words: given.operands,
        target: given.get("target"),
        needs: given.get("needs"),
        policy: given.get("policy"),
      });
      return 0;
    }));
}
