import { assertEquals } from "@std/assert";
import { forbiddenHelper, refusedProbe, shows, withFileName } from "./log_signs.ts";

Deno.test("shows() looks at every line", () => {
  const log = ["libbpf: prog 'x': failed to load: -22", "libbpf: failed to find valid kernel BTF"];
  assertEquals(shows(log, "noKernelBtf"), true);
  assertEquals(shows(log, "noTargetBtf"), false);
  assertEquals(shows([], "noKernelBtf"), false);
});

Deno.test("refusedProbe() distinguishes functions of the kernel from functions of files", () => {
  assertEquals(refusedProbe(["libbpf: prog 'x': failed to create kretprobe 'f+0x0' perf event: No such"]), "kprobe");
  assertEquals(refusedProbe(["", "libbpf: failed to add legacy uprobe event for /bin/x:0x1: -2"]), "uprobe");
  assertEquals(refusedProbe(["libbpf: failed to create map"]), undefined);
});

Deno.test("forbiddenHelper() finds helpers that reach foreign memory", () => {
  assertEquals(
    forbiddenHelper("program of this type cannot use helper bpf_probe_read_kernel_str#115"),
    "bpf_probe_read_kernel_str",
  );
  assertEquals(forbiddenHelper("program of this type cannot use helper bpf_redirect#23"), undefined);
});

Deno.test("withFileName() replaces only the path of the descriptor, and takes the name literally", () => {
  assertEquals(
    withFileName(["elf: failed to open /proc/self/fd/1: x, /proc/self/fd/12"], "/proc/self/fd/1", "/a$&b"),
    ["elf: failed to open /a$&b: x, /proc/self/fd/12"],
  );
  assertEquals(
    withFileName(
      ["elf: 'f' is 0 in symtab for '/proc/self/fd/7': should not be 0 in a shared library"],
      "/proc/self/fd/7",
      "x",
    ),
    ["elf: failed to find symbol 'f' in 'x'"],
  );
});
