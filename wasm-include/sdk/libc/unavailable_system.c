// Functions that change the machine or other processes, and ways of talking to these: a guest has none of them.
#define _GNU_SOURCE
#include "unavailable.h"

#include <aio.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/acct.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/fsuid.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/membarrier.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/quota.h>
#include <sys/reboot.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <utmpx.h>
#include <wordexp.h>

// Memory, semaphores and queues that processes share.
UNAVAILABLE_AS(void *, shmat, (int, const void *, int))
UNAVAILABLE(shmdt, (const void *))
UNAVAILABLE(shmget, (key_t, size_t, int))
UNAVAILABLE(shmctl, (int, int, struct shmid_ds *))
UNAVAILABLE(shm_open, (const char *, int, mode_t))
UNAVAILABLE(shm_unlink, (const char *))
UNAVAILABLE(semget, (key_t, int, int))
UNAVAILABLE(semop, (int, struct sembuf *, size_t))
UNAVAILABLE(semtimedop, (int, struct sembuf *, size_t, const struct timespec *))
UNAVAILABLE(semctl, (int, int, int, ...))
UNAVAILABLE(msgget, (key_t, int))
UNAVAILABLE(msgsnd, (int, const void *, size_t, int))
UNAVAILABLE_AS(ssize_t, msgrcv, (int, void *, size_t, long, int))
UNAVAILABLE(msgctl, (int, int, struct msqid_ds *))
UNAVAILABLE_AS(mqd_t, mq_open, (const char *, int, ...))
UNAVAILABLE(mq_close, (mqd_t))
UNAVAILABLE(mq_unlink, (const char *))
UNAVAILABLE(mq_send, (mqd_t, const char *, size_t, unsigned))
UNAVAILABLE_AS(ssize_t, mq_receive, (mqd_t, char *, size_t, unsigned *))
UNAVAILABLE(mq_timedsend, (mqd_t, const char *, size_t, unsigned, const struct timespec *))
UNAVAILABLE_AS(ssize_t, mq_timedreceive,
               (mqd_t, char *restrict, size_t, unsigned *restrict, const struct timespec *restrict))
UNAVAILABLE(mq_getattr, (mqd_t, struct mq_attr *))
UNAVAILABLE(mq_setattr, (mqd_t, const struct mq_attr *restrict, struct mq_attr *restrict))
UNAVAILABLE(mq_notify, (mqd_t, const struct sigevent *))
UNAVAILABLE_AS(ssize_t, process_vm_readv,
               (pid_t, const struct iovec *, unsigned long, const struct iovec *, unsigned long, unsigned long))
UNAVAILABLE_AS(ssize_t, process_vm_writev,
               (pid_t, const struct iovec *, unsigned long, const struct iovec *, unsigned long, unsigned long))

// Asynchronous files.
UNAVAILABLE(aio_read, (struct aiocb *))
UNAVAILABLE(aio_write, (struct aiocb *))
UNAVAILABLE(aio_fsync, (int, struct aiocb *))
UNAVAILABLE(aio_error, (const struct aiocb *))
UNAVAILABLE_AS(ssize_t, aio_return, (struct aiocb *))
UNAVAILABLE(aio_cancel, (int, struct aiocb *))
UNAVAILABLE(aio_suspend, (const struct aiocb *const[], int, const struct timespec *))
UNAVAILABLE(lio_listio, (int, struct aiocb *restrict const *restrict, int, struct sigevent *restrict))

// Clocks and timers. Only setitimer() and alarm() exist.
UNAVAILABLE(clock_settime, (clockid_t, const struct timespec *))
UNAVAILABLE(clock_adjtime, (clockid_t, struct timex *))
UNAVAILABLE(clock_getcpuclockid, (pid_t, clockid_t *))
UNAVAILABLE(settimeofday, (const struct timeval *, const struct timezone *))
UNAVAILABLE(stime, (const time_t *))
UNAVAILABLE(adjtime, (const struct timeval *, struct timeval *))
UNAVAILABLE(adjtimex, (struct timex *))
UNAVAILABLE(timer_delete, (timer_t))
UNAVAILABLE(timer_gettime, (timer_t, struct itimerspec *))
UNAVAILABLE(timer_settime, (timer_t, int, const struct itimerspec *restrict, struct itimerspec *restrict))
UNAVAILABLE(timer_getoverrun, (timer_t))

