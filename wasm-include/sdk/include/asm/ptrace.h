// Registers as BPF programs see them on x86_64. A guest that reads registers works on machines of that kind only.
#pragma once

struct pt_regs {
    unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
    unsigned long rip, cs, eflags, rsp, ss;
};
