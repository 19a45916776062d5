// Sizes and offsets in structures of the kernel and of libc.
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/perf_event.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/taskstats.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>

#define TYPE(type) printf("%s %zu %zu\n", #type, sizeof(type), _Alignof(type))
#define MEMBER(type, member) printf("%s.%s %zu\n", #type, #member, offsetof(type, member))

static void numbers(void) {
    TYPE(long);
    TYPE(void *);
    TYPE(size_t);
    TYPE(long double);
    TYPE(wchar_t);
    TYPE(time_t);
    TYPE(off_t);
    TYPE(ino_t);
    TYPE(dev_t);
    TYPE(mode_t);
    TYPE(pid_t);
    TYPE(clock_t);
    TYPE(clockid_t);
    TYPE(sigset_t);
    TYPE(socklen_t);
    TYPE(nfds_t);
    TYPE(rlim_t);
}

static void kernel(void) {
    TYPE(union bpf_attr);
    MEMBER(union bpf_attr, prog_btf_fd);
    MEMBER(union bpf_attr, link_create.target_fd);
    TYPE(struct bpf_prog_info);
    MEMBER(struct bpf_prog_info, run_time_ns);
    TYPE(struct bpf_map_info);
    TYPE(struct bpf_link_info);
    TYPE(struct bpf_btf_info);
    TYPE(struct btf_header);
    TYPE(struct btf_type);
    TYPE(struct bpf_insn);
    TYPE(struct __sk_buff);
    TYPE(struct xdp_md);
    TYPE(struct bpf_sock_ops);
    TYPE(struct perf_event_attr);
    MEMBER(struct perf_event_attr, sample_max_stack);
    MEMBER(struct perf_event_attr, config1);
    TYPE(struct perf_event_mmap_page);
    TYPE(struct sock_fprog);
    TYPE(struct nlmsghdr);
    TYPE(struct ifinfomsg);
    TYPE(struct tcmsg);
    TYPE(struct taskstats);
    TYPE(struct rtnl_link_stats64);
    TYPE(struct sockaddr_ll);
}

static void libc(void) {
    TYPE(struct sockaddr);
    TYPE(struct sockaddr_in);
    TYPE(struct sockaddr_in6);
    TYPE(struct sockaddr_un);
    TYPE(struct sockaddr_storage);
    TYPE(struct in6_addr);
    TYPE(struct iphdr);
    TYPE(struct ip6_hdr);
    TYPE(struct tcphdr);
    TYPE(struct udphdr);
    TYPE(struct ethhdr);
    TYPE(struct ether_header);
    TYPE(struct iovec);
    TYPE(struct msghdr);
    TYPE(struct timespec);
    TYPE(struct timeval);
    TYPE(struct itimerspec);
    TYPE(struct tm);
    MEMBER(struct tm, tm_zone);
    TYPE(struct stat);
    MEMBER(struct stat, st_mtim);
    TYPE(struct dirent);
    MEMBER(struct dirent, d_name);
    TYPE(struct pollfd);
    TYPE(struct rlimit);
    TYPE(struct utsname);
}

static void libbpf(void) {
    TYPE(struct bpf_object_open_opts);
    TYPE(struct bpf_object_skeleton);
    TYPE(struct bpf_map_skeleton);
    TYPE(struct bpf_prog_load_opts);
    TYPE(struct bpf_map_create_opts);
    TYPE(struct bpf_uprobe_opts);
    MEMBER(struct bpf_uprobe_opts, func_name);
    TYPE(struct bpf_test_run_opts);
    TYPE(struct perf_buffer_raw_opts);
}

int main(void) {
    numbers();
    kernel();
    libc();
    libbpf();
    return 0;
}
