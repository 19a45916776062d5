// SPDX-License-Identifier: MIT
/*
 * Interrupts all CPUs many times a second, and prints the stacks of functions that ran, the most frequent ones first.
 * Shows: BPF programs on timers of the CPUs (perf events), a map of stacks, and names for addresses.
 * README.md has sample output.
 */
#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include "profile.h"
#include "profile.skel.h"
#include "ksyms.h"
#include "symbols.h"
#include "tool.h"

static struct {
    unsigned long frequency_hz, pid, duration_s;
    bool folded;
} options = {.frequency_hz = 49, .duration_s = INT_MAX};

static const char description[] =
    "Samples the stacks of all processes for DURATION seconds, or until Ctrl-C.\n"
    "\n"
    "EXAMPLES:\n"
    "    profile 10            # 10 seconds\n"
    "    profile -p 185        # one process, until Ctrl-C\n"
    "    profile -f -F 99 10   # input for flamegraph.pl\n";

static const struct argp_option argp_options[] = {
    {"frequency", 'F', "HZ", 0, "Take HZ samples a second on each CPU (49)", 0},
    {"pid", 'p', "PID", 0, "Sample only this process", 0},
    {"folded", 'f', NULL, 0, "Print each stack in one line, outermost function first", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'F': return tool_number("frequency", argument, 1, 10000, &options.frequency_hz) ? 0 : EINVAL;
    case 'p': return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
    case 'f': options.folded = true; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) return ARGP_ERR_UNKNOWN;
        return tool_number("duration", argument, 1, 1000000, &options.duration_s) ? 0 : EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

/* Makes the BPF program run on a CPU. Returns NULL and sets errno if it fails: ENODEV if the CPU is offline. */
static struct bpf_link *sample_cpu(const struct profile_bpf *skel, int cpu) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .size = sizeof(attributes),
        .freq = 1,
        .sample_freq = options.frequency_hz,
    };
    int fd = (int)syscall(SYS_perf_event_open, &attributes, -1 /* any process */, cpu, -1 /* no group */,
                          PERF_FLAG_FD_CLOEXEC);
    if (fd < 0) return NULL;
    struct bpf_link *link = bpf_program__attach_perf_event(skel->progs.take_sample, fd);
    if (!link) close(fd);
    return link; /* it owns the descriptor */
}

/* Samples all CPUs until the time is over or a signal comes. Returns 0 or a negative error. */
static int sample(const struct profile_bpf *skel) {
    int cpus = libbpf_num_possible_cpus(), err = 0;
    if (cpus < 0) return cpus;
    struct bpf_link **links = calloc(cpus, sizeof(*links));
    if (!links) return -ENOMEM;
    for (int cpu = 0; cpu < cpus && !err; cpu++) {
        links[cpu] = sample_cpu(skel, cpu);
        if (!links[cpu] && errno != ENODEV) err = -errno;
    }
    if (!err) {
        fprintf(options.folded ? stderr : stdout, "Sampling at %lu Hz... Hit Ctrl-C to end.\n", options.frequency_hz);
        if (tool_flush() && !exiting) sleep(options.duration_s); /* a signal ends it */
    }
    for (int cpu = 0; cpu < cpus; cpu++) bpf_link__destroy(links[cpu]);
    free(links);
    return err;
}

/* The symbols of the kernel, and of the process that was needed last. */
struct names {
    struct ksyms *kernel;
    struct symbols *process;
    pid_t pid;
};

static void use_process(struct names *names, pid_t pid) {
    if (names->pid == pid) return;
    symbols_free(names->process);
    names->process = symbols_of(pid); /* NULL if it has ended */
    names->pid = pid;
}

static void write_user_frame(FILE *out, const struct names *names, __u64 address) {
    const char *file = NULL, *name = symbols_find(names->process, address, &file);
    if (name)
        fputs(name, out);
    else
        fprintf(out, "[%s]", file && *file ? file : "unknown");
}

static void write_kernel_frame(FILE *out, const struct names *names, __u64 address) {
    const char *name = ksyms_find(names->kernel, address);
    fprintf(out, "%s_[k]", name ? name : "[unknown]");
}

/*
 * Writes the functions of a stack: each in a line of its own, or all in one line, outermost function first. All addresses
 * but the innermost are those behind a call, which can be the end of a function.
 */
