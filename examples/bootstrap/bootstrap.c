// SPDX-License-Identifier: MIT
/*
 * Prints a line for every program that starts and every process that ends, with its exit code and duration.
 * Shows: two programs that share a hash, a constant set before load, a counter in shared memory, and a ring buffer.
 * README.md has sample output.
 */
#include <argp.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <bpf/libbpf.h>
#include "bootstrap.h"
#include "bootstrap.skel.h"
#include "tool.h"

static struct {
    unsigned long min_duration_ms;
    bool verbose;
} options;

static const char description[] =
    "Traces the start and the end of processes.\n"
    "\n"
    "EXAMPLES:\n"
    "    bootstrap          # every process\n"
    "    bootstrap -d 100   # processes that ran for at least 100 ms\n";

static const struct argp_option argp_options[] = {
    {"duration", 'd', "MS", 0, "Show only processes that ran MS milliseconds or longer, when they end", 0},
    {"verbose", 'v', NULL, 0, "Print libbpf's messages for debugging on stderr", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'd': return tool_number("duration", argument, 0, 1000000000, &options.min_duration_ms) ? 0 : EINVAL;
    case 'v': options.verbose = true; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int print_message(enum libbpf_print_level level, const char *format, va_list arguments) {
    if (level == LIBBPF_DEBUG && !options.verbose) return 0;
    return vfprintf(stderr, format, arguments);
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_event(void *ctx, void *data, size_t size) {
    const struct event *event = data;
    char clock[sizeof("00:00:00")];
    time_t now = time(NULL);
    (void)ctx, (void)size;

    strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
    printf("%-8s %-5s %-16s %-7d %-7d ", clock, event->is_exit ? "EXIT" : "EXEC", event->comm, event->pid, event->ppid);
    if (!event->is_exit)
        printf("%s\n", event->filename);
    else if (event->duration_ns)
        printf("[%u] (%llums)\n", event->exit_code, event->duration_ns / 1000000);
    else
        printf("[%u]\n", event->exit_code);
    return 0;
}

/* Prints on stderr the number of events that were lost since the last call. The BPF program counts in the same memory. */
static void report_lost(const struct bootstrap_bpf *skel) {
    static __u64 reported;
    __u64 lost = __atomic_load_n(&skel->bss->lost, __ATOMIC_RELAXED);
    if (lost == reported) return;
    fprintf(stderr, "Lost %llu events\n", lost - reported);
    reported = lost;
}

static int print_events(const struct bootstrap_bpf *skel) {
    struct ring_buffer *events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
    if (!events) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-8s %-5s %-16s %-7s %-7s %s\n", "TIME", "EVENT", "COMM", "PID", "PPID", "FILENAME/EXIT CODE");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(events, 1000 /* ms */);
        if (err == -EINTR) err = 0;
        report_lost(skel);
    }
    if (err < 0) fprintf(stderr, "Cannot read events: %s\n", strerror(-err));
    ring_buffer__free(events);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {.options = argp_options, .parser = parse_option, .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    libbpf_set_print(print_message);
    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct bootstrap_bpf *skel = bootstrap_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->min_duration_ns = options.min_duration_ms * 1000000ULL;

    int code = 1;
    if (bootstrap_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (bootstrap_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_events(skel);
    bootstrap_bpf__destroy(skel);
    return code;
}
