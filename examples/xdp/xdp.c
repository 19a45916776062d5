// SPDX-License-Identifier: MIT
/*
 * Counts the packets that a network interface receives, by protocol, and prints a table every interval.
 * Shows: XDP, and a per-CPU map.
 * README.md has sample output.
 */
#include <limits.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "xdp.h"
#include "xdp.skel.h"
#include "tool.h"

static const char usage[] =
    "Usage: xdp INTERFACE [INTERVAL [COUNT]]\n"
    "\n"
    "Counts the packets that INTERFACE receives. Prints a table every INTERVAL seconds (1), COUNT times (until "
    "Ctrl-C).\n"
    "All packets pass.\n";

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

/* The sum over all CPUs since the start. Returns 0 or a negative error. */
static int read_traffic(int fd, __u32 kind, struct traffic *sum) {
    int cpus = libbpf_num_possible_cpus();
    if (cpus < 0) return cpus;
    struct traffic by_cpu[cpus];
    int err = bpf_map_lookup_elem(fd, &kind, by_cpu);
    if (err) return err;
    *sum = (struct traffic){0};
    for (int cpu = 0; cpu < cpus; cpu++) {
        sum->packets += by_cpu[cpu].packets;
        sum->bytes += by_cpu[cpu].bytes;
    }
    return 0;
}

static int print_tables(int traffic_fd, unsigned long interval_s, unsigned long count) {
    static const char *const names[KIND_COUNT] = {"TCP", "UDP", "ICMP", "other"};
    struct traffic before[KIND_COUNT] = {0};
    for (unsigned long i = 0; i < count && !exiting && tool_flush(); i++) {
        sleep(interval_s); /* a signal ends it */
        printf("%-6s %12s %14s\n", "PROTO", "PACKETS", "BYTES");
        for (__u32 kind = 0; kind < KIND_COUNT; kind++) {
            struct traffic now;
            int err = read_traffic(traffic_fd, kind, &now);
            if (err < 0) {
                fprintf(stderr, "Cannot read the counters: %s\n", strerror(-err));
                return 1;
            }
            printf("%-6s %12llu %14llu\n", names[kind], now.packets - before[kind].packets,
                   now.bytes - before[kind].bytes);
            before[kind] = now;
        }
        puts("");
    }
    return tool_flush() ? 0 : 1;
}

int main(int argc, char **argv) {
    unsigned long interval_s = 1, count = ULONG_MAX;
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc < 2 || argc > 4 || help) {
        fputs(usage, help ? stdout : stderr);
        return help ? 0 : 1;
    }
    if (argc > 2 && !tool_number("interval", argv[2], 1, 1000000, &interval_s)) return 1;
    if (argc > 3 && !tool_number("count", argv[3], 1, INT_MAX, &count)) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    unsigned interface = if_nametoindex(argv[1]);
    if (!interface) {
        fprintf(stderr, "No interface '%s'\n", argv[1]);
        return 1;
    }
    struct xdp_bpf *skel = xdp_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
        return 1;
    }
    int code = 1;
    skel->links.count_packet = bpf_program__attach_xdp(skel->progs.count_packet, interface);
    if (!skel->links.count_packet)
        fprintf(stderr, "Cannot attach to interface '%s': %s\n", argv[1], strerror(errno));
    else
        code = print_tables(bpf_map__fd(skel->maps.traffic), interval_s, count);
    xdp_bpf__destroy(skel);
    return code;
}
