// SPDX-License-Identifier: MIT
/* Opens the file of its first argument. Prints the reason if that fails. */
#include <stdio.h>

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!file) return perror(argc > 2 ? argv[2] : argv[1]), 1;
    return fclose(file);
}
