// Threads of C11, on those of POSIX: a guest has one thread, and cannot start others.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a mtx_t has too little room");

static int result_of(int error) {
    switch (error) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
    }
}

int thrd_create(thrd_t *, thrd_start_t, void *) {
    return thrd_error;
}

int thrd_join(thrd_t, int *) {
    return thrd_error;
}

int thrd_detach(thrd_t) {
    return thrd_error;
}

thrd_t thrd_current(void) {
    return (thrd_t)pthread_self();
}

int(thrd_equal)(thrd_t a, thrd_t b) {
    return a == b;
}

void thrd_yield(void) {}

int thrd_sleep(const struct timespec *duration, struct timespec *rest) {
    if (nanosleep(duration, rest) == 0) return 0;
    return errno == EINTR ? -1 : -2;
}

_Noreturn void thrd_exit(int) {
    exit(0);
}

int mtx_init(mtx_t *mutex, int type) {
    pthread_mutexattr_t attr = {.__attr = type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL};

    return result_of(pthread_mutex_init((pthread_mutex_t *)mutex, &attr));
}

void mtx_destroy(mtx_t *) {}

int mtx_lock(mtx_t *mutex) {
    return result_of(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_trylock(mtx_t *mutex) {
    return result_of(pthread_mutex_trylock((pthread_mutex_t *)mutex));
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict) {
    return mtx_trylock(mutex) == thrd_success ? thrd_success : thrd_timedout;
}

int mtx_unlock(mtx_t *mutex) {
    return result_of(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

int cnd_init(cnd_t *) {
    return thrd_success;
}

void cnd_destroy(cnd_t *) {}

int cnd_signal(cnd_t *) {
    return thrd_success;
}

int cnd_broadcast(cnd_t *) {
    return thrd_success;
}

// No other thread can fulfil the condition.

int cnd_wait(cnd_t *, mtx_t *) {
    return thrd_error;
}

int cnd_timedwait(cnd_t *restrict, mtx_t *restrict, const struct timespec *restrict) {
    return thrd_timedout;
}

void call_once(once_flag *flag, void (*function)(void)) {
    if (*flag) return;
    *flag = 1;
    function();
}

int tss_create(tss_t *key, tss_dtor_t destructor) {
    return result_of(pthread_key_create(key, destructor));
}

void tss_delete(tss_t key) {
    pthread_key_delete(key);
}

int tss_set(tss_t key, void *value) {
    return result_of(pthread_setspecific(key, value));
}

void *tss_get(tss_t key) {
    return pthread_getspecific(key);
}
