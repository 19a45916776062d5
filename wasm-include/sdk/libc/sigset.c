// Sets of signals.
#include <signal.h>
#include <string.h>

#include "sys.h"

#define WORD_BITS (8 * sizeof(unsigned long))
#define WORDS (sizeof(sigset_t) / sizeof(unsigned long))

static int change(sigset_t *set, int signal, int add) {
    if (signal <= 0 || signal >= _NSIG) return sys_result(-EINVAL);
    unsigned long *word = &set->__bits[(unsigned)(signal - 1) / WORD_BITS];
    const unsigned long bit = 1UL << (unsigned)(signal - 1) % WORD_BITS;
    *word = add ? *word | bit : *word & ~bit;
    return 0;
}

int sigemptyset(sigset_t *set) {
    memset(set, 0, sizeof(*set));
    return 0;
}

int sigfillset(sigset_t *set) {
    memset(set, 0xff, sizeof(*set));
    return 0;
}

int sigaddset(sigset_t *set, int signal) {
    return change(set, signal, 1);
}

int sigdelset(sigset_t *set, int signal) {
    return change(set, signal, 0);
}

int sigismember(const sigset_t *set, int signal) {
    if (signal <= 0 || signal >= _NSIG) return sys_result(-EINVAL);
    return set->__bits[(unsigned)(signal - 1) / WORD_BITS] >> (unsigned)(signal - 1) % WORD_BITS & 1;
}

int sigisemptyset(const sigset_t *set) {
    return set->__bits[0] == 0;
}

int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
    for (size_t i = 0; i < WORDS; i++) to->__bits[i] = a->__bits[i] | b->__bits[i];
    return 0;
}

int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
    for (size_t i = 0; i < WORDS; i++) to->__bits[i] = a->__bits[i] & b->__bits[i];
    return 0;
}
