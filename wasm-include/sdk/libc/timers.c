// The timer that sends SIGALRM.
#include <sys/time.h>
#include <unistd.h>

#include "sys.h"

int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict old) {
    // Without a value, Linux stops the timer.
    static const struct itimerval stopped;

    return sys_result(sys_setitimer(which, value ? value : &stopped, old));
}

int getitimer(int which, struct itimerval *value) {
    return sys_result(sys_setitimer(which, NULL, value));
}

unsigned alarm(unsigned seconds) {
    struct itimerval timer = {.it_value.tv_sec = seconds}, old;

    if (setitimer(ITIMER_REAL, &timer, &old) < 0) return 0;
    return old.it_value.tv_sec + (old.it_value.tv_usec > 0);
}

useconds_t ualarm(useconds_t useconds, useconds_t interval) {
    struct itimerval timer = {{interval / 1000000, interval % 1000000}, {useconds / 1000000, useconds % 1000000}}, old;

    if (setitimer(ITIMER_REAL, &timer, &old) < 0) return 0;
    return old.it_value.tv_sec * 1000000 + old.it_value.tv_usec;
}
