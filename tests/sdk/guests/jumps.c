// SPDX-License-Identifier: MIT
/* Jumps out of functions: nested, from a callback of libc, and from a handler of a signal, with and without the mask. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static jmp_buf outer, inner;
static sigjmp_buf timeout;

__attribute__((noinline)) static void descend(int depth) {
    char space[1000];
    space[depth] = (char)depth;
    if (depth == 0) longjmp(outer, 7);
    descend(depth - 1);
    printf("not reached %d\n", space[depth]);
}

__attribute__((noinline)) static int count_returns(void) {
    volatile int returns = 0;
    int value = setjmp(inner);
    returns++;
    if (value < 3) longjmp(inner, value + 1);
    return returns;
}

static int compare(const void *a, const void *b) {
    (void)a, (void)b;
    _longjmp(inner, 9);
}

static void stop(int signal) {
    siglongjmp(timeout, signal);
}

static int is_blocked(int signal) {
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, signal);
}

static void wait_for_signal(int keeps_mask) {
    int value = sigsetjmp(timeout, keeps_mask);
    if (value == 0) {
        raise(SIGUSR1);
        puts("not reached");
    }
    printf("signal %d, blocked: %d\n", value, is_blocked(SIGUSR1));
    sigset_t mask;
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

int main(void) {
    volatile int step = 0;
    switch (setjmp(outer)) {
    case 0:
        step = 1;
        descend(20);
        break;
    case 7: step++; longjmp(outer, 0);
    case 1: printf("step %d\n", step);
    }
    for (int i = 0; i < 3; i++) printf("returns: %d\n", count_returns());

    int numbers[4] = {4, 3, 2, 1};
    int value = _setjmp(inner);
    if (value == 0) qsort(numbers, 4, sizeof(int), compare);
    printf("from qsort(): %d\n", value);

    void (*jump)(jmp_buf, int) = longjmp;
    value = setjmp(inner);
    if (value == 0) jump(inner, 5);
    printf("through a pointer: %d\n", value);

    signal(SIGUSR1, stop);
    wait_for_signal(1);
    wait_for_signal(0);
    signal(SIGALRM, stop);
    value = sigsetjmp(timeout, 1);
    if (value == 0) {
        alarm(1);
        pause();
    }
    printf("pause() ended by %d\n", value);
    printf("sizes: %zu %zu\n", sizeof(jmp_buf), sizeof(sigjmp_buf));
    return 0;
}