// Files and file systems.
UNAVAILABLE(lockf, (int, int, off_t))
UNAVAILABLE_AS(ssize_t, readahead, (int, off_t, size_t))
UNAVAILABLE(sync_file_range, (int, off_t, off_t, unsigned))
UNAVAILABLE_AS(ssize_t, tee, (int, int, size_t, unsigned))
UNAVAILABLE_AS(ssize_t, vmsplice, (int, const struct iovec *, size_t, unsigned))
UNAVAILABLE_AS(ssize_t, copy_file_range, (int, off_t *, int, off_t *, size_t, unsigned))
UNAVAILABLE(syncfs, (int))
UNAVAILABLE(lchmod, (const char *, mode_t))
UNAVAILABLE(mkfifoat, (int, const char *, mode_t))
UNAVAILABLE(mknodat, (int, const char *, mode_t, dev_t))
UNAVAILABLE_AS(ssize_t, listxattr, (const char *, char *, size_t))
UNAVAILABLE_AS(ssize_t, llistxattr, (const char *, char *, size_t))
UNAVAILABLE_AS(ssize_t, flistxattr, (int, char *, size_t))
UNAVAILABLE_AS(ssize_t, lgetxattr, (const char *, const char *, void *, size_t))
UNAVAILABLE(lsetxattr, (const char *, const char *, const void *, size_t, int))
UNAVAILABLE(lremovexattr, (const char *, const char *))
UNAVAILABLE(fremovexattr, (int, const char *))
UNAVAILABLE(fanotify_init, (unsigned, unsigned))
UNAVAILABLE(fanotify_mark, (int, unsigned, unsigned long long, int, const char *))
UNAVAILABLE(quotactl, (int, const char *, int, char *))
UNAVAILABLE(acct, (const char *))
UNAVAILABLE(swapon, (const char *, int))
UNAVAILABLE(swapoff, (const char *))

// Memory. Pages are the engine's.
UNAVAILABLE(mincore, (void *, size_t, unsigned char *))
UNAVAILABLE(mlock2, (const void *, size_t, unsigned))
UNAVAILABLE(msync, (void *, size_t, int))
UNAVAILABLE(remap_file_pages, (void *, size_t, int, size_t, int))
UNAVAILABLE_AS(void *, mremap, (void *, size_t, size_t, int, ...))

int posix_madvise(void *, size_t, int) {
    return 0;
}

// Processes, users and the machine.
UNAVAILABLE(setreuid, (uid_t, uid_t))
UNAVAILABLE(setregid, (gid_t, gid_t))
UNAVAILABLE(setresuid, (uid_t, uid_t, uid_t))
UNAVAILABLE(setresgid, (gid_t, gid_t, gid_t))
UNAVAILABLE(setfsuid, (uid_t))
UNAVAILABLE(setfsgid, (gid_t))
UNAVAILABLE(initgroups, (const char *, gid_t))
UNAVAILABLE(sethostname, (const char *, size_t))
UNAVAILABLE(setdomainname, (const char *, size_t))
UNAVAILABLE(vhangup, (void))
UNAVAILABLE(reboot, (int))
UNAVAILABLE(klogctl, (int, char *, int))
UNAVAILABLE(membarrier, (int, int))
UNAVAILABLE(personality, (unsigned long))
UNAVAILABLE(ioperm, (unsigned long, unsigned long, int))
UNAVAILABLE(iopl, (int))
UNAVAILABLE(clone, (int (*)(void *), void *, int, void *, ...))
UNAVAILABLE(sched_getparam, (pid_t, struct sched_param *))
UNAVAILABLE(sched_setparam, (pid_t, const struct sched_param *))
UNAVAILABLE(sched_getscheduler, (pid_t))
UNAVAILABLE(sched_rr_get_interval, (pid_t, struct timespec *))
UNAVAILABLE(sigqueue, (pid_t, int, const union sigval))
UNAVAILABLE(sigaltstack, (const stack_t *restrict, stack_t *restrict))
UNAVAILABLE(getcontext, (ucontext_t *))
UNAVAILABLE(setcontext, (const ucontext_t *))
UNAVAILABLE(swapcontext, (ucontext_t *, const ucontext_t *))
UNAVAILABLE(recvmmsg, (int, struct mmsghdr *, unsigned, unsigned, struct timespec *))
UNAVAILABLE(sendmmsg, (int, struct mmsghdr *, unsigned, unsigned))
UNAVAILABLE(sockatmark, (int))
UNAVAILABLE(getifaddrs, (struct ifaddrs **))

void freeifaddrs(struct ifaddrs *) {}

// Descriptors of events do not exist; see eventfd().
UNAVAILABLE(eventfd_read, (int, eventfd_t *))
UNAVAILABLE(eventfd_write, (int, eventfd_t))

int wordexp(const char *restrict, wordexp_t *restrict, int) {
    return WRDE_NOSPACE;
}

void wordfree(wordexp_t *) {}

// A guest is one module.
int dl_iterate_phdr(int (*)(struct dl_phdr_info *, size_t, void *), void *) {
    return 0;
}

// Lists of logins, which are empty.

void setutxent(void) {}

void endutxent(void) {}

struct utmpx *getutxent(void) {
    return NULL;
}

struct utmpx *getutxid(const struct utmpx *) {
    return NULL;
}

struct utmpx *getutxline(const struct utmpx *) {
    return NULL;
}

struct utmpx *pututxline(const struct utmpx *) {
    errno = ENOSYS;
    return NULL;
}
