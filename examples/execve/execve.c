// SPDX-License-Identifier: MIT
/*
 * Prints the whole command line of every program that starts, and its parent.
 * Shows: a raw tracepoint, and ring buffer records of variable length.
 * README.md has sample output.
 */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "execve.h"
#include "execve.skel.h"
#include "tool.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

/* Prints arguments, separated by spaces. Like a shell, it quotes arguments that are empty or contain unusual bytes. */
static void print_arguments(const char *arguments, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length = strnlen(arguments + at, size - at);
        bool plain = length > 0;
        for (size_t i = 0; i < length; i++) plain = plain && (unsigned char)arguments[at + i] > ' ';
        if (at > 0) putchar(' ');
        if (!plain) putchar('\'');
        for (size_t i = 0; i < length; i++) {
            char byte = arguments[at + i];
            putchar((unsigned char)byte < ' ' ? '?' : byte);
        }
        if (!plain) putchar('\'');
        at += length + 1;
    }
}

static int print_event(void *ctx, void *data, size_t size) {
    const struct event *event = data;
    size_t arguments_size = size - offsetof(struct event, arguments);
    (void)ctx;

    printf("%-7d %-7d %-6u %-16s ", event->pid, event->ppid, event->uid, event->comm);
    print_arguments(event->arguments, arguments_size);
    puts(arguments_size < event->arguments_size ? " ..." : "");
    return 0;
}

static int print_events(const struct execve_bpf *skel) {
    struct ring_buffer *events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
    if (!events) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-7s %-6s %-16s %s\n", "PID", "PPID", "UID", "PARENT", "COMMAND");
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
    if (argc > 1) {
        bool help = strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0;
        fputs("Usage: execve\n\nPrints the command line of every program that starts.\n", help ? stdout : stderr);
        return help ? 0 : 1;
    }

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct execve_bpf *skel = execve_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF programs\n", stderr);
        return 1;
    }
    int code = 1;
    if (execve_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF programs\n", stderr);
    else
        code = print_events(skel);
    execve_bpf__destroy(skel);
    return code;
}
