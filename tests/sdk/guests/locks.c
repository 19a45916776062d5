#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static int calls;

static void once(void) {
    calls++;
}

static void show(const char *what, int result) {
    printf("%s %d\n", what, result);
}

static void locks(void) {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, nested;
    show("lock", pthread_mutex_lock(&lock));
    show("is EBUSY", pthread_mutex_trylock(&lock) == EBUSY);
    show("unlock", pthread_mutex_unlock(&lock));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    show("settype", pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    show("init", pthread_mutex_init(&nested, &attributes));
    show("lock", pthread_mutex_lock(&nested));
    show("lock", pthread_mutex_lock(&nested));
    show("unlock", pthread_mutex_unlock(&nested));
    show("unlock", pthread_mutex_unlock(&nested));
    pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
    show("read", pthread_rwlock_rdlock(&shared));
    show("read", pthread_rwlock_rdlock(&shared));
    show("unlock", pthread_rwlock_unlock(&shared));
    show("unlock", pthread_rwlock_unlock(&shared));
    show("write", pthread_rwlock_wrlock(&shared));
    show("unlock", pthread_rwlock_unlock(&shared));
}

int main(void) {
    locks();
    pthread_once_t control = PTHREAD_ONCE_INIT;
    show("once", pthread_once(&control, once));
    show("twice", pthread_once(&control, once));
    show("calls", calls);
    pthread_key_t key;
    show("key", pthread_key_create(&key, NULL));
    show("empty", pthread_getspecific(key) == NULL);
    show("set", pthread_setspecific(key, &calls));
    show("get", pthread_getspecific(key) == &calls);
    return !pthread_equal(pthread_self(), pthread_self());
}
