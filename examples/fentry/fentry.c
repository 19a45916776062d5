// SPDX-License-Identifier: MIT
/*
 * Prints the bytes that each process sends over TCP, and to which peer, once every interval.
 * Shows: a program at the exit of a function of the kernel, which gets the arguments and the result together.
 * README.md has sample output.
 */
#include <argp.h>
#include <arpa/inet.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "fentry.h"
#include "fentry.skel.h"
#include "tool.h"

static struct {
    unsigned long interval_s, count, pid;
} options = {.interval_s = 1, .count = ULONG_MAX};

static const char description[] =
    "Prints the bytes that processes send over TCP, every INTERVAL seconds (1), COUNT times (until Ctrl-C).\n"
    "\n"
    "EXAMPLES:\n"
    "    fentry          # every second\n"
    "    fentry 60 1     # one minute\n"
    "    fentry -p 185   # one process\n";

static const struct argp_option argp_options[] = {
    {"pid", 'p', "PID", 0, "Show only this process", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'p': return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) return tool_number("interval", argument, 1, 1000000, &options.interval_s) ? 0 : EINVAL;
        if (state->arg_num == 1) return tool_number("count", argument, 1, INT_MAX, &options.count) ? 0 : EINVAL;
        return ARGP_ERR_UNKNOWN;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

struct row {
    struct flow flow;
    struct traffic traffic;
};

static int more_bytes_first(const void *one, const void *other) {
    __u64 a = ((const struct row *)one)->traffic.bytes, b = ((const struct row *)other)->traffic.bytes;
    return (a < b) - (a > b);
}

static void print_row(const struct row *row) {
    char address[INET6_ADDRSTRLEN] = "?", peer[sizeof(address) + sizeof("[]:65535")];
    bool is_v6 = row->flow.family == AF_INET6;
    inet_ntop(is_v6 ? AF_INET6 : AF_INET, row->flow.address, address, sizeof(address));
    snprintf(peer, sizeof(peer), is_v6 ? "[%s]:%u" : "%s:%u", address, row->flow.port);
    printf("%-7d %-16s %-24s %8llu %12llu\n", row->flow.pid, row->flow.comm, peer, row->traffic.sends,
           row->traffic.bytes);
}

/* Prints and removes all rows. It reads all keys before it removes any. Returns 0 or a negative error. */
static int print_and_clear(int flows_fd) {
    static struct row rows[MAX_FLOWS];
    int count = 0, err = 0;
    for (; count < MAX_FLOWS && err == 0; count += err == 0)
        err = bpf_map_get_next_key(flows_fd, count ? &rows[count - 1].flow : NULL, &rows[count].flow);
    if (err < 0 && err != -ENOENT) return err;
    for (int i = 0; i < count; i++) {
        if ((err = bpf_map_lookup_elem(flows_fd, &rows[i].flow, &rows[i].traffic)) < 0) return err;
        if ((err = bpf_map_delete_elem(flows_fd, &rows[i].flow)) < 0) return err;
    }
    qsort(rows, count, sizeof(*rows), more_bytes_first);
    for (int i = 0; i < count; i++) print_row(&rows[i]);
    return 0;
}

static int print_intervals(int flows_fd) {
    printf("%-7s %-16s %-24s %8s %12s\n", "PID", "COMM", "PEER", "SENDS", "BYTES");
    for (unsigned long i = 0; i < options.count && !exiting && tool_flush(); i++) {
        sleep(options.interval_s); /* a signal ends it */
        int err = print_and_clear(flows_fd);
        if (err < 0) {
            fprintf(stderr, "Cannot read the counters: %s\n", strerror(-err));
            return 1;
        }
    }
    return tool_flush() ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct argp argp = {argp_options, parse_option, "[INTERVAL [COUNT]]", description, NULL, NULL, NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct fentry_bpf *skel = fentry_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;

    int code = 1;
    if (fentry_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if (fentry_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF program\n", stderr);
    else
        code = print_intervals(bpf_map__fd(skel->maps.flows));
    fentry_bpf__destroy(skel);
    return code;
}
