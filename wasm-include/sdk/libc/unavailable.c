// Functions of Linux that need the kernel and that the host does not offer: they fail with ENOSYS. A program that can do
// without them links and runs.
#define _GNU_SOURCE
#include "unavailable.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <sys/sendfile.h>
#include <sys/mman.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

// Descriptors that the guest's table does not have.
UNAVAILABLE(dup, (int))
UNAVAILABLE(dup2, (int, int))
UNAVAILABLE(dup3, (int, int, int))
UNAVAILABLE(pipe, (int[2]))
UNAVAILABLE(pipe2, (int[2], int))
UNAVAILABLE(eventfd, (unsigned, int))
UNAVAILABLE(timerfd_create, (int, int))
UNAVAILABLE(timerfd_settime, (int, int, const struct itimerspec *, struct itimerspec *))
UNAVAILABLE(timerfd_gettime, (int, struct itimerspec *))
UNAVAILABLE(signalfd, (int, const sigset_t *, int))
UNAVAILABLE(inotify_init, (void))
UNAVAILABLE(inotify_init1, (int))
UNAVAILABLE(inotify_add_watch, (int, const char *, uint32_t))
UNAVAILABLE(inotify_rm_watch, (int, int))

UNAVAILABLE(memfd_create, (const char *, unsigned))

// Copies between descriptors inside the kernel.
ssize_t sendfile(int, int, off_t *, size_t) {
    errno = ENOSYS;
    return -1;
}

ssize_t splice(int, off_t *, int, off_t *, size_t, unsigned) {
    errno = ENOSYS;
    return -1;
}

// Owners, permissions and attributes of files, and file systems.
UNAVAILABLE(chmod, (const char *, mode_t))
UNAVAILABLE(fchmod, (int, mode_t))
UNAVAILABLE(fchmodat, (int, const char *, mode_t, int))
UNAVAILABLE(chown, (const char *, uid_t, gid_t))
UNAVAILABLE(lchown, (const char *, uid_t, gid_t))
UNAVAILABLE(fchown, (int, uid_t, gid_t))
UNAVAILABLE(fchownat, (int, const char *, uid_t, gid_t, int))
UNAVAILABLE(mkfifo, (const char *, mode_t))
UNAVAILABLE(mknod, (const char *, mode_t, dev_t))
UNAVAILABLE(flock, (int, int))
UNAVAILABLE(chroot, (const char *))
UNAVAILABLE(fchdir, (int))
UNAVAILABLE(statfs, (const char *, struct statfs *))
UNAVAILABLE(fstatfs, (int, struct statfs *))
UNAVAILABLE(statvfs, (const char *restrict, struct statvfs *restrict))
UNAVAILABLE(fstatvfs, (int, struct statvfs *))
UNAVAILABLE(name_to_handle_at, (int, const char *, struct file_handle *, int *, int))
UNAVAILABLE(open_by_handle_at, (int, struct file_handle *, int))
UNAVAILABLE(setxattr, (const char *, const char *, const void *, size_t, int))
UNAVAILABLE(fsetxattr, (int, const char *, const void *, size_t, int))
UNAVAILABLE(removexattr, (const char *, const char *))

ssize_t getxattr(const char *, const char *, void *, size_t) {
    errno = ENOSYS;
    return -1;
}

ssize_t fgetxattr(int, const char *, void *, size_t) {
    errno = ENOSYS;
    return -1;
}

UNAVAILABLE(mount, (const char *, const char *, const char *, unsigned long, const void *))
UNAVAILABLE(umount, (const char *))
UNAVAILABLE(umount2, (const char *, int))

// Processes: other users, groups, namespaces, priorities and processors.
UNAVAILABLE(setuid, (uid_t))
UNAVAILABLE(seteuid, (uid_t))
UNAVAILABLE(setgid, (gid_t))
UNAVAILABLE(setegid, (gid_t))
UNAVAILABLE(setgroups, (size_t, const gid_t *))
UNAVAILABLE(getgroups, (int, gid_t[]))
UNAVAILABLE(setpgid, (pid_t, pid_t))
UNAVAILABLE(setsid, (void))
UNAVAILABLE(setns, (int, int))
UNAVAILABLE(unshare, (int))
UNAVAILABLE(daemon, (int, int))
UNAVAILABLE(setpriority, (int, id_t, int))
UNAVAILABLE(nice, (int))
UNAVAILABLE(prlimit, (pid_t, int, const struct rlimit *, struct rlimit *))
UNAVAILABLE(timer_create, (clockid_t, struct sigevent *restrict, timer_t *restrict))
UNAVAILABLE(sched_setaffinity, (pid_t, size_t, const cpu_set_t *))
UNAVAILABLE(sched_getaffinity, (pid_t, size_t, cpu_set_t *))
UNAVAILABLE(sched_setscheduler, (pid_t, int, const struct sched_param *))
UNAVAILABLE(sched_getcpu, (void))
UNAVAILABLE(prctl, (int, ...))

long ptrace(int, ...) {
    errno = ENOSYS;
    return -1;
}

// A priority of -1 is valid, so errno alone says that getpriority() failed.
int getpriority(int, id_t) {
    errno = ENOSYS;
    return -1;
}

// The pages of the engine's memory are not the guest's to lock or protect.
UNAVAILABLE(mlock, (const void *, size_t))
UNAVAILABLE(munlock, (const void *, size_t))
UNAVAILABLE(mlockall, (int))
UNAVAILABLE(munlockall, (void))
UNAVAILABLE(mprotect, (void *, size_t, int))

// Advice needs no effect.
int madvise(void *, size_t, int) {
    return 0;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
    int error = mode ? ENOSYS : posix_fallocate(fd, offset, length);
    if (error) errno = error;
    return error ? -1 : 0;
}

void sync(void) {}

// A guest is linked once, and loads nothing.

void *dlopen(const char *, int) {
    return NULL;
}

void *dlsym(void *restrict, const char *restrict) {
    return NULL;
}

int dlclose(void *) {
    return -1;
}

char *dlerror(void) {
    return "Guests load no libraries";
}
