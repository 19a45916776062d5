// The process and its user.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "sys.h"

pid_t getpid(void) {
    return sys_getpid();
}

pid_t getppid(void) {
    return sys_getppid();
}

pid_t gettid(void) {
    return sys_gettid();
}

pid_t getpgid(pid_t pid) {
    return sys_result(sys_getpgid(pid));
}

pid_t getpgrp(void) {
    return getpgid(0);
}

pid_t getsid(pid_t pid) {
    return sys_result(sys_getsid(pid));
}

uid_t getuid(void) {
    return sys_getuid();
}

uid_t geteuid(void) {
    return sys_geteuid();
}

gid_t getgid(void) {
    return sys_getgid();
}

gid_t getegid(void) {
    return sys_getegid();
}

// The host gives no saved ids. A process whose ids differ has had the effective ones from its start.

int getresuid(uid_t *real, uid_t *effective, uid_t *saved) {
    *real = getuid();
    *effective = *saved = geteuid();
    return 0;
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved) {
    *real = getgid();
    *effective = *saved = getegid();
    return 0;
}

int eaccess(const char *path, int mode) {
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int euidaccess(const char *path, int mode) {
    return eaccess(path, mode);
}
