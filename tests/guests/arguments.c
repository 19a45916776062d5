// SPDX-License-Identifier: MIT
/* Prints every argument on a line of its own, as the host gave them. */
#include <stdio.h>
int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++) puts(argv[i]);
    return 0;
}
