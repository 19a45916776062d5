// Semaphores: counting, waiting until a time, and a handler that posts while the program waits.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static sem_t semaphore;

static void post(int signal) {
    (void)signal;
    sem_post(&semaphore);
}

static void ignore(int signal) {
    (void)signal;
}

static void show(const char *name, int result) {
    int value;
    sem_getvalue(&semaphore, &value);
    printf("%s %d %s, value %d\n", name, result, result < 0 ? strerrorname_np(errno) : "", value);
}

// Sends SIGALRM in 20 ms to a handler.
static void alarm_soon(void (*handler)(int), int flags) {
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = handler, .sa_flags = flags}, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 20000}, NULL);
}

int main(void) {
    struct timespec until;
    show("init", sem_init(&semaphore, 0, 2));
    show("too many", sem_init(&semaphore, 0, SEM_VALUE_MAX + 1U));
    show("wait", sem_wait(&semaphore));
    show("trywait", sem_trywait(&semaphore));
    show("trywait", sem_trywait(&semaphore));
    show("post", sem_post(&semaphore));
    clock_gettime(CLOCK_REALTIME, &until);
    show("timedwait", sem_timedwait(&semaphore, &until));
    show("timedwait", sem_timedwait(&semaphore, &until));
    until.tv_nsec = 1000000000;
    show("timedwait", sem_timedwait(&semaphore, &until));
    alarm_soon(post, SA_RESTART);
    show("wait", sem_wait(&semaphore));
    alarm_soon(ignore, 0);
    show("wait", sem_wait(&semaphore));
    alarm_soon(post, SA_RESTART);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 10;
    show("clockwait", sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until));
    sem_init(&semaphore, 0, SEM_VALUE_MAX);
    show("post", sem_post(&semaphore));
    show("destroy", sem_destroy(&semaphore));
}
