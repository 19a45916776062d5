// SPDX-License-Identifier: MIT
/*
 * Prints a line with all arguments each time a program passes one of its USDT probes.
 * Shows: probes that the authors of a program have put into it, and their arguments.
 * README.md has sample output.
 */
#include <argp.h>
#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "usdt.h"
#include "usdt.skel.h"
#include "tool.h"

static struct {
    const char *binary, *provider, *probe;
    unsigned long pid;
    bool texts;
} options;

static const char description[] =
    "Prints a line each time a process passes the probe PROVIDER:PROBE of BINARY, a program or shared library.\n"
    "'readelf -n BINARY' lists the probes of a file.\n"
    "\n"
    "EXAMPLES:\n"
    "    usdt -s /usr/bin/python3 python import__find__load__done\n"
    "    usdt -p 185 libstdc++.so.6 libstdcxx throw   # exceptions of a process\n";

static const struct argp_option argp_options[] = {
    {"pid", 'p', "PID", 0, "Show only this process", 0},
    {"strings", 's', NULL, 0, "Show arguments that point to text as text", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'p': return tool_number("process", argument, 1, INT_MAX, &options.pid) ? 0 : EINVAL;
    case 's': options.texts = true; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) options.binary = argument;
        if (state->arg_num == 1) options.provider = argument;
        if (state->arg_num == 2) options.probe = argument;
        return state->arg_num < 3 ? 0 : ARGP_ERR_UNKNOWN;
    case ARGP_KEY_END:
        if (state->arg_num < 3) argp_usage(state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

/* Text is printed in quotes, small numbers in decimal, and others, which are mostly addresses, in hexadecimal. */
static void print_argument(const struct argument *argument) {
    const char *end = argument->text;
    while (isprint((unsigned char)*end)) end++;
    if (end > argument->text && *end == '\0')
        printf(" \"%s\"", argument->text);
    else if (argument->value >= INT_MIN && argument->value <= UINT_MAX)
        printf(" %lld", argument->value);
    else
        printf(" %#llx", (unsigned long long)argument->value);
}

static int print_hit(void *ctx, void *data, size_t size) {
    const struct hit *hit = data;
    (void)ctx, (void)size;
    printf("%-7d %-16s", hit->pid, hit->comm);
    for (int i = 0; i < hit->argument_count && i < MAX_ARGUMENTS; i++) print_argument(&hit->arguments[i]);
    puts(hit->argument_count > MAX_ARGUMENTS ? " ..." : "");
    return 0;
}

/* Prints on stderr the number of hits that were lost since the last call. */
static void report_lost(const struct usdt_bpf *skel) {
    static __u64 reported;
    __u64 lost = __atomic_load_n(&skel->bss->lost, __ATOMIC_RELAXED);
    if (lost == reported) return;
    fprintf(stderr, "Lost %llu hits\n", lost - reported);
    reported = lost;
}

static int print_hits(const struct usdt_bpf *skel) {
    struct ring_buffer *hits = ring_buffer__new(bpf_map__fd(skel->maps.hits), print_hit, NULL, NULL);
    if (!hits) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-16s %s\n", "PID", "COMM", "ARGUMENTS");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(hits, 1000 /* ms */);
        if (err == -EINTR) err = 0;
        report_lost(skel);
    }
    if (err < 0) fprintf(stderr, "Cannot read hits: %s\n", strerror(-err));
    ring_buffer__free(hits);
    return err < 0 || ferror(stdout);
}

/* Returns NULL and sets errno if it fails. */
static struct bpf_link *attach(const struct usdt_bpf *skel) {
    pid_t pid = options.pid ? (pid_t)options.pid : -1 /* all processes */;
    return bpf_program__attach_usdt(skel->progs.handle_probe, pid, options.binary, options.provider, options.probe,
                                    NULL);
}

int main(int argc, char **argv) {
    static const struct argp argp = {argp_options, parse_option, "BINARY PROVIDER PROBE", description, NULL,
                                     NULL,         NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct usdt_bpf *skel = usdt_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->read_texts = options.texts;

    int code = 1;
    if (usdt_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if (!(skel->links.handle_probe = attach(skel)))
        fprintf(stderr, "Cannot attach to probe %s:%s of '%s': %s\n", options.provider, options.probe, options.binary,
                strerror(errno));
    else
        code = print_hits(skel);
    usdt_bpf__destroy(skel);
    return code;
}
