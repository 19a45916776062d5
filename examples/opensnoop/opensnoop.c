// SPDX-License-Identifier: MIT
/*
 * Prints a line for every file that a process opens or fails to open.
 * Shows: tracepoints in pairs (entry and exit of a system call) and a perf buffer.
 * README.md has sample output.
 */
#include <getopt.h>
#include <limits.h>
#include <time.h>
#include "libbpf-wasm.h"
#include "opensnoop.h"
#include "opensnoop.skel.h"
#include "tool.h"

static const char usage[] =
    "Usage: opensnoop [-T] [-x] [-p PID] [-n NAME]\n"
    "\n"
    "Traces open, openat and openat2.\n"
    "\n"
    "  -p, --pid PID     only this process\n"
    "  -n, --name NAME   only processes whose name contains NAME\n"
    "  -x, --failed      only failures\n"
    "  -T, --timestamp   begin each line with the time\n"
    "  -h, --help        show this help\n"
    "\n"
    "EXAMPLES:\n"
    "    opensnoop           # every open\n"
    "    opensnoop -Tx       # failures, with the time\n"
    "    opensnoop -n main   # processes with 'main' in their name\n";

static struct {
    unsigned long pid;
    const char *name;
    bool failed, timestamp;
} options;

/* Returns an exit code, or -1 to continue. */
static int parse_arguments(int argc, char **argv) {
    static const struct option long_options[] = {
        {"pid", required_argument, NULL, 'p'}, {"name", required_argument, NULL, 'n'},
        {"failed", no_argument, NULL, 'x'},    {"timestamp", no_argument, NULL, 'T'},
        {"help", no_argument, NULL, 'h'},      {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "p:n:xTh", long_options, NULL)) != -1) {
        switch (option) {
        case 'p':
            if (!tool_number("process", optarg, 1, INT_MAX, &options.pid)) return 1;
            break;
        case 'n': options.name = optarg; break;
        case 'x': options.failed = true; break;
        case 'T': options.timestamp = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 1;
        }
    }
    if (optind == argc) return -1;
    fprintf(stderr, "Unexpected argument '%s'\n%s", argv[optind], usage);
    return 1;
}

static int print_event(void *ctx, void *data, size_t size) {
    const struct event *event = data;
    (void)ctx, (void)size;
    if (options.name && !strstr(event->comm, options.name)) return 0;

    if (options.timestamp) {
        char clock[sizeof("00:00:00")];
        time_t now = time(NULL);
        strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
        printf("%-8s ", clock);
    }
    int fd = event->result < 0 ? -1 : event->result;
    int error = event->result < 0 ? -event->result : 0;
    printf("%-7d %-16s %3d %3d %s\n", event->pid, event->comm, fd, error, event->path);
    return 0;
}

static int print_events(struct opensnoop_bpf *skel) {
    struct bpf_buffer *events = bpf_buffer__open(skel->maps.events, print_event, NULL);
    if (!events) {
        perror("Cannot open the event buffer");
        return 1;
    }
    if (options.timestamp) printf("%-8s ", "TIME");
    printf("%-7s %-16s %3s %3s %s\n", "PID", "COMM", "FD", "ERR", "PATH");
    int err = 0;
    while (err >= 0 && tool_flush()) err = bpf_buffer__poll(events, 1000);
    if (err < 0) fprintf(stderr, "Cannot read events: %s\n", strerror(-err));
    bpf_buffer__free(events);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    int code = parse_arguments(argc, argv);
    if (code >= 0) return code;

    struct opensnoop_bpf *skel = opensnoop_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;
    skel->rodata->failed_only = options.failed;

    code = 1;
    if (opensnoop_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (opensnoop_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_events(skel);
    opensnoop_bpf__destroy(skel);
    return code;
}
