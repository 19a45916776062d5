// SPDX-License-Identifier: MIT
/*
 * A program with leaks. Each round loses 3 blocks of known sizes and frees 4.
 *   leaky          a round every 10 ms, until it is ended
 *   leaky ROUNDS   waits for a byte on stdin, goes ROUNDS rounds, writes "done", and waits for the end of stdin
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))

static void *volatile lost;

KEPT void lose_record(void) {
    lost = malloc(100);
    __asm__ volatile("");
}

KEPT void lose_table(void) {
    lost = calloc(3, 50);
    __asm__ volatile("");
}

KEPT void lose_grown(void) {
    lost = malloc(10);
    lost = realloc(lost, 40);
    lost = realloc(lost, 5000);
    __asm__ volatile("");
}

KEPT void lose_nothing(void) {
    lost = malloc(1000);
    free(lost);
    lost = aligned_alloc(64, 256);
    free(lost);
    __asm__ volatile("");
}

KEPT void go_round(void) {
    lose_record();
    lose_table();
    lose_grown();
    lose_nothing();
    __asm__ volatile("");
}

int main(int argc, char **argv) {
    char byte;
    if (argc < 2) {
        for (;; usleep(10000)) go_round();
    }
    if (read(STDIN_FILENO, &byte, 1) != 1) return 1;
    for (long left = atol(argv[1]); left > 0; left--) go_round();
    if (write(STDOUT_FILENO, "done\n", 5) != 5) return 1;
    return read(STDIN_FILENO, &byte, 1) != 0;
}
