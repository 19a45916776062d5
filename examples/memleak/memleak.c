// SPDX-License-Identifier: MIT
/*
 * Prints the memory that a process has allocated and not freed, by the stacks that allocated it, once every interval.
 * Shows: stacks in a map, with the names of their functions, and variables of the BPF program that the guest reads.
 * README.md has sample output.
 */
#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "memleak.h"
#include "memleak.skel.h"
#include "symbols.h"
#include "tool.h"

static struct {
    unsigned long pid, interval_s, count, rows;
    const char *library;
} options = {.interval_s = 5, .count = ULONG_MAX, .rows = 10, .library = "libc.so.6"};

static const char description[] =
    "Shows what process PID has allocated since the start of this tool and not freed, every "
    "INTERVAL seconds (5), COUNT times (until Ctrl-C).\n"
    "\n"
    "EXAMPLES:\n"
    "    memleak 185                     # the ten stacks with the most memory, every 5 seconds\n"
    "    memleak -r 1 185 60 1           # the first stack, after a minute\n"
    "    memleak -l /usr/bin/tool 185    # a program that contains its malloc()\n";

static const struct argp_option argp_options[] = {
    {"library", 'l', "FILE", 0, "The file that contains malloc() (libc.so.6)", 0},
    {"rows", 'r', "ROWS", 0, "Print the first ROWS stacks (10)", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'l': options.library = argument; return 0;
    case 'r': return tool_number("number of rows", argument, 1, MAX_STACKS, &options.rows) ? 0 : EINVAL;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
        if (state->arg_num == 1) return tool_number("interval", argument, 1, 1000000, &options.interval_s) ? 0 : EINVAL;
        if (state->arg_num == 2) return tool_number("count", argument, 1, INT_MAX, &options.count) ? 0 : EINVAL;
        return ARGP_ERR_UNKNOWN;
    case ARGP_KEY_NO_ARGS: argp_usage(state); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

struct row {
    __s32 stack;
    struct total total;
};

static int by_bytes(const void *left, const void *right) {
    const struct row *a = left, *b = right;
    if (a->total.bytes != b->total.bytes) return a->total.bytes < b->total.bytes ? 1 : -1;
    return a->stack < b->stack ? -1 : a->stack > b->stack;
}

/* Prints the functions of a stack, the innermost first. Its addresses are those to which the calls return. */
static void print_stack(int stacks_fd, __s32 stack, const struct symbols *symbols) {
    __u64 frames[MAX_FRAMES] = {0};
    if (stack < 0 || bpf_map_lookup_elem(stacks_fd, &stack, frames) < 0) {
        puts("        (the stack could not be read)");
        return;
    }
    for (int i = 0; i < MAX_FRAMES && frames[i]; i++) {
        const char *file, *name = symbols_find(symbols, frames[i] - 1, &file);
        if (name)
            printf("        %s (%s)\n", name, file);
        else
            printf("        %#llx (%s)\n", frames[i], file ? file : "?");
    }
}

/* Returns 0 or a negative error. */
static int print_stacks(const struct memleak_bpf *skel, const struct symbols *symbols) {
    static struct row rows[MAX_STACKS];
    int totals_fd = bpf_map__fd(skel->maps.totals), stacks_fd = bpf_map__fd(skel->maps.stacks);
    unsigned long count = 0;
    __s32 *previous = NULL;
    for (; count < MAX_STACKS; previous = &rows[count++].stack) {
        int err = bpf_map_get_next_key(totals_fd, previous, &rows[count].stack);
        if (err == -ENOENT) break;
        if (err == 0) err = bpf_map_lookup_elem(totals_fd, &rows[count].stack, &rows[count].total);
        if (err < 0) return err;
    }
    qsort(rows, count, sizeof(rows[0]), by_bytes);
    for (unsigned long i = 0; i < count && i < options.rows && rows[i].total.count; i++) {
        printf("    %llu bytes in %llu allocations from\n", rows[i].total.bytes, rows[i].total.count);
        print_stack(stacks_fd, rows[i].stack, symbols);
    }
    return 0;
}

/* The counters are in memory that the guest shares with the BPF programs, so reading them takes no call. */
static void print_counters(const struct memleak_bpf *skel) {
    char clock[sizeof("00:00:00")];
    time_t now = time(NULL);
    strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
    printf("%s %llu bytes in %llu allocations are not freed (%llu allocated, %llu freed)\n", clock,
           __atomic_load_n(&skel->bss->outstanding.bytes, __ATOMIC_RELAXED),
           __atomic_load_n(&skel->bss->outstanding.count, __ATOMIC_RELAXED),
           __atomic_load_n(&skel->bss->allocated, __ATOMIC_RELAXED),
           __atomic_load_n(&skel->bss->freed, __ATOMIC_RELAXED));
    __u64 lost = __atomic_load_n(&skel->bss->lost, __ATOMIC_RELAXED);
    if (lost) fprintf(stderr, "Lost %llu allocations, which did not fit into the maps\n", lost);
}

static int print_intervals(const struct memleak_bpf *skel) {
    struct symbols *symbols = NULL;
    int err = 0;
    puts("Tracing allocations... Hit Ctrl-C to end.");
    for (unsigned long i = 0; i < options.count && err == 0 && !exiting && tool_flush(); i++) {
        sleep(options.interval_s); /* a signal ends it */
        struct symbols *now = symbols_of((pid_t)options.pid);
        if (now) { /* an ended process has none; those of before are still right */
            symbols_free(symbols);
            symbols = now;
        }
        puts("");
        print_counters(skel);
        err = print_stacks(skel, symbols);
    }
    symbols_free(symbols);
    if (err < 0) fprintf(stderr, "Cannot read the stacks: %s\n", strerror(-err));
    return err < 0 || !tool_flush();
}

/* Attaches a program to the entry or the return of a function in the process. Returns false after a message. */
static bool attach(struct bpf_program *program, struct bpf_link **link, const char *function) {
    LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = function,
                .retprobe = strcmp(bpf_program__section_name(program), "uretprobe") == 0);
    *link = bpf_program__attach_uprobe_opts(program, (pid_t)options.pid, options.library, 0, &opts);
    if (*link) return true;
    fprintf(stderr, "Cannot attach to %s() of '%s' in process %lu: %s\n", function, options.library, options.pid,
            strerror(errno));
    return false;
}

static bool attach_all(struct memleak_bpf *skel, struct bpf_link *returns[4]) {
    struct bpf_program *leave = skel->progs.leave_allocation;
    return attach(skel->progs.enter_free, &skel->links.enter_free, "free") && attach(leave, &returns[0], "malloc") &&
           attach(leave, &returns[1], "calloc") && attach(leave, &returns[2], "realloc") &&
           attach(leave, &returns[3], "aligned_alloc") &&
           attach(skel->progs.enter_malloc, &skel->links.enter_malloc, "malloc") &&
           attach(skel->progs.enter_calloc, &skel->links.enter_calloc, "calloc") &&
           attach(skel->progs.enter_realloc, &skel->links.enter_realloc, "realloc") &&
           attach(skel->progs.enter_aligned_alloc, &skel->links.enter_aligned_alloc, "aligned_alloc");
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = argp_options, .parser = parse_option, .args_doc = "PID [INTERVAL [COUNT]]", .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct memleak_bpf *skel = memleak_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_pid = (pid_t)options.pid;

    int code = 1;
    struct bpf_link *returns[4] = {NULL};
    if (memleak_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (attach_all(skel, returns))
        code = print_intervals(skel);
    for (int i = 0; i < 4; i++) bpf_link__destroy(returns[i]);
    memleak_bpf__destroy(skel);
    return code;
}
