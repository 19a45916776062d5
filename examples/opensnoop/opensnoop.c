// SPDX-License-Identifier: MIT
/*
 * Prints a line for every file that a process opens or fails to open.
 * Shows: tracepoints in pairs (entry and exit of a system call) and a perf buffer.
 * README.md has sample output.
 */
#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <bpf/libbpf.h>
#include "opensnoop.h"
#include "opensnoop.skel.h"
#include "tool.h"

#define PAGES_PER_CPU 64

static struct {
    unsigned long pid;
    const char *name;
    bool failed, timestamp;
} options;

static const char description[] =
    "Traces open, openat and openat2.\n"
    "\n"
    "EXAMPLES:\n"
    "    opensnoop           # every open\n"
    "    opensnoop -Tx       # failures, with the time\n"
    "    opensnoop -n main   # processes with 'main' in their name\n";

static const struct argp_option argp_options[] = {
    {"pid", 'p', "PID", 0, "Show only this process", 0},
    {"name", 'n', "NAME", 0, "Show only processes whose name contains NAME", 0},
    {"failed", 'x', NULL, 0, "Show only failures", 0},
    {"timestamp", 'T', NULL, 0, "Begin each line with the time", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'p': return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
    case 'n': options.name = argument; return 0;
    case 'x': options.failed = true; return 0;
    case 'T': options.timestamp = true; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static void print_event(void *ctx, int cpu, void *data, __u32 size) {
    const struct event *event = data;
    (void)ctx, (void)cpu, (void)size;
    if (options.name && !strstr(event->comm, options.name)) return;

    if (options.timestamp) {
        char clock[sizeof("00:00:00")];
        time_t now = time(NULL);
        strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
        printf("%-8s ", clock);
    }
    int fd = event->result < 0 ? -1 : event->result;
    int error = event->result < 0 ? -event->result : 0;
    printf("%-7d %-16s %3d %3d %s\n", event->pid, event->comm, fd, error, event->path);
}

static void report_lost(void *ctx, int cpu, __u64 count) {
    (void)ctx;
    fprintf(stderr, "Lost %llu events on CPU %d\n", count, cpu);
}

static int print_events(const struct opensnoop_bpf *skel) {
    int events_fd = bpf_map__fd(skel->maps.events);
    struct perf_buffer *events = perf_buffer__new(events_fd, PAGES_PER_CPU, print_event, report_lost, NULL, NULL);
    if (!events) {
        perror("Cannot open the perf buffer");
        return 1;
    }
    if (options.timestamp) printf("%-8s ", "TIME");
    printf("%-7s %-16s %3s %3s %s\n", "PID", "COMM", "FD", "ERR", "PATH");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = perf_buffer__poll(events, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read events: %s\n", strerror(-err));
    perf_buffer__free(events);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {.options = argp_options, .parser = parse_option, .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct opensnoop_bpf *skel = opensnoop_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;
    skel->rodata->failed_only = options.failed;

    int code = 1;
    if (opensnoop_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (opensnoop_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_events(skel);
    opensnoop_bpf__destroy(skel);
    return code;
}
