// SPDX-License-Identifier: MIT
/*
 * A native program that waits for a line and then passes the USDT probe wasm_bpf:work five times. Its note, like those of
 * sys/sdt.h, describes three arguments: a number in a register, the address of a text in a register, and a constant.
 */
#include <stdio.h>

#ifdef __x86_64__
#define CONSTANT "$-7"
#else
#define CONSTANT "-7"
#endif

static void work(int number, const char *text) {
    (void)*(const volatile char *)text; /* BPF programs cannot read a page that is not in memory */
    __asm__ volatile(
        "990: nop\n"
        ".pushsection .note.stapsdt, \"?\", \"note\"\n"
        ".balign 4\n"
        ".4byte 992f-991f, 994f-993f, 3\n"
        "991: .asciz \"stapsdt\"\n"
        "992: .balign 4\n"
        "993: .8byte 990b\n"
        ".8byte _.stapsdt.base\n"
        ".8byte 0\n"
        ".asciz \"wasm_bpf\"\n"
        ".asciz \"work\"\n"
        ".asciz \"-4@%[number] 8@%[text] -4@" CONSTANT
        "\"\n"
        "994: .balign 4\n"
        ".popsection\n"
        ".ifndef _.stapsdt.base\n"
        ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
        ".weak _.stapsdt.base\n"
        ".hidden _.stapsdt.base\n"
        "_.stapsdt.base: .space 1\n"
        ".size _.stapsdt.base, 1\n"
        ".popsection\n"
        ".endif\n"
        :
        : [number] "r"(number), [text] "r"(text));
}

int main(void) {
    static const char *const texts[] = {"one", "two", "", "four", "five"};
    getchar();
    for (int i = 0; i < 5; i++) work(1000 * i - 2000, texts[i]);
    return 0;
}
