// SPDX-License-Identifier: MIT
/*
 * Prints a line each time a process sends a signal with kill(2), or tests with it if a process exists.
 * Shows: probes of a system call that are the same on every machine.
 * README.md has sample output.
 */
#include <argp.h>
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "ksyscall.h"
#include "ksyscall.skel.h"
#include "tool.h"

static struct {
    unsigned long signal;
} options;

static const char description[] =
    "Traces the signals that processes send with kill.\n"
    "\n"
    "EXAMPLES:\n"
    "    ksyscall        # every signal\n"
    "    ksyscall -s 9   # SIGKILL only\n";

static const struct argp_option argp_options[] = {
    {"signal", 's', "NUMBER", 0, "Show only this signal", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 's': return tool_number("signal", argument, 1, 64, &options.signal) ? 0 : EINVAL;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_event(void *ctx, void *data, size_t size) {
    const struct event *event = data;
    (void)ctx, (void)size;
    printf("%-7d %-16s %-7d %6d %6d %s\n", event->pid, event->comm, event->target, event->result, event->signal,
           event->signal ? strsignal(event->signal) : "only a test");
    return 0;
}

static int print_events(const struct ksyscall_bpf *skel) {
    struct ring_buffer *events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
    if (!events) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-16s %-7s %6s %6s %s\n", "PID", "COMM", "TARGET", "RESULT", "SIGNAL", "MEANING");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(events, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read events: %s\n", strerror(-err));
    ring_buffer__free(events);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {.options = argp_options, .parser = parse_option, .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct ksyscall_bpf *skel = ksyscall_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->only_signal = (int)options.signal;

    int code = 1;
    if (ksyscall_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (ksyscall_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_events(skel);
    ksyscall_bpf__destroy(skel);
    return code;
}
