// Attributes of threads, locks and barriers. A guest has one thread, which none of them can change: they are kept for the
// functions that read them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>

// A native thread has this stack by default, and at least the smaller one.
#define STACK_BYTES (8UL << 20)
#define LEAST_STACK_BYTES (16UL << 10)
#define GUARD_BYTES 4096UL

// The words of pthread_attr_t.
enum { STACK_SIZE, STACK, GUARD_SIZE, NUMBERS };
// The numbers after them.
enum { DETACH_STATE = 2 * NUMBERS, INHERIT, POLICY, PRIORITY, SCOPE };

int pthread_attr_init(pthread_attr_t *attr) {
    memset(attr, 0, sizeof(*attr));
    attr->__u.__s[STACK_SIZE] = STACK_BYTES;
    attr->__u.__s[GUARD_SIZE] = GUARD_BYTES;
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *) {
    return 0;
}

// A pair of functions for a number that can be 0 to `most`.
#define NUMBER(name, index, most)                                                          \
    int pthread_attr_set##name(pthread_attr_t *attr, int value) {                          \
        if (value < 0 || value > (most)) return EINVAL;                                    \
        attr->__u.__i[index] = value;                                                      \
        return 0;                                                                          \
    }                                                                                      \
    int pthread_attr_get##name(const pthread_attr_t *restrict attr, int *restrict value) { \
        *value = attr->__u.__i[index];                                                     \
        return 0;                                                                          \
    }

NUMBER(detachstate, DETACH_STATE, PTHREAD_CREATE_DETACHED)
NUMBER(inheritsched, INHERIT, PTHREAD_EXPLICIT_SCHED)
NUMBER(schedpolicy, POLICY, SCHED_RR)
NUMBER(scope, SCOPE, PTHREAD_SCOPE_SYSTEM)

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size) {
    if (size < LEAST_STACK_BYTES) return EINVAL;
    attr->__u.__s[STACK_SIZE] = size;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *restrict attr, size_t *restrict size) {
    *size = attr->__u.__s[STACK_SIZE];
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size) {
    attr->__u.__s[GUARD_SIZE] = size;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *restrict attr, size_t *restrict size) {
    *size = attr->__u.__s[GUARD_SIZE];
    return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size) {
    attr->__u.__s[STACK] = (unsigned long)stack;
    return pthread_attr_setstacksize(attr, size);
}

int pthread_attr_getstack(const pthread_attr_t *restrict attr, void **restrict stack, size_t *restrict size) {
    *stack = (void *)attr->__u.__s[STACK];
    return pthread_attr_getstacksize(attr, size);
}

int pthread_attr_setschedparam(pthread_attr_t *restrict attr, const struct sched_param *restrict param) {
    attr->__u.__i[PRIORITY] = param->sched_priority;
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *restrict attr, struct sched_param *restrict param) {
    *param = (struct sched_param){.sched_priority = attr->__u.__i[PRIORITY]};
    return 0;
}

int pthread_getattr_np(pthread_t, pthread_attr_t *attr) {
    return pthread_attr_init(attr);
}

int pthread_getattr_default_np(pthread_attr_t *attr) {
    return pthread_attr_init(attr);
}

int pthread_setattr_default_np(const pthread_attr_t *) {
    return 0;
}

// Attributes of locks. Each kind has one number for everything, so only the functions that set exist for some.

#define ATTRIBUTES(type)                                                                           \
    int type##_init(type##_t *attr) {                                                              \
        memset(attr, 0, sizeof(*attr));                                                            \
        return 0;                                                                                  \
    }                                                                                              \
    int type##_destroy(type##_t *) {                                                               \
        return 0;                                                                                  \
    }                                                                                              \
    int type##_setpshared(type##_t *, int shared) {                                                \
        return shared == PTHREAD_PROCESS_PRIVATE || shared == PTHREAD_PROCESS_SHARED ? 0 : EINVAL; \
    }                                                                                              \
    int type##_getpshared(const type##_t *restrict, int *restrict shared) {                        \
        *shared = PTHREAD_PROCESS_PRIVATE;                                                         \
        return 0;                                                                                  \
    }

ATTRIBUTES(pthread_barrierattr)
ATTRIBUTES(pthread_rwlockattr)
ATTRIBUTES(pthread_condattr)

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock) {
    attr->__attr = (unsigned)clock;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attr, clockid_t *restrict clock) {
    *clock = (clockid_t)attr->__attr;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict type) {
    *type = (int)attr->__attr;
    return 0;
}

// A pair of functions for an attribute of mutexes that stays 0.
#define MUTEX(name)                                                                             \
    int pthread_mutexattr_set##name(pthread_mutexattr_t *, int) {                               \
        return 0;                                                                               \
    }                                                                                           \
    int pthread_mutexattr_get##name(const pthread_mutexattr_t *restrict, int *restrict value) { \
        *value = 0;                                                                             \
        return 0;                                                                               \
    }

MUTEX(pshared)
MUTEX(robust)
MUTEX(protocol)
MUTEX(prioceiling)
