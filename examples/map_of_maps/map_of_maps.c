// SPDX-License-Identifier: MIT
/*
 * Prints the processes with the most system calls, once every interval.
 * Shows: a map of maps. The guest makes a new inner map for each interval, so that it reads one that no program changes.
 * README.md has sample output.
 */
#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "map_of_maps.h"
#include "map_of_maps.skel.h"
#include "tool.h"

static struct {
    unsigned long interval_s, count, number, rows;
    bool has_number;
} options = {.interval_s = 1, .count = ULONG_MAX, .rows = 10};

static const char description[] =
    "Counts system calls by process. Prints a table every INTERVAL seconds (1), COUNT times (until Ctrl-C).\n"
    "\n"
    "EXAMPLES:\n"
    "    map_of_maps            # every second\n"
    "    map_of_maps -r 3 5 1   # the first three processes, over five seconds\n"
    "    map_of_maps -n 1       # only calls of number 1, which is write() on x86_64\n";

static const struct argp_option argp_options[] = {
    {"number", 'n', "NUMBER", 0, "Count only the system call with this number", 0},
    {"rows", 'r', "ROWS", 0, "Print the first ROWS processes (10)", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'n': options.has_number = true; return tool_number("number", argument, 0, 1000, &options.number) ? 0 : EINVAL;
    case 'r': return tool_number("number of rows", argument, 1, MAX_PROCESSES, &options.rows) ? 0 : EINVAL;
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
    __u32 pid;
    struct calls calls;
};

static int by_count(const void *left, const void *right) {
    const struct row *a = left, *b = right;
    if (a->calls.count != b->calls.count) return a->calls.count < b->calls.count ? 1 : -1;
    return a->pid < b->pid ? -1 : 1;
}

/* Prints the table of an inner map that no program changes any more. Returns 0 or a negative error. */
static int print_table(int map_fd) {
    static struct row rows[MAX_PROCESSES];
    unsigned long count = 0;
    __u64 sum = 0;
    __u32 *previous = NULL;
    for (; count < MAX_PROCESSES; previous = &rows[count++].pid) {
        int err = bpf_map_get_next_key(map_fd, previous, &rows[count].pid);
        if (err == -ENOENT) break;
        if (err == 0) err = bpf_map_lookup_elem(map_fd, &rows[count].pid, &rows[count].calls);
        if (err < 0) return err;
        sum += rows[count].calls.count;
    }
    qsort(rows, count, sizeof(rows[0]), by_count);
    printf("%-7s %-16s %12s\n", "PID", "COMM", "CALLS");
    for (unsigned long i = 0; i < count && i < options.rows; i++)
        printf("%-7u %-16s %12llu\n", rows[i].pid, rows[i].calls.comm, rows[i].calls.count);
    printf("%-24s %12llu\n\n", "all processes", sum);
    return 0;
}

/*
 * Makes an empty inner map and puts it into `outer_fd`. When the call returns, all programs that may still use the
 * previous map have ended. Returns the new map's descriptor or a negative error.
 */
static int begin_interval(int outer_fd) {
    __u32 zero = 0;
    int map_fd =
        bpf_map_create(BPF_MAP_TYPE_HASH, "by_process", sizeof(__u32), sizeof(struct calls), MAX_PROCESSES, NULL);
    if (map_fd < 0) return map_fd;
    int err = bpf_map_update_elem(outer_fd, &zero, &map_fd, BPF_ANY);
    if (err == 0) return map_fd;
    close(map_fd);
    return err;
}

static int print_intervals(int outer_fd, int map_fd) {
    int err = 0;
    for (unsigned long i = 0; i < options.count && !exiting && tool_flush(); i++) {
        sleep(options.interval_s); /* a signal ends it */
        int next_fd = begin_interval(outer_fd);
        err = next_fd < 0 ? next_fd : print_table(map_fd);
        close(map_fd);
        map_fd = next_fd;
        if (err < 0) break;
    }
    if (map_fd >= 0) close(map_fd);
    if (err < 0) fprintf(stderr, "Cannot change or read the maps: %s\n", strerror(-err));
    return err < 0 || !tool_flush();
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = argp_options, .parser = parse_option, .args_doc = "[INTERVAL [COUNT]]", .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct map_of_maps_bpf *skel = map_of_maps_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    if (options.has_number) skel->rodata->only_number = (long)options.number;

    int code = 1, map_fd;
    if (map_of_maps_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if ((map_fd = begin_interval(bpf_map__fd(skel->maps.current))) < 0)
        fprintf(stderr, "Cannot make the first map: %s\n", strerror(-map_fd));
    else if (map_of_maps_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF program\n", stderr);
    else
        code = print_intervals(bpf_map__fd(skel->maps.current), map_fd);
    map_of_maps_bpf__destroy(skel);
    return code;
}
