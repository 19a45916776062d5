// SPDX-License-Identifier: MIT
/* The host exits with the guest's code: the first argument, or 42. */
#include <stdlib.h>

int main(int argc, char **argv) {
    return argc > 1 ? atoi(argv[1]) : 42;
}
