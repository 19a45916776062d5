// SPDX-License-Identifier: MIT
/* Prints every variable of its environment. */
#include <stdio.h>

extern char **environ;

int main(void) {
    for (char **one = environ; one && *one; one++) puts(*one);
    return 0;
}
