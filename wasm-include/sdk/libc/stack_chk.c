// SPDX-License-Identifier: MIT
// The check of the stack that a few functions of the compiler's own library have, such as the division of __int128.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uintptr_t __stack_chk_guard = 0x9e3779b97f4a7c15;

void __stack_chk_fail(void) {
    fputs("The stack is damaged\n", stderr);
    abort();
}
