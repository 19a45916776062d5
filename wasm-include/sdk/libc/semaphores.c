// Semaphores of one process. A guest has one thread, so that only a handler of a signal can post while it waits.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"

static volatile int *value_of(sem_t *semaphore) {
    return &semaphore->__val[0];
}

int sem_init(sem_t *semaphore, int, unsigned value) {
    if (value > SEM_VALUE_MAX) return sys_result(-EINVAL);
    *value_of(semaphore) = (int)value;
    return 0;
}

int sem_destroy(sem_t *) {
    return 0;
}

int sem_getvalue(sem_t *restrict semaphore, int *restrict value) {
    *value = *value_of(semaphore);
    return 0;
}

int sem_post(sem_t *semaphore) {
    if (*value_of(semaphore) == SEM_VALUE_MAX) return sys_result(-EOVERFLOW);
    ++*value_of(semaphore);
    return 0;
}

int sem_trywait(sem_t *semaphore) {
    if (*value_of(semaphore) == 0) return sys_result(-EAGAIN);
    --*value_of(semaphore);
    return 0;
}

int sem_wait(sem_t *semaphore) {
    const unsigned before = sys_interrupting_signals;
    while (sem_trywait(semaphore) < 0) {
        pause();
        if (sys_interrupting_signals != before) return sys_result(-EINTR);
    }
    return 0;
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict until) {
    if (sem_trywait(semaphore) == 0) return 0;
    // Linux does not restart waits until a time.
    const int error = clock_nanosleep(clock, TIMER_ABSTIME, until, NULL);
    return sys_result(error ? -error : -ETIMEDOUT);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    return sem_clockwait(semaphore, CLOCK_REALTIME, until);
}

// Named semaphores are for several processes.

sem_t *sem_open(const char *, int, ...) {
    errno = ENOSYS;
    return SEM_FAILED;
}

int sem_close(sem_t *) {
    return sys_result(-EINVAL);
}

int sem_unlink(const char *) {
    return sys_result(-ENOSYS);
}
