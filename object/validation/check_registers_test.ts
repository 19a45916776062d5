import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import type { Machine } from "../../errors/machine.ts";
import { compileSource } from "../testdata/compile.ts";
import { validateObject } from "./validate_object.ts";

/** The registers of each machine, as the headers of libc define them. */
const HEADERS: Readonly<Record<Machine, string>> = {
  x86_64: `struct pt_regs {
      unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
    };
    #define FIRST(ctx) ((ctx)->rdi)`,
  aarch64: `struct pt_regs;
    struct user_pt_regs { unsigned long long regs[31], sp, pc, pstate; };
    #define FIRST(ctx) (((const struct user_pt_regs *)(ctx))->regs[0])`,
};

/** vmlinux.h of each machine. */
const VMLINUX: Readonly<Record<Machine, string>> = {
  x86_64: `struct pt_regs { unsigned long r15, r14, di, orig_ax; } __attribute__((preserve_access_index));
    #define FIRST(ctx) ((ctx)->di)`,
  aarch64: `struct user_pt_regs { unsigned long long regs[31], sp, pc, pstate; } __attribute__((preserve_access_index));
    struct pt_regs { struct user_pt_regs user_regs; unsigned long long orig_x0; } __attribute__((preserve_access_index));
    #define FIRST(ctx) (((const struct user_pt_regs *)(ctx))->regs[0])`,
};

const COMMON = `
  #define SEC(name) __attribute__((section(name), used))
  static long (*bpf_ktime_get_ns)(void) = (void *)5;
  static long (*bpf_probe_read_kernel)(void *to, unsigned size, const void *from) = (void *)113;
  static long (*bpf_get_stack)(void *ctx, void *to, unsigned size, unsigned long flags) = (void *)67;
  extern int choice;
  long seen;
  int choice;
  char LICENSE[] SEC("license") = "GPL";
`;

const MACHINES: readonly Machine[] = ["x86_64", "aarch64"];
const OTHER: Readonly<Record<Machine, Machine>> = { x86_64: "aarch64", aarch64: "x86_64" };

function compile(header: string, body: string, section = "uprobe"): Uint8Array {
  return compileSource(`${header}${COMMON}SEC("${section}") int program(struct pt_regs *ctx) { ${body} return 0; }`);
}

/** Programs that read a register of the context. */
const READERS: Readonly<Record<string, string>> = {
  "a load": "seen = FIRST(ctx);",
  "a load behind a branch": "if (choice == 3) { seen = FIRST(ctx); }",
  "a load after a call": "seen = bpf_ktime_get_ns(); seen += FIRST(ctx);",
  "a load through the stack": `struct pt_regs *volatile kept = ctx; seen = FIRST(kept);`,
  "a helper": "long value = 0; bpf_probe_read_kernel(&value, 8, &FIRST(ctx)); seen = value;",
};

for (const [how, body] of Object.entries(READERS)) {
  Deno.test(`validateObject() refuses a program that reads registers of another machine by ${how}`, () => {
    for (const machine of MACHINES) {
      const object = compile(HEADERS[machine], body);
      validateObject(object, { machine });
      validateObject(object);
      assertThrows(() => validateObject(object, { machine: OTHER[machine] }), FormatError, 'program "program" reads');
    }
  });
}

Deno.test("validateObject() names both machines, or says that the object is for another one", () => {
  const refusal = (compiledFor: Machine) => {
    const object = compile(HEADERS[compiledFor], "seen = FIRST(ctx);");
    return assertThrows(() => validateObject(object, { machine: OTHER[compiledFor] }), FormatError).problem;
  };
  assertEquals(
    refusal("x86_64"),
    'program "program" reads registers, and was compiled for x86_64 (-D__TARGET_ARCH_x86); ' +
      "this machine is aarch64 (-D__TARGET_ARCH_arm64)",
  );
  assertEquals(
    refusal("aarch64"),
    'program "program" reads registers, and was compiled for another machine; ' +
      "this machine is x86_64 (-D__TARGET_ARCH_x86)",
  );
});

Deno.test("validateObject() refuses programs of each section whose context begins with registers", () => {
  const sections = ["kprobe/f", "?kprobe", "kretprobe/f", "uretprobe", "uprobe.s", "kprobe.multi/f*", "ksyscall/open"];
  for (const section of [...sections, "usdt", "perf_event", "uprobe//bin/true:main"]) {
    const object = compile(HEADERS.x86_64, "seen = FIRST(ctx);", section);
    assertThrows(() => validateObject(object, { machine: "aarch64" }), FormatError, "reads registers", section);
  }
  for (const section of ["xdp", "raw_tp/sys_enter", "kprobes", "perf_events"]) {
    validateObject(compile(HEADERS.x86_64, "seen = FIRST(ctx);", section), { machine: "aarch64" });
  }
});

Deno.test("validateObject() leaves to libbpf the registers that vmlinux.h describes", () => {
  for (const machine of MACHINES) {
    for (const body of [READERS["a load"] ?? "", READERS["a helper"] ?? ""]) {
      const object = compile(VMLINUX[machine], body);
      for (const on of MACHINES) validateObject(object, { machine: on });
    }
  }
});

Deno.test("validateObject() accepts programs for any machine that read no registers", () => {
  const passed = "char stack[64]; bpf_get_stack(ctx, stack, sizeof(stack), 0); seen = stack[choice & 63];";
  for (const header of [...Object.values(HEADERS), ...Object.values(VMLINUX)]) {
    for (const body of ["", "seen++;", passed]) {
      for (const machine of MACHINES) validateObject(compile(header, body), { machine });
    }
  }
});
