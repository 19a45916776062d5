// SPDX-License-Identifier: MIT
/* A native program that spends its time in burn(), which work() calls, until it is killed or ten minutes are over. */
#include <unistd.h>

static void burn(volatile unsigned long *sum) {
    for (unsigned long i = 0; i < 1000000; i++) *sum += i;
}

static void work(volatile unsigned long *sum) {
    for (int i = 0; i < 100; i++) burn(sum);
}

int main(void) {
    volatile unsigned long sum = 0;
    alarm(600);
    for (;;) work(&sum);
}
