// The import module wasm_bpf_sys: what WASI lacks. host/sys/ describes each function. Results are 0 or positive, or a
// negative errno.
#ifndef WASM_BPF_SYS_H
#define WASM_BPF_SYS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

// Linux's error for the result of an import, whose errors are WASI's.
static inline long sys_error(long result) {
    return result < 0 ? -__linux_errno((int)-result) : result;
}

#define SYS_IMPORT(name) __attribute__((import_module("wasm_bpf_sys"), import_name(#name)))

// Declares an import, and a function that calls it and converts its error.
#define SYS(name, parameters, arguments)                \
    SYS_IMPORT(name) int import_##name parameters;      \
    static inline int sys_##name parameters {           \
        return (int)sys_error(import_##name arguments); \
    }

SYS(getpid, (void), ())
SYS(getppid, (void), ())
SYS(gettid, (void), ())
SYS(getuid, (void), ())
SYS(geteuid, (void), ())
SYS(getgid, (void), ())
SYS(getegid, (void), ())
SYS(getpgid, (int pid), (pid))
SYS(getsid, (int pid), (pid))
SYS(sysconf, (int name), (name))
SYS(uname, (void *names), (names))
SYS(sysinfo, (void *info), (info))
SYS(getrlimit, (int resource, void *limit), (resource, limit))
SYS(if_nametoindex, (const char *name), (name))
SYS(if_indextoname, (int index, char *name), (index, name))
SYS(terminal_size, (int fd, void *size), (fd, size))
SYS(time_zone, (char *buf, size_t size), (buf, size))
SYS_IMPORT(time_zone_file) long import_time_zone_file(const char *path, void *buf, size_t size);
static inline long sys_time_zone_file(const char *path, void *buf, size_t size) {
    return sys_error(import_time_zone_file(path, buf, size));
}

SYS(missing_path, (const char *path), (path))
SYS(missing_program, (const char *command), (command))

SYS(sigaction, (int signal, int reaction, int flags, void (*handler)(int)), (signal, reaction, flags, handler))
SYS(sigprocmask, (uint64_t mask), (mask))
SYS(sigtimedwait, (uint64_t mask, int64_t timeout_ns), (mask, timeout_ns))
SYS(sigpending, (uint64_t *mask), (mask))
SYS(kill, (int pid, int signal), (pid, signal))
SYS(pause, (void), ())
SYS(setitimer, (int which, const void *value, void *old), (which, value, old))

SYS(perf_event_open, (const void *attr, int pid, int cpu, int group, uint64_t flags), (attr, pid, cpu, group, flags))
SYS(perf_event_ioctl, (int fd, int request, int argument), (fd, request, argument))
SYS(socket, (int domain, int type, int protocol), (domain, type, protocol))
SYS(bind, (int fd, const void *address, int size), (fd, address, size))
SYS(setsockopt, (int fd, int level, int option, const void *value, int size), (fd, level, option, value, size))

// The number of handlers of signals that ran, modulo 2^32. A wait that unblocks signals compares it before it waits.
extern unsigned sys_handled_signals;
// The number of those whose actions have no SA_RESTART, which end each wait.
extern unsigned sys_interrupting_signals;

// Converts a result to libc's: -1 and errno for an error.
static inline int sys_result(int result) {
    if (result >= 0) return result;
    errno = -result;
    return -1;
}

#endif
