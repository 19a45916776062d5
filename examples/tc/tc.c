// SPDX-License-Identifier: MIT
/*
 * Drops the packets that an interface sends to a TCP or UDP port, and prints how many, once a second.
 * Shows: a classifier (TCX) for outgoing packets that lasts as long as the guest runs.
 * README.md has sample output.
 */
#include <argp.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "tc.h"
#include "tc.skel.h"
#include "tool.h"

static struct {
    const char *interface;
    unsigned long port;
} options;

static const char description[] =
    "Drops the TCP and UDP packets that INTERFACE sends to PORT, until Ctrl-C.\n"
    "\n"
    "EXAMPLES:\n"
    "    tc eth0 25   # no mail leaves this machine\n"
    "    tc lo 5432   # a program that loses its database\n";

static const struct argp_option argp_options[] = {
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) options.interface = argument;
        if (state->arg_num == 1) return tool_number("port", argument, 1, 65535, &options.port) ? 0 : EINVAL;
        return state->arg_num < 2 ? 0 : ARGP_ERR_UNKNOWN;
    case ARGP_KEY_END:
        if (state->arg_num < 2) argp_usage(state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

/* The BPF program counts in memory that the guest shares, so that reading takes no call. */
static struct traffic read_dropped(const struct tc_bpf *skel) {
    return (struct traffic){
        .packets = __atomic_load_n(&skel->bss->dropped.packets, __ATOMIC_RELAXED),
        .bytes = __atomic_load_n(&skel->bss->dropped.bytes, __ATOMIC_RELAXED),
    };
}

static int print_dropped(const struct tc_bpf *skel) {
    struct traffic before = {0};
    printf("%-8s %8s %10s\n", "TIME", "DROPPED", "BYTES");
    while (!exiting && tool_flush()) {
        sleep(1); /* a signal ends it */
        struct traffic now = read_dropped(skel);
        if (now.packets == before.packets) continue;
        char clock[sizeof("00:00:00")];
        time_t seconds = time(NULL);
        strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&seconds));
        printf("%-8s %8llu %10llu\n", clock, now.packets - before.packets, now.bytes - before.bytes);
        before = now;
    }
    return tool_flush() ? 0 : 1;
}

int main(int argc, char **argv) {
    static const struct argp argp = {argp_options, parse_option, "INTERFACE PORT", description, NULL, NULL, NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    unsigned interface = if_nametoindex(options.interface);
    if (!interface) {
        fprintf(stderr, "No interface '%s'\n", options.interface);
        return 1;
    }
    struct tc_bpf *skel = tc_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->blocked_port = (__u16)options.port;

    int code = 1;
    if (tc_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if (!(skel->links.drop_to_port = bpf_program__attach_tcx(skel->progs.drop_to_port, interface, NULL)))
        fprintf(stderr, "Cannot attach to interface '%s': %s\n", options.interface, strerror(errno));
    else
        code = print_dropped(skel);
    tc_bpf__destroy(skel);
    return code;
}
