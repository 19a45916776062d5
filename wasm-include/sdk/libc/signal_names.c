// The names and texts of signals, as programs print them with glibc.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>

// From number 1 on.
static const char names[] =
    "HUP\0"
    "INT\0"
    "QUIT\0"
    "ILL\0"
    "TRAP\0"
    "ABRT\0"
    "BUS\0"
    "FPE\0"
    "KILL\0"
    "USR1\0"
    "SEGV\0"
    "USR2\0"
    "PIPE\0"
    "ALRM\0"
    "TERM\0"
    "STKFLT\0"
    "CHLD\0"
    "CONT\0"
    "STOP\0"
    "TSTP\0"
    "TTIN\0"
    "TTOU\0"
    "URG\0"
    "XCPU\0"
    "XFSZ\0"
    "VTALRM\0"
    "PROF\0"
    "WINCH\0"
    "POLL\0"
    "PWR\0"
    "SYS\0";
static const char texts[] =
    "Hangup\0"
    "Interrupt\0"
    "Quit\0"
    "Illegal instruction\0"
    "Trace/breakpoint trap\0"
    "Aborted\0"
    "Bus error\0"
    "Floating point exception\0"
    "Killed\0"
    "User defined signal 1\0"
    "Segmentation fault\0"
    "User defined signal 2\0"
    "Broken pipe\0"
    "Alarm clock\0"
    "Terminated\0"
    "Stack fault\0"
    "Child exited\0"
    "Continued\0"
    "Stopped (signal)\0"
    "Stopped\0"
    "Stopped (tty input)\0"
    "Stopped (tty output)\0"
    "Urgent I/O condition\0"
    "CPU time limit exceeded\0"
    "File size limit exceeded\0"
    "Virtual timer expired\0"
    "Profiling timer expired\0"
    "Window changed\0"
    "I/O possible\0"
    "Power failure\0"
    "Bad system call\0";

static const char *find(const char *list, int signal) {
    if (signal <= 0 || signal > SIGSYS) return NULL;
    while (--signal) list += strlen(list) + 1;
    return list;
}

__attribute__((weak)) const char *sigabbrev_np(int signal) {
    return find(names, signal);
}

__attribute__((weak)) const char *sigdescr_np(int signal) {
    return find(texts, signal);
}

// glibc's threads use the first two.
int __libc_current_sigrtmin(void) {
    return 34;
}

int __libc_current_sigrtmax(void) {
    return 64;
}

char *strsignal(int signal) {
    static char numbered[sizeof("Unknown signal -2147483648")];
    const char *text = find(texts, signal);
    if (text) return (char *)text;
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        snprintf(numbered, sizeof(numbered), "Real-time signal %d", signal - SIGRTMIN);
    else
        snprintf(numbered, sizeof(numbered), "Unknown signal %d", signal);
    return numbered;
}