static void write_frames(FILE *out, const struct names *names, int stacks_fd, __s32 stack, bool kernel) {
    __u64 addresses[MAX_FRAMES + 1] = {0};
    int depth = 0;
    if (stack < 0 || bpf_map_lookup_elem(stacks_fd, &stack, addresses) != 0) return;
    while (addresses[depth]) depth++;
    for (int i = 0; i < depth; i++) {
        int frame = options.folded ? depth - 1 - i : i;
        fputs(options.folded ? ";" : "\n    ", out);
        (kernel ? write_kernel_frame : write_user_frame)(out, names, addresses[frame] - (frame > 0));
    }
}

struct sampled {
    struct place place;
    __u64 count;
    char *text; /* the process and its functions */
};

/* Returns the text of a place, or NULL without memory. */
static char *describe(const struct place *place, const struct names *names, int stacks_fd) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    fputs(place->comm, out);
    if (options.folded) {
        write_frames(out, names, stacks_fd, place->user_stack, false);
        write_frames(out, names, stacks_fd, place->kernel_stack, true);
    } else {
        fprintf(out, " (%d)", place->pid);
        write_frames(out, names, stacks_fd, place->kernel_stack, true);
        write_frames(out, names, stacks_fd, place->user_stack, false);
    }
    fclose(out);
    return text;
}

/* Reads all counts, and describes their stacks. Returns their number or a negative error. */
static int read_counts(const struct profile_bpf *skel, struct sampled *list) {
    int counts_fd = bpf_map__fd(skel->maps.counts), length = 0, err;
    struct names names = {.kernel = ksyms_load()};
    for (err = 0; length < MAX_STACKS; length++) {
        struct sampled *next = &list[length];
        err = bpf_map_get_next_key(counts_fd, length ? &list[length - 1].place : NULL, &next->place);
        if (err || (err = bpf_map_lookup_elem(counts_fd, &next->place, &next->count))) break;
        use_process(&names, next->place.pid);
        next->text = describe(&next->place, &names, bpf_map__fd(skel->maps.stacks));
        if (!next->text) {
            err = -ENOMEM;
            break;
        }
    }
    symbols_free(names.process);
    ksyms_free(names.kernel);
    return err && err != -ENOENT /* the end */ ? err : length;
}

static int by_text(const void *one, const void *other) {
    return strcmp(((const struct sampled *)one)->text, ((const struct sampled *)other)->text);
}

static int more_samples_first(const void *one, const void *other) {
    __u64 a = ((const struct sampled *)one)->count, b = ((const struct sampled *)other)->count;
    return a == b ? by_text(one, other) : (a < b) - (a > b);
}

/* Stacks with different addresses in the same functions become one. Returns the number of different ones. */
static int merge(struct sampled *list, int length) {
    int merged = 0;
    qsort(list, length, sizeof(*list), by_text);
    for (int i = 0; i < length; i++) {
        if (merged > 0 && by_text(&list[merged - 1], &list[i]) == 0)
            list[merged - 1].count += list[i].count;
        else
            list[merged++] = list[i];
    }
    return merged;
}

static int print_stacks(const struct profile_bpf *skel) {
    static struct sampled list[MAX_STACKS];
    int length = read_counts(skel, list);
    if (length < 0) {
        fprintf(stderr, "Cannot read the stacks: %s\n", strerror(-length));
        return 1;
    }
    length = merge(list, length);
    qsort(list, length, sizeof(*list), more_samples_first);
    for (int i = 0; i < length; i++) {
        if (options.folded)
            printf("%s %llu\n", list[i].text, list[i].count);
        else
            printf("\n%llu samples: %s\n", list[i].count, list[i].text);
    }
    if (skel->bss->lost) fprintf(stderr, "Lost %llu stacks, which did not fit into the maps\n", skel->bss->lost);
    return tool_flush() ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct argp argp = {argp_options, parse_option, "[DURATION]", description, NULL, NULL, NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct profile_bpf *skel = profile_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;

    int code = 1, err;
    if (profile_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if ((err = sample(skel)) < 0)
        fprintf(stderr, "Cannot sample the CPUs: %s\n", strerror(-err));
    else
        code = print_stacks(skel);
    profile_bpf__destroy(skel);
    return code;
}
