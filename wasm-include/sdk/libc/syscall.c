// System calls that programs make by number, because libc has no function. The numbers are x86_64's.
#include <linux/perf_event.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys.h"

long syscall(long number, ...) {
    va_list arguments;
    long result;

    va_start(arguments, number);
    switch (number) {
    case SYS_perf_event_open: {
        const struct perf_event_attr *attr = va_arg(arguments, const struct perf_event_attr *);
        const int pid = va_arg(arguments, int), cpu = va_arg(arguments, int), group = va_arg(arguments, int);

        result = sys_result(sys_perf_event_open(attr, pid, cpu, group, va_arg(arguments, unsigned long)));
        break;
    }
    case SYS_getpid: result = sys_getpid(); break;
    case SYS_gettid: result = sys_gettid(); break;
    case SYS_getuid: result = sys_getuid(); break;
    default: result = sys_result(-ENOSYS);
    }
    va_end(arguments);
    return result;
}
