// SPDX-License-Identifier: MIT
/*
 * Prints a line each time the kernel checks if a process has a capability, with the result.
 * Shows: a pair of probes at the entry and at the return of a function of the kernel.
 * README.md has sample output.
 */
#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "capabilities.h"
#include "kprobe.h"
#include "kprobe.skel.h"
#include "tool.h"

static struct {
    unsigned long pid;
    bool refused;
} options;

static const char description[] =
    "Traces the checks of capabilities.\n"
    "\n"
    "EXAMPLES:\n"
    "    kprobe          # every check\n"
    "    kprobe -p 185   # the capabilities that process 185 needs\n"
    "    kprobe -x       # those that processes lack\n";

static const struct argp_option argp_options[] = {
    {"pid", 'p', "PID", 0, "Show only this process", 0},
    {"refused", 'x', NULL, 0, "Show only the capabilities that the process lacks", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'p': return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
    case 'x': options.refused = true; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_check(void *ctx, void *data, size_t size) {
    const struct check *check = data;
    (void)ctx, (void)size;
    printf("%-7d %-6u %-16s %-7s ", check->pid, check->uid, check->comm, check->result == 0 ? "allowed" : "refused");
    if ((size_t)check->capability < sizeof(capabilities) / sizeof(*capabilities))
        puts(capabilities[check->capability]);
    else
        printf("%d\n", check->capability);
    return 0;
}

/* Prints on stderr the number of checks that were lost since the last call. */
static void report_lost(const struct kprobe_bpf *skel) {
    static __u64 reported;
    __u64 lost = __atomic_load_n(&skel->bss->lost, __ATOMIC_RELAXED);
    if (lost == reported) return;
    fprintf(stderr, "Lost %llu checks\n", lost - reported);
    reported = lost;
}

static int print_checks(const struct kprobe_bpf *skel) {
    struct ring_buffer *checks = ring_buffer__new(bpf_map__fd(skel->maps.checks), print_check, NULL, NULL);
    if (!checks) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-6s %-16s %-7s %s\n", "PID", "UID", "COMM", "RESULT", "CAPABILITY");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(checks, 1000 /* ms */);
        if (err == -EINTR) err = 0;
        report_lost(skel);
    }
    if (err < 0) fprintf(stderr, "Cannot read checks: %s\n", strerror(-err));
    ring_buffer__free(checks);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {.options = argp_options, .parser = parse_option, .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct kprobe_bpf *skel = kprobe_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->target_tgid = (pid_t)options.pid;
    skel->rodata->refused_only = options.refused;

    int code = 1;
    if (kprobe_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (kprobe_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_checks(skel);
    kprobe_bpf__destroy(skel);
    return code;
}
