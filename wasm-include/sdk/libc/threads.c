// A guest has one thread. Locks are free whenever that thread asks for them; no other thread can be started.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

int pthread_create(pthread_t *restrict, const pthread_attr_t *restrict, void *(*)(void *), void *restrict) {
    return EAGAIN;
}

pthread_t pthread_self(void) {
    return (pthread_t)1;
}

int(pthread_equal)(pthread_t a, pthread_t b) {
    return a == b;
}

int pthread_join(pthread_t, void **) {
    return ESRCH;
}

int pthread_detach(pthread_t) {
    return ESRCH;
}

int pthread_setname_np(pthread_t, const char *) {
    return 0;
}

_Noreturn void pthread_exit(void *) {
    exit(0);
}

// Word 0 of a mutex counts how often it is locked, word 1 is its type.

int pthread_mutexattr_init(pthread_mutexattr_t *attr) {
    attr->__attr = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *) {
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type) {
    if (type != PTHREAD_MUTEX_NORMAL && type != PTHREAD_MUTEX_RECURSIVE && type != PTHREAD_MUTEX_ERRORCHECK)
        return EINVAL;
    attr->__attr = type;
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *restrict mutex, const pthread_mutexattr_t *restrict attr) {
    *mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (attr) mutex->__u.__i[1] = attr->__attr;
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *) {
    return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
    if (mutex->__u.__i[0] && mutex->__u.__i[1] != PTHREAD_MUTEX_RECURSIVE) return EBUSY;
    mutex->__u.__i[0]++;
    return 0;
}

// A second lock would wait for ever.
int pthread_mutex_lock(pthread_mutex_t *mutex) {
    return pthread_mutex_trylock(mutex) == 0 ? 0 : EDEADLK;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
    if (mutex->__u.__i[0] == 0) return EPERM;
    mutex->__u.__i[0]--;
    return 0;
}

// Word 0 of a lock for reading and writing is the number of readers, or -1 for a writer.

int pthread_rwlock_init(pthread_rwlock_t *restrict lock, const pthread_rwlockattr_t *restrict) {
    *lock = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *) {
    return 0;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
    if (lock->__u.__i[0] < 0) return EDEADLK;
    lock->__u.__i[0]++;
    return 0;
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
    if (lock->__u.__i[0] != 0) return EDEADLK;
    lock->__u.__i[0] = -1;
    return 0;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock) {
    if (lock->__u.__i[0] == 0) return EPERM;
    lock->__u.__i[0] = lock->__u.__i[0] < 0 ? 0 : lock->__u.__i[0] - 1;
    return 0;
}

// Nobody waits for a condition, and nobody can fulfil one.

int pthread_cond_init(pthread_cond_t *restrict condition, const pthread_condattr_t *restrict) {
    *condition = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *) {
    return 0;
}

int pthread_cond_signal(pthread_cond_t *) {
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *) {
    return 0;
}

int pthread_cond_wait(pthread_cond_t *restrict, pthread_mutex_t *restrict) {
    return EDEADLK;
}

int pthread_once(pthread_once_t *control, void (*init)(void)) {
    if (*control) return 0;
    *control = 1;
    init();
    return 0;
}

// Values of keys: the destructors run for no thread, since the only one ends with the process.
static struct {
    _Bool used;
    const void *value;
} keys[PTHREAD_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*)(void *)) {
    for (pthread_key_t i = 0; i < PTHREAD_KEYS_MAX; i++) {
        if (keys[i].used) continue;
        keys[i].used = 1;
        keys[i].value = NULL;
        *key = i;
        return 0;
    }
    return EAGAIN;
}

int pthread_key_delete(pthread_key_t key) {
    if (key >= PTHREAD_KEYS_MAX) return EINVAL;
    keys[key].used = 0;
    return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value) {
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used) return EINVAL;
    keys[key].value = value;
    return 0;
}

void *pthread_getspecific(pthread_key_t key) {
    return key < PTHREAD_KEYS_MAX && keys[key].used ? (void *)keys[key].value : NULL;
}
