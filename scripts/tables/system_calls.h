/*
 * Prototypes of system calls, and of functions of libc. No header for programs has the kernel's own prototypes, and the names
 * of parameters in libc's headers change with its version.
 *
 * This file comes after libc's headers, so clang compares each prototype with libc's function of the same name. The prefix
 * sys_ marks system calls whose function in libc has other parameters, and those that libc has no function for.
 */
int clock_getres(clockid_t clockid, struct timespec *res);
int clock_gettime(clockid_t clockid, struct timespec *tp);
int close(int fd);
int epoll_create1(int flags);
int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int fallocate(int fd, int mode, off_t offset, off_t len);
int fdatasync(int fd);
int fstatfs(int fd, struct statfs *buf);
int fsync(int fd);
int ftruncate(int fd, off_t length);
gid_t getegid(void);
uid_t geteuid(void);
gid_t getgid(void);
pid_t getpgid(pid_t pid);
pid_t getppid(void);
ssize_t getrandom(void *buf, size_t buflen, unsigned int flags);
pid_t getsid(pid_t pid);
pid_t gettid(void);
uid_t getuid(void);
int kill(pid_t pid, int sig);
int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags);
off_t lseek(int fd, off_t offset, int whence);
int mkdirat(int dirfd, const char *path, mode_t mode);
void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t length);
ssize_t pread64(int fd, void *buf, size_t count, off_t offset);
ssize_t preadv(int fd, const struct iovec *iov, int iovcnt, off_t offset);
int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *new_limit, struct rlimit64 *old_limit);
ssize_t pwritev(int fd, const struct iovec *iov, int iovcnt, off_t offset);
ssize_t read(int fd, void *buf, size_t count);
ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t bufsiz);
ssize_t readv(int fd, const struct iovec *iov, int iovcnt);
int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags);
int sched_yield(void);
int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
int socket(int domain, int type, int protocol);
int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx *buf);
int symlinkat(const char *target, int newdirfd, const char *linkpath);
int sysinfo(struct sysinfo *info);
int uname(struct utsname *buf);
int unlinkat(int dirfd, const char *path, int flags);
int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags);
ssize_t write(int fd, const void *buf, size_t count);
ssize_t writev(int fd, const struct iovec *iov, int iovcnt);

int sys_bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
int sys_capget(cap_user_header_t header, cap_user_data_t data);
int sys_epoll_pwait(int epfd, struct epoll_event *events, int maxevents, int timeout, const sigset_t *sigmask,
                    size_t sigsetsize);
int sys_eventfd2(unsigned int initval, int flags);
int sys_faccessat(int dirfd, const char *path, int mode);
int sys_fadvise64(int fd, loff_t offset, loff_t len, int advice);
int sys_memfd_create(const char *name, unsigned int flags);
int sys_fcntl(int fd, int op, int arg);
ssize_t sys_getdents64(int fd, struct linux_dirent64 *dirp, unsigned int count);
int sys_getitimer(int which, struct itimerval *curr_value);
int sys_ioctl(int fd, unsigned int op, void *arg);
int sys_openat(int dirfd, const char *path, int flags, mode_t mode);
int sys_openat2(int dirfd, const char *path, struct open_how *how, size_t size);
int sys_perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group_fd, unsigned long flags);
int sys_ppoll(struct pollfd *fds, nfds_t nfds, struct timespec *timeout, const sigset_t *sigmask, size_t sigsetsize);
int sys_setitimer(int which, const struct itimerval *new_value, struct itimerval *old_value);

int vsnprintf(char *str, size_t size, const char *format, va_list ap);

char *secure_getenv(const char *name);
unsigned int if_nametoindex(const char *ifname);
char *if_indextoname(unsigned int ifindex, char *ifname);
sighandler_t signal(int signum, sighandler_t handler);
int *__errno_location(void);
void *dlopen(const char *filename, int flags);
void *dlsym(void *handle, const char *symbol);
int dlclose(void *handle);
char *dlerror(void);
