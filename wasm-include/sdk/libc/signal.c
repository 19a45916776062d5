// Signals. The host calls on_signal() for each signal that has a handler, before an import returns. This file has the
// handlers, because the host knows neither their flags nor their types.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

// The reactions and flags of the import `sigaction`.
enum { REACTION_KEEP = -1, REACTION_DEFAULT, REACTION_IGNORE, REACTION_CALL };
#define FLAG_RESTART 1

static struct sigaction actions[_NSIG];
// True for signals whose action is known: the process can have been started with some ignored.
static char known[_NSIG];
static uint64_t blocked;
unsigned sys_handled_signals;
unsigned sys_interrupting_signals;

static uint64_t bit_of(int signal) {
    return 1ULL << (signal - 1);
}

// The first word of a set has all 64 signals.
static uint64_t mask_of(const sigset_t *set) {
    uint64_t mask;

    memcpy(&mask, set, sizeof(mask));
    return mask;
}

static void set_mask(sigset_t *set, uint64_t mask) {
    memset(set, 0, sizeof(*set));
    memcpy(set, &mask, sizeof(mask));
}

static int is_signal(int signal) {
    return signal > 0 && signal < _NSIG;
}

// Signals of faults belong to the engine. A handler is kept for raise() only, since a fault of the guest is a trap.
static int is_fault(int signal) {
    switch (signal) {
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS: return 1;
    default: return 0;
    }
}

// The functions are never called: they are SIG_IGN and SIG_ERR.
void __SIG_IGN(int signal) {
    (void)signal;
}

void __SIG_ERR(int signal) {
    (void)signal;
}

static int set_blocked(uint64_t mask) {
    const uint64_t changeable = ~(bit_of(SIGKILL) | bit_of(SIGSTOP));

    if (blocked == (mask & changeable)) return 0;
    blocked = mask & changeable;
    return sys_sigprocmask(blocked);
}

// Calls the handler of a signal, with the signals blocked that its action names.
static void on_signal(int signal) {
    const struct sigaction action = actions[signal];
    const uint64_t before = blocked;
    siginfo_t info = {.si_signo = signal};

    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) return;
    if (action.sa_flags & SA_RESETHAND) sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    sys_handled_signals++;
    if (!(action.sa_flags & SA_RESTART)) sys_interrupting_signals++;
    set_blocked(before | mask_of(&action.sa_mask) | (action.sa_flags & SA_NODEFER ? 0 : bit_of(signal)));
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(signal, &info, NULL);
    else
        action.sa_handler(signal);
    set_blocked(before);
}

// Sets the host's reaction, and returns the previous one or a negative errno.
static int set_reaction(int signal, const struct sigaction *action) {
    if (is_fault(signal)) return REACTION_DEFAULT;
    if (!action) return sys_sigaction(signal, REACTION_KEEP, 0, NULL);
    if (action->sa_handler == SIG_DFL) return sys_sigaction(signal, REACTION_DEFAULT, 0, NULL);
    if (action->sa_handler == SIG_IGN) return sys_sigaction(signal, REACTION_IGNORE, 0, NULL);
    return sys_sigaction(signal, REACTION_CALL, action->sa_flags & SA_RESTART ? FLAG_RESTART : 0, on_signal);
}

int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old) {
    struct sigaction before;

    if (!is_signal(signal)) return sys_result(-EINVAL);
    before = actions[signal];
    // The handler must be in place before the host can call it.
    if (action) actions[signal] = *action;
    const int previous = set_reaction(signal, action);
    if (previous < 0) {
        actions[signal] = before;
        return sys_result(previous);
    }
    if (!known[signal]) before.sa_handler = previous == REACTION_IGNORE ? SIG_IGN : SIG_DFL;
    if (action) known[signal] = 1;
    if (old) *old = before;
    return 0;
}

void (*signal(int number, void (*handler)(int)))(int) {
    struct sigaction old;
    const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void (*bsd_signal(int, void (*)(int)))(int) __attribute__((alias("signal")));
void (*__sysv_signal(int, void (*)(int)))(int) __attribute__((alias("signal")));

int siginterrupt(int signal, int interrupts) {
    struct sigaction action;

    if (sigaction(signal, NULL, &action) < 0) return -1;
    action.sa_flags = interrupts ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
    return sigaction(signal, &action, NULL);
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old) {
    const uint64_t before = blocked;
    int result = 0;

    if (set) {
        const uint64_t mask = mask_of(set);

        switch (how) {
        case SIG_BLOCK: result = set_blocked(before | mask); break;
        case SIG_UNBLOCK: result = set_blocked(before & ~mask); break;
        case SIG_SETMASK: result = set_blocked(mask); break;
        default: result = -EINVAL;
        }
    }
    if (result == 0 && old) set_mask(old, before);
    return sys_result(result);
}

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old) {
    return sigprocmask(how, set, old) < 0 ? errno : 0;
}

int pause(void) {
    return sys_result(sys_pause());
}

int sigsuspend(const sigset_t *set) {
    const uint64_t before = blocked;
    const unsigned handled = sys_handled_signals;
    int result = set_blocked(mask_of(set));

    // A signal that was pending has been handled by now.
    if (result == 0) result = sys_handled_signals == handled ? sys_pause() : -EINTR;
    set_blocked(before);
    return sys_result(result);
}

int raise(int signal) {
    if (signal == 0) return 0;
    if (!is_signal(signal)) return sys_result(-EINVAL);
    if (actions[signal].sa_handler == SIG_IGN) return 0;
    // A blocked signal, or one of a fault without a handler, goes through the process.
    if (actions[signal].sa_handler == SIG_DFL || blocked & bit_of(signal))
        return sys_result(sys_kill(getpid(), signal));
    on_signal(signal);
    return 0;
}

int kill(pid_t pid, int signal) {
    if (pid == getpid() || pid == 0) return raise(signal);
    return sys_result(sys_kill(pid, signal));
}

int killpg(pid_t group, int signal) {
    return group == 0 ? raise(signal) : sys_result(-EPERM);
}
