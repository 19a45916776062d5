// The process and its user.
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
