// Signals, for tests/kernel/signals_test.ts. The same program is also built for Linux, and must print the same.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t last, calls;

static void note(int signal) {
    last = signal;
    calls++;
}

static void note_info(int signal, siginfo_t *info, void *context) {
    (void)context;
    last = signal == info->si_signo ? signal : -1;
    calls++;
}

static void nap(void) {
    struct timespec rest = {.tv_nsec = 10000000};

    while (nanosleep(&rest, &rest) < 0) {}
}

static void result(const char *call, long value) {
    if (value < 0)
        printf("%s: %s, signal %d\n", call, strerror(errno), last);
    else
        printf("%s: %ld, signal %d\n", call, value, last);
    last = 0;
}

// Sends SIGALRM after 0.2 s.
static void set_alarm(void) {
    const struct itimerval timer = {.it_value.tv_usec = 200000};

    setitimer(ITIMER_REAL, &timer, NULL);
}

// Ends while a timer still runs.
static int ticking(void) {
    const struct itimerval timer = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};

    signal(SIGALRM, note);
    setitimer(ITIMER_REAL, &timer, NULL);
    puts("the end");
    return 0;
}

static int loop(void) {
    if (signal(SIGINT, note) == SIG_ERR || signal(SIGTERM, note) == SIG_ERR) return 1;
    puts("ready");
    while (!last) nap();
    printf("signal %d, %d in all\n", last, calls > 0);
    return 0;
}

_Noreturn static int busy(void) {
    signal(SIGINT, note);
    puts("ready");
    for (;;) __asm__ volatile("");
}

// Handles signals after a second without calls.
static int slow(void) {
    signal(SIGINT, note);
    puts("ready");
    for (volatile int i = 0; i < 200000000; i++) {}
    while (!last) nap();
    printf("signal %d\n", last);
    return 0;
}

_Noreturn static int partial(void) {
    puts("ready");
    printf("no line break");
    for (;;) nap();
}

static int await_input(void) {
    char byte;

    puts("ready");
    return read(0, &byte, 1) < 0;
}

static int read_file(const char *path) {
    const struct sigaction interrupting = {.sa_handler = note};
    const int fd = open(path, O_RDONLY);
    char bytes[4096];
    ssize_t count;

    sigaction(SIGINT, &interrupting, NULL);
    puts("ready");
    while ((count = read(fd, bytes, sizeof(bytes))) > 0) {}
    result("read", count);
    return 0;
}

static int waits(void) {
    const struct sigaction restarting = {.sa_handler = note, .sa_flags = SA_RESTART};
    const struct sigaction interrupting = {.sa_handler = note};
    struct pollfd input = {.fd = 0, .events = POLLIN};
    struct timeval second = {.tv_sec = 5};
    struct timespec time = {.tv_sec = 5};
    fd_set set;
    char byte;

    sigaction(SIGALRM, &restarting, NULL);
    set_alarm();
    result("poll", poll(&input, 1, 5000));
    set_alarm();
    FD_ZERO(&set);
    FD_SET(0, &set);
    result("select", select(1, &set, NULL, NULL, &second));
    set_alarm();
    result("nanosleep", nanosleep(&time, &time));
    printf("rest %ld s\n", (long)time.tv_sec);
    set_alarm();
    result("usleep", usleep(5000000));
    set_alarm();
    result("sleep", sleep(5));
    set_alarm();
    result("pause", pause());
    sigaction(SIGALRM, &interrupting, NULL);
    set_alarm();
    result("read", read(0, &byte, 1));
    sigaction(SIGALRM, &restarting, NULL);
    puts("input");
    set_alarm();
    // The test writes a byte after the signal.
    result("restarted read", read(0, &byte, 1));
    return 0;
}

static int reactions(void) {
    struct sigaction action = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_RESETHAND}, old;

    sigaction(SIGUSR1, &action, &old);
    printf("default %d\n", old.sa_handler == SIG_DFL);
    raise(SIGUSR1);
    printf("info %d\n", last);
    sigaction(SIGUSR1, NULL, &old);
    printf("reset %d\n", old.sa_handler == SIG_DFL);
    printf("previous %d\n", signal(SIGUSR2, SIG_IGN) == SIG_DFL);
    kill(getpid(), SIGUSR2);
    printf("ignored %d\n", signal(SIGUSR2, note) == SIG_IGN);
    kill(getpid(), SIGUSR2);
    printf("handled %d, same %d\n", last, signal(SIGUSR2, SIG_DFL) == note);
    printf("SIGKILL %d\n", signal(SIGKILL, note) == SIG_ERR);
    printf("reason %s\n", strerror(errno));
    printf("signal 99 %d\n", signal(99, note) == SIG_ERR);
    printf("SIGSEGV %d\n", signal(SIGSEGV, note) == SIG_DFL);
    raise(SIGSEGV);
    printf("raised %d\n", last);
    printf("own process exists %d, signal 0 to no process %d\n", kill(getpid(), 0), kill(0x7ffffffe, 0));
    return 0;
}

static int masks(void) {
    const struct timespec zero = {0};
    sigset_t set, before, empty;

    sigemptyset(&empty);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    signal(SIGALRM, note);
    sigprocmask(SIG_BLOCK, &set, &before);
    printf("blocked before %d, now %d\n", sigismember(&before, SIGALRM), sigismember(&set, SIGALRM));
    set_alarm();
    for (int i = 0; i < 30; i++) nap();
    printf("while blocked: %d\n", last);
    result("sigsuspend", sigsuspend(&before));
    set_alarm();
    for (int i = 0; i < 30; i++) nap();
    result("ppoll", ppoll(NULL, 0, &(struct timespec){.tv_sec = 5}, &before));
    result("ppoll without a signal", ppoll(NULL, 0, &zero, &before));
    set_alarm();
    for (int i = 0; i < 30; i++) nap();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    printf("after: %d\n", last);
    // A blocked signal is taken without its handler.
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    last = 0;
    kill(getpid(), SIGUSR1);
    sigset_t pending;
    sigpending(&pending);
    printf("pending %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGALRM));
    int taken = 0;
    printf("sigwait %d", sigwait(&set, &taken));
    printf(" %d\n", taken);
    set_alarm();
    printf("sigwaitinfo %d, handled %d\n", sigwaitinfo(&set, NULL), last);
    result("sigtimedwait", sigtimedwait(&set, NULL, &(struct timespec){.tv_nsec = 10000000}));
    sigprocmask(SIG_SETMASK, &before, NULL);
    // A blocked signal without a handler waits for its turn too.
    sigaddset(&empty, SIGTERM);
    sigprocmask(SIG_BLOCK, &empty, NULL);
    raise(SIGTERM);
    puts("still here");
    fflush(stdout);
    sigprocmask(SIG_UNBLOCK, &empty, NULL);
    puts("not here");
    return 0;
}

static int inherited(void) {
    printf("SIGINT ignored %d\n", signal(SIGINT, note) == SIG_IGN);
    return 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {
        {"loop", loop},
        {"busy", busy},
        {"slow", slow},
        {"partial", partial},
        {"await_input", await_input},
        {"waits", waits},
        {"reactions", reactions},
        {"masks", masks},
        {"inherited", inherited},
        {"ticking", ticking},
    };

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (argc > 1 && strcmp(argv[1], modes[i].name) == 0) return modes[i].run();
    }
    return argc > 2 ? read_file(argv[2]) : 2;
}
