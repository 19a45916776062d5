// The import module wasm_bpf_sys: what WASI lacks. host/sys/ describes each function. Results are 0 or positive, or a
// negative errno.
#ifndef WASM_BPF_SYS_H
#define WASM_BPF_SYS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define SYS(name, ...) __attribute__((import_module("wasm_bpf_sys"), import_name(#name))) int sys_##name(__VA_ARGS__)

SYS(getpid, void);
SYS(getppid, void);
SYS(gettid, void);
SYS(getuid, void);
SYS(geteuid, void);
SYS(getgid, void);
SYS(getegid, void);
SYS(sysconf, int name);
SYS(uname, void *names);
SYS(sysinfo, void *info);
SYS(getrlimit, int resource, void *limit);
SYS(if_nametoindex, const char *name);
SYS(if_indextoname, int index, char *name);
SYS(terminal_size, int fd, void *size);
SYS(time_zone, char *buf, size_t size);
__attribute__((import_module("wasm_bpf_sys"), import_name("time_zone_file"))) long
sys_time_zone_file(const char *path, void *buf, size_t size);

SYS(sigaction, int signal, int reaction, int flags, void (*handler)(int));
SYS(sigprocmask, uint64_t mask);
SYS(sigtimedwait, uint64_t mask, int64_t timeout_ns);
SYS(sigpending, uint64_t *mask);
SYS(kill, int pid, int signal);
SYS(pause, void);
SYS(setitimer, int which, const void *value, void *old);

SYS(perf_event_open, const void *attr, int pid, int cpu, int group, uint64_t flags);
SYS(perf_event_ioctl, int fd, int request, int argument);
SYS(socket, int domain, int type, int protocol);
SYS(bind, int fd, const void *address, int size);
SYS(setsockopt, int fd, int level, int option, const void *value, int size);

// The number of handlers of signals that ran, modulo 2^32. A wait that unblocks signals compares it before it waits.
extern unsigned sys_handled_signals;

// Converts a result to libc's: -1 and errno for an error.
static inline int sys_result(int result) {
    if (result >= 0) return result;
    errno = -result;
    return -1;
}

#endif
