// Numbers that programs pass to BPF programs or get from them, or that scripts know.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <asm/unistd.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHOW(name) printf("%s %lld\n", #name, (long long)(name))

static void sockets(void) {
    SHOW(AF_UNSPEC);
    SHOW(AF_UNIX);
    SHOW(AF_INET);
    SHOW(AF_INET6);
    SHOW(AF_NETLINK);
    SHOW(AF_PACKET);
    SHOW(PF_PACKET);
    SHOW(AF_VSOCK);
    SHOW(AF_XDP);
    SHOW(SOCK_STREAM);
    SHOW(SOCK_DGRAM);
    SHOW(SOCK_RAW);
    SHOW(SOCK_SEQPACKET);
    SHOW(SOCK_CLOEXEC);
    SHOW(SOCK_NONBLOCK);
    SHOW(SOL_SOCKET);
    SHOW(SO_ATTACH_BPF);
    SHOW(SO_REUSEADDR);
    SHOW(SO_TYPE);
    SHOW(MSG_PEEK);
    SHOW(MSG_TRUNC);
    SHOW(MSG_DONTWAIT);
    SHOW(SHUT_RDWR);
    SHOW(IPPROTO_TCP);
    SHOW(IPPROTO_UDP);
    SHOW(IPPROTO_ICMPV6);
    SHOW(IPPROTO_RAW);
    SHOW(INADDR_LOOPBACK);
    SHOW(INET_ADDRSTRLEN);
    SHOW(INET6_ADDRSTRLEN);
    SHOW(IFF_UP);
    SHOW(IF_NAMESIZE);
}

static void files(void) {
    SHOW(O_RDONLY);
    SHOW(O_WRONLY);
    SHOW(O_RDWR);
    SHOW(O_CREAT);
    SHOW(O_EXCL);
    SHOW(O_NOCTTY);
    SHOW(O_TRUNC);
    SHOW(O_APPEND);
    SHOW(O_NONBLOCK);
    SHOW(O_DSYNC);
    SHOW(O_SYNC);
    SHOW(O_ASYNC);
    SHOW(O_DIRECT);
    SHOW(O_DIRECTORY);
    SHOW(O_NOFOLLOW);
    SHOW(O_NOATIME);
    SHOW(O_CLOEXEC);
    SHOW(O_PATH);
    SHOW(O_TMPFILE);
    SHOW(F_GETFD);
    SHOW(F_SETFL);
    SHOW(AT_FDCWD);
    SHOW(AT_REMOVEDIR);
    SHOW(AT_SYMLINK_NOFOLLOW);
    SHOW(SEEK_SET);
    SHOW(SEEK_CUR);
    SHOW(SEEK_END);
    SHOW(S_IFMT);
    SHOW(S_IFIFO);
    SHOW(S_IFSOCK);
    SHOW(S_IFLNK);
    SHOW(DT_FIFO);
    SHOW(DT_DIR);
    SHOW(DT_REG);
    SHOW(DT_LNK);
    SHOW(DT_SOCK);
    SHOW(POLLIN);
    SHOW(POLLOUT);
    SHOW(POLLERR);
    SHOW(POLLHUP);
    SHOW(POLLNVAL);
    SHOW(POLLRDNORM);
    SHOW(EPOLLIN);
    SHOW(EPOLLET);
    SHOW(EPOLL_CTL_ADD);
    SHOW(PROT_READ | PROT_WRITE);
    SHOW(MAP_SHARED);
    SHOW(MAP_PRIVATE);
    SHOW(MAP_ANONYMOUS);
    SHOW(MAP_FIXED);
    SHOW(PATH_MAX);
    SHOW(NAME_MAX);
    SHOW(sysconf(_SC_PAGESIZE));
    SHOW(getpagesize());
}

static void processes(void) {
    SHOW(SIGHUP);
    SHOW(SIGINT);
    SHOW(SIGQUIT);
    SHOW(SIGKILL);
    SHOW(SIGUSR1);
    SHOW(SIGSEGV);
    SHOW(SIGPIPE);
    SHOW(SIGALRM);
    SHOW(SIGTERM);
    SHOW(SIGCHLD);
    SHOW(SIGWINCH);
    SHOW(SIGSYS);
    SHOW(SA_RESTART);
    SHOW(SA_SIGINFO);
    SHOW(SIG_BLOCK);
    SHOW(SIG_SETMASK);
    SHOW(ITIMER_REAL);
    SHOW(CLOCK_REALTIME);
    SHOW(CLOCK_MONOTONIC);
    SHOW(CLOCK_BOOTTIME);
    SHOW(CLOCKS_PER_SEC);
    SHOW(RLIMIT_MEMLOCK);
    SHOW(RLIMIT_NOFILE);
    SHOW(RLIM_INFINITY);
    SHOW(RUSAGE_SELF);
    SHOW(PRIO_PROCESS);
    SHOW(WNOHANG);
    SHOW(WIFEXITED(0x0300));
    SHOW(WEXITSTATUS(0x0300));
    SHOW(__NR_bpf);
    SHOW(__NR_perf_event_open);
    SHOW(SYS_execve);
    SHOW(SYS_openat);
    SHOW(SIZE_MAX);
    SHOW(INTPTR_MAX);
    SHOW(UINTPTR_MAX);
    SHOW(PTRDIFF_MIN);
    SHOW(LONG_MAX);
    SHOW(LONG_BIT);
}

int main(void) {
    sockets();
    files();
    processes();
    return 0;
}
