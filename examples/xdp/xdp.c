// SPDX-License-Identifier: MIT
/*
 * Counts the packets that a network interface receives, by protocol, and prints a table every interval.
 * Shows: XDP, and a per-CPU map.
 * README.md has sample output.
 */
#include <limits.h>
#include "libbpf-wasm.h"
#include "xdp.h"
#include "xdp.skel.h"
#include "tool.h"

static const char usage[] =
    "Usage: xdp INTERFACE [INTERVAL [COUNT]]\n"
    "\n"
    "Counts the packets that INTERFACE receives. Prints a table every INTERVAL seconds (1), COUNT times (until "
    "Ctrl-C).\n"
    "All packets pass.\n";

/* The largest number of CPUs that Linux supports. A look-up writes a value for each possible CPU. */
#define CPUS_MAX 8192

/* The sum over all CPUs since the start. Returns 0 or a negative error. */
static int read_traffic(int fd, __u32 kind, struct traffic *sum) {
    static struct traffic by_cpu[CPUS_MAX]; /* zero for CPUs that do not exist */
    int err = bpf_map_lookup_elem(fd, &kind, by_cpu);
    *sum = (struct traffic){0};
    for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
        sum->packets += by_cpu[cpu].packets;
        sum->bytes += by_cpu[cpu].bytes;
    }
    return err;
}

static int print_tables(int traffic_fd, unsigned long interval_s, unsigned long count) {
    static const char *const names[KIND_COUNT] = {"TCP", "UDP", "ICMP", "other"};
    struct traffic before[KIND_COUNT] = {0};
    for (unsigned long i = 0; i < count && tool_flush(); i++) {
        sleep(interval_s);
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

    struct xdp_bpf *skel = xdp_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
        return 1;
    }
    int code = 1;
    bpf_set_prog_attach_target(skel->progs.count_packet, argv[1]);
    if (xdp_bpf__attach(skel) < 0)
        fprintf(stderr, "Cannot attach to interface '%s'\n", argv[1]);
    else
        code = print_tables(bpf_map__fd(skel->maps.traffic), interval_s, count);
    xdp_bpf__destroy(skel);
    return code;
}
