import { assertEquals } from "@std/assert";
import { evaluate } from "../../scripts/headers/clang.ts";
import { CLOCK, EVENTTYPE, FDFLAGS, FILETYPE, FSTFLAGS, OFLAGS, RIGHTS, WHENCE } from "./types.ts";

/** The constants by the prefix of their names in wasi-libc. */
const CONSTANTS: Readonly<Record<string, Readonly<Record<string, number | bigint>>>> = {
  RIGHTS,
  FILETYPE,
  FDFLAGS,
  OFLAGS,
  FSTFLAGS,
  WHENCE,
  EVENTTYPE,
  CLOCKID: {
    REALTIME: CLOCK.REALTIME,
    MONOTONIC: CLOCK.MONOTONIC,
    PROCESS_CPUTIME_ID: CLOCK.PROCESS_CPUTIME,
    THREAD_CPUTIME_ID: CLOCK.THREAD_CPUTIME,
  },
};

Deno.test("WASI's numbers are those of wasi-libc", async () => {
  const numbers = Object.entries(CONSTANTS).flatMap(([prefix, all]) =>
    Object.entries(all).map(([name, value]) => [`__WASI_${prefix}_${name}`, Number(value)] as const)
  );
  const source = { code: "#include <wasi/api.h>", options: ["--target=wasm32-wasi"] };
  const values = await evaluate(source, numbers.map(([name]) => name));
  assertEquals(numbers, numbers.map(([name], index) => [name, values[index] ?? NaN] as const));
});
