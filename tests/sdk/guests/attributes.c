// SPDX-License-Identifier: MIT
/* Attributes of threads and locks, spin locks, barriers for one thread, and the threads of C11. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

static int calls;

static void once(void) {
    calls++;
}

static void clean(void *argument) {
    printf("clean up %s\n", (const char *)argument);
}

int main(void) {
    pthread_attr_t attr;
    int state = -1, policy = -1;
    size_t size = 0;
    pthread_attr_init(&attr);
    pthread_attr_getdetachstate(&attr, &state);
    printf("detach state %d\n", state == PTHREAD_CREATE_JOINABLE);
    printf("set: %d %d %d\n", pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED),
           pthread_attr_setdetachstate(&attr, 7), pthread_attr_setstacksize(&attr, 1));
    pthread_attr_getdetachstate(&attr, &state);
    pthread_attr_setstacksize(&attr, 1 << 20);
    pthread_attr_getstacksize(&attr, &size);
    pthread_attr_setschedpolicy(&attr, SCHED_RR);
    pthread_attr_getschedpolicy(&attr, &policy);
    printf("%d %zu %d\n", state == PTHREAD_CREATE_DETACHED, size, policy == SCHED_RR);
    printf("destroy: %d\n", pthread_attr_destroy(&attr));

    pthread_spinlock_t spin;
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    printf("spin: %d", pthread_spin_lock(&spin));
    printf(" %d", pthread_spin_trylock(&spin) == EBUSY);
    printf(" %d\n", pthread_spin_unlock(&spin));
    pthread_barrier_t barrier;
    printf("barrier: %d", pthread_barrier_init(&barrier, NULL, 1));
    printf(" %d\n", pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);

    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&mutex);
    printf("timed wait: %d\n", pthread_cond_timedwait(&condition, &mutex, &now) == ETIMEDOUT);
    pthread_cleanup_push(clean, "once");
    pthread_cleanup_pop(1);

    mtx_t lock;
    once_flag flag = ONCE_FLAG_INIT;
    mtx_init(&lock, mtx_plain);
    printf("mtx: %d", mtx_lock(&lock));
    printf(" %d", mtx_trylock(&lock));
    printf(" %d\n", mtx_unlock(&lock));
    call_once(&flag, once);
    call_once(&flag, once);
    tss_t key;
    printf("tss: %d", tss_create(&key, NULL));
    printf(" %d", tss_set(key, &calls));
    printf(" %d, calls %d\n", tss_get(key) == &calls, calls);
    printf("current: %d\n", thrd_equal(thrd_current(), thrd_current()) != 0);
    printf("priorities: %d %d %d\n", sched_get_priority_min(SCHED_FIFO), sched_get_priority_max(SCHED_FIFO),
           sched_get_priority_max(SCHED_OTHER));
    return 0;
}
