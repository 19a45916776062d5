// SPDX-License-Identifier: MIT
/* Output of test guests: "ok NAME" or "not ok NAME: reason" for each fact, and exit code 1 if one fact is false. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>

static int check_failures;

/* Checks that `got` is `wanted`. */
static inline bool check_equal(const char *name, long long got, long long wanted) {
    bool holds = got == wanted;
    if (holds) {
        printf("ok %s\n", name);
    } else {
        printf("not ok %s: got %lld, wanted %lld\n", name, got, wanted);
        check_failures++;
    }
    fflush(stdout); /* the next step may end the guest */
    return holds;
}

static inline bool check(const char *name, bool holds) {
    return check_equal(name, holds, true);
}

/* The guest's exit code. */
static inline int check_result(void) {
    return check_failures ? 1 : 0;
}

#endif /* CHECK_H */
