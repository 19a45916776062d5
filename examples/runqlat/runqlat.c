// SPDX-License-Identifier: MIT
/*
 * Prints a histogram of the time that ready threads waited for a CPU, once every interval.
 * Shows: counting in the kernel, so that the guest reads only a map, and filters that are set before load.
 * README.md has sample output.
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "runqlat.h"
#include "runqlat.skel.h"
#include "tool.h"

static const char usage[] =
    "Usage: runqlat [-P] [-m] [-p PID] [INTERVAL [COUNT]]\n"
    "\n"
    "Shows how long threads waited for a CPU, as a histogram every INTERVAL seconds (1), COUNT times (until Ctrl-C).\n"
    "\n"
    "  -p, --pid PID        only the threads of this process\n"
    "  -P, --pids           a histogram for each process\n"
    "  -m, --milliseconds   count in milliseconds instead of microseconds\n"
    "  -h, --help           show this help\n"
    "\n"
    "EXAMPLES:\n"
    "    runqlat            # every second, until Ctrl-C\n"
    "    runqlat 5 3        # every 5 seconds, 3 times\n"
    "    runqlat -mP 10 1   # each process, in milliseconds, over 10 seconds\n"
    "    runqlat -p 185     # process 185 only\n";

static struct {
    unsigned long interval_s, count, pid;
    bool per_process, milliseconds;
} options = {.interval_s = 1, .count = ULONG_MAX};

/* Returns an exit code, or -1 to continue. */
static int parse_arguments(int argc, char **argv) {
    static const struct option long_options[] = {
        {"pid", required_argument, NULL, 'p'},
        {"pids", no_argument, NULL, 'P'},
        {"milliseconds", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "p:Pmh", long_options, NULL)) != -1) {
        switch (option) {
        case 'p':
            if (!tool_number("process", optarg, 1, INT_MAX, &options.pid)) return 1;
            break;
        case 'P': options.per_process = true; break;
        case 'm': options.milliseconds = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 1;
        }
    }
    if (optind < argc && !tool_number("interval", argv[optind++], 1, 1000000, &options.interval_s)) return 1;
    if (optind < argc && !tool_number("count", argv[optind++], 1, INT_MAX, &options.count)) return 1;
    if (optind == argc) return -1;
    fprintf(stderr, "Unexpected argument '%s'\n%s", argv[optind], usage);
    return 1;
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static void print_hist(const struct hist *hist) {
    const char *stars = "****************************************";
    const int width = 40;
    __u32 most = 0;
    int last = -1;
    for (int i = 0; i < HIST_SLOTS; i++) {
        if (hist->slots[i] > most) most = hist->slots[i];
        if (hist->slots[i]) last = i;
    }
    if (last < 0) return;
    printf("     %-19s : count    distribution\n", options.milliseconds ? "msecs" : "usecs");
    for (int i = 0; i <= last; i++) {
        unsigned long low = i ? 1ul << i : 0, high = (2ul << i) - 1;
        int length = (int)((__u64)hist->slots[i] * width / most);
        printf("%10lu -> %-10lu : %-8u |%.*s%*s|\n", low, high, hist->slots[i], length, stars, width - length, "");
    }
}

/*
 * Prints and removes all histograms. It reads all keys first, because the kernel adds new histograms meanwhile; these
 * belong to the next interval. Returns 0 or a negative error.
 */
static int print_and_clear(int hists_fd) {
    static __u32 keys[MAX_HISTS];
    unsigned count = 0;
    int err = 0;
    for (; count < MAX_HISTS && err == 0; count += err == 0)
        err = bpf_map_get_next_key(hists_fd, count ? &keys[count - 1] : NULL, &keys[count]);
    if (err < 0 && err != -ENOENT) return err;
    for (unsigned i = 0; i < count; i++) {
        struct hist hist;
        if ((err = bpf_map_lookup_elem(hists_fd, &keys[i], &hist)) < 0) return err;
        if ((err = bpf_map_delete_elem(hists_fd, &keys[i])) < 0) return err;
        if (options.per_process) printf("\npid = %u %.*s\n", keys[i], (int)sizeof(hist.comm), hist.comm);
        print_hist(&hist);
    }
    return 0;
}

static int print_intervals(int hists_fd) {
    puts("Tracing run queue latency... Hit Ctrl-C to end.");
    for (unsigned long i = 0; i < options.count && !exiting && tool_flush(); i++) {
        sleep(options.interval_s); /* a signal ends it */
        puts("");
        int err = print_and_clear(hists_fd);
        if (err < 0) {
            fprintf(stderr, "Cannot read the histograms: %s\n", strerror(-err));
            return 1;
        }
    }
    return tool_flush() ? 0 : 1;
}

int main(int argc, char **argv) {
    int code = parse_arguments(argc, argv);
    if (code >= 0) return code;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct runqlat_bpf *skel = runqlat_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;
    skel->rodata->per_process = options.per_process;
    skel->rodata->milliseconds = options.milliseconds;

    code = 1;
    if (runqlat_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (runqlat_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_intervals(bpf_map__fd(skel->maps.hists));
    runqlat_bpf__destroy(skel);
    return code;
}
