// Facts, local time, perf events and packet sockets, for tests/kernel/system_test.ts. The same program is also built for
// Linux, and must print the same.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void result(const char *call, long value) {
    printf("%s: %s\n", call, value < 0 ? strerror(errno) : "done");
}

static int facts(void) {
    char name[IF_NAMESIZE] = "", host[256] = "";
    struct utsname names;
    struct sysinfo info;
    struct rlimit limit;

    result("uname", uname(&names));
    printf("%s %s %s %s %s\n", names.sysname, names.nodename, names.release, names.version, names.machine);
    result("gethostname", gethostname(host, sizeof(host)));
    printf("%s\n", host);
    result("sysinfo", sysinfo(&info));
    printf("%lu of %u\n", info.totalram, info.mem_unit);
    result("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
    printf("%llu %llu\n", (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    printf("%d %d %d %d\n", getuid(), geteuid(), getgid(), getegid());
    printf("%ld %ld %ld %ld\n", sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_NPROCESSORS_CONF), sysconf(_SC_PAGESIZE),
           sysconf(_SC_CLK_TCK));
    printf("%d %d %d\n", get_nprocs(), get_nprocs_conf(), getpagesize());
    printf("%u %s\n", if_nametoindex("lo"), if_indextoname(1, name));
    printf("%u\n", if_nametoindex("nosuch"));
    printf("%s\n", strerror(errno));
    printf("%d\n", getpid() == (pid_t)syscall(SYS_getpid));
    return 0;
}

static int local_time(void) {
    static const time_t times[] = {0,          951782400,  1700000000, 1711846799, 1711846800,
                                   1720000000, 1729990799, 1729990800, 1735689600, 4102444800};
    char text[100];

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct tm tm = *localtime(&times[i]);

        strftime(text, sizeof(text), "%c %Z %z", &tm);
        printf("%s %ld %s %d\n", text, tm.tm_gmtoff, tm.tm_zone, tm.tm_isdst);
        tm.tm_isdst = -1;
        printf("%d\n", mktime(&tm) == times[i] || i == 7);
    }
    tzset();
    printf("%s %ld\n", tzname[0], timezone);
    return 0;
}

static int perf(void) {
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .disabled = 1};
    uint64_t count = 0;

    attr.config = PERF_COUNT_SW_TASK_CLOCK;
    const int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    result("perf_event_open", fd);
    const int member = syscall(SYS_perf_event_open, &attr, 0, -1, fd, 0);
    result("perf_event_open of a group", member);
    result("enable", ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
    for (volatile int i = 0; i < 1000000; i++) {}
    result("disable", ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
    printf("%zd %d\n", read(fd, &count, sizeof(count)), count > 1000);
    result("reset", ioctl(fd, PERF_EVENT_IOC_RESET, 0));
    printf("%zd %d\n", read(fd, &count, sizeof(count)), count == 0);
    attr.size = 20;
    result("perf_event_open with a wrong size", syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
    result("close", close(fd) | close(member));
    result("read", read(fd, &count, sizeof(count)));
    return 0;
}

static int packets(void) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct packet_mreq promiscuous = {.mr_type = PACKET_MR_PROMISC};
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7};
    char packet[2000];
    const int no_program = 200;

    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    result("socket", fd);
    address.sll_ifindex = promiscuous.mr_ifindex = if_nametoindex("lo");
    result("bind", bind(fd, (struct sockaddr *)&address, sizeof(address)));
    result("promiscuous", setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)));
    result("attach", setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &no_program, sizeof(no_program)));
    while (read(fd, packet, sizeof(packet)) >= 0) {}
    result("read", -1);
    puts("ready");
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    printf("poll %d\n", poll(&polled, 1, 10000));
    const int set = epoll_create1(EPOLL_CLOEXEC);
    result("epoll_ctl", epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
    event.data.u64 = 0;
    printf("epoll_wait %d\n", epoll_wait(set, &event, 1, 10000));
    printf("%d %d\n", event.events == EPOLLIN, event.data.u64 == 7);
    const ssize_t length = recv(fd, packet, sizeof(packet), 0);
    const struct ethhdr *header = (const void *)packet;
    printf("%d %x\n", length > (ssize_t)sizeof(*header), ntohs(header->h_proto));
    result("close", close(fd));
    result("unknown family", socket(AF_MAX + 10, SOCK_STREAM, 0));
    return 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {{"facts", facts}, {"local_time", local_time}, {"perf", perf}, {"packets", packets}};

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (argc > 1 && strcmp(argv[1], modes[i].name) == 0) return modes[i].run();
    }
    return 2;
}
