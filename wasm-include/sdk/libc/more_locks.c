// Locks that only the one thread of a guest takes, and waits that would never end.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

int pthread_spin_init(pthread_spinlock_t *lock, int) {
    *lock = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *) {
    return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock) {
    if (*lock) return EBUSY;
    *lock = 1;
    return 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock) {
    return pthread_spin_trylock(lock) == 0 ? 0 : EDEADLK;
}

int pthread_spin_unlock(pthread_spinlock_t *lock) {
    *lock = 0;
    return 0;
}

// Word 0 of a barrier is the number of threads that it waits for.

int pthread_barrier_init(pthread_barrier_t *restrict barrier, const pthread_barrierattr_t *restrict, unsigned count) {
    if (count == 0) return EINVAL;
    barrier->__u.__i[0] = (int)count;
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *) {
    return 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier) {
    return barrier->__u.__i[0] == 1 ? PTHREAD_BARRIER_SERIAL_THREAD : EDEADLK;
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict) {
    return pthread_mutex_trylock(mutex) == 0 ? 0 : ETIMEDOUT;
}

int pthread_mutex_consistent(pthread_mutex_t *) {
    return EINVAL;
}

int pthread_mutex_getprioceiling(const pthread_mutex_t *restrict, int *restrict) {
    return EINVAL;
}

int pthread_mutex_setprioceiling(pthread_mutex_t *restrict, int, int *restrict) {
    return EINVAL;
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) {
    return pthread_rwlock_rdlock(lock) == 0 ? 0 : EBUSY;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) {
    return pthread_rwlock_wrlock(lock) == 0 ? 0 : EBUSY;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict) {
    return pthread_rwlock_rdlock(lock) == 0 ? 0 : ETIMEDOUT;
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict) {
    return pthread_rwlock_wrlock(lock) == 0 ? 0 : ETIMEDOUT;
}

// No other thread can fulfil the condition.
int pthread_cond_timedwait(pthread_cond_t *restrict, pthread_mutex_t *restrict, const struct timespec *restrict) {
    return ETIMEDOUT;
}

// Threads that are not the only one do not exist.

int pthread_kill(pthread_t thread, int number) {
    return thread == pthread_self() ? (raise(number) == 0 ? 0 : errno) : ESRCH;
}

int pthread_cancel(pthread_t) {
    return ESRCH;
}

int pthread_tryjoin_np(pthread_t, void **) {
    return ESRCH;
}

int pthread_timedjoin_np(pthread_t, void **, const struct timespec *) {
    return ESRCH;
}

void pthread_testcancel(void) {}

int pthread_setcancelstate(int state, int *old) {
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) return EINVAL;
    if (old) *old = PTHREAD_CANCEL_ENABLE;
    return 0;
}

int pthread_setcanceltype(int type, int *old) {
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) return EINVAL;
    if (old) *old = PTHREAD_CANCEL_DEFERRED;
    return 0;
}

void _pthread_cleanup_push(struct __ptcb *cleanup, void (*function)(void *), void *argument) {
    cleanup->__f = function;
    cleanup->__x = argument;
}

void _pthread_cleanup_pop(struct __ptcb *cleanup, int runs) {
    if (runs) cleanup->__f(cleanup->__x);
}

// A guest cannot fork, so nothing is called.
int pthread_atfork(void (*)(void), void (*)(void), void (*)(void)) {
    return 0;
}

int pthread_getconcurrency(void) {
    return 0;
}

int pthread_setconcurrency(int level) {
    return level < 0 ? EINVAL : 0;
}

// The host's thread keeps its processors and its priority.

int pthread_setaffinity_np(pthread_t, size_t, const cpu_set_t *) {
    return ENOSYS;
}

int pthread_getaffinity_np(pthread_t, size_t, cpu_set_t *) {
    return ENOSYS;
}

int pthread_setschedparam(pthread_t, int, const struct sched_param *) {
    return ENOSYS;
}

int pthread_setschedprio(pthread_t, int) {
    return ENOSYS;
}

int pthread_getschedparam(pthread_t, int *restrict policy, struct sched_param *restrict param) {
    *policy = SCHED_OTHER;
    *param = (struct sched_param){0};
    return 0;
}

int pthread_getcpuclockid(pthread_t, clockid_t *clock) {
    *clock = CLOCK_THREAD_CPUTIME_ID;
    return 0;
}

int sched_get_priority_max(int policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR ? 99 : 0;
}

int sched_get_priority_min(int policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}
