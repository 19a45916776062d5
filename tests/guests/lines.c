// SPDX-License-Identifier: MIT
/* Prints three lines and the beginning of a fourth, then waits until a signal ends it. */
#include "libbpf-wasm.h"

int main(void) {
    printf("one\ntwo\n");
    printf("%s %d\n", "three", 3);
    printf("four");
    for (;;) sleep(1000);
}
