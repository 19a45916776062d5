// SPDX-License-Identifier: MIT
/*
 * Prevents everyone, even root, from removing directories of a certain name, and prints each attempt.
 * Shows: a security policy (BPF LSM) that lasts as long as the guest runs.
 * README.md has sample output.
 */
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "lsm.h"
#include "lsm.skel.h"
#include "tool.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_event(void *ctx, void *data, size_t size) {
    const struct event *event = data;
    (void)ctx, (void)size;
    printf("%-7d %-6u %-16s %s\n", event->pid, event->uid, event->comm, event->name);
    return 0;
}

static int print_events(const struct lsm_bpf *skel) {
    struct ring_buffer *events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
    if (!events) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-6s %-16s %s\n", "PID", "UID", "COMM", "KEPT DIRECTORY");
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
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc != 2 || help || strlen(argv[1]) >= NAME_SIZE) {
        fputs("Usage: lsm NAME\n\nKeeps directories called NAME (63 bytes at most) from being removed, until Ctrl-C.\n",
              help ? stdout : stderr);
        return help ? 0 : 1;
    }

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct lsm_bpf *skel = lsm_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    strcpy(skel->rodata->protected_name, argv[1]);

    int code = 1;
    if (lsm_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if (lsm_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF program: is 'bpf' in /sys/kernel/security/lsm?\n", stderr);
    else
        code = print_events(skel);
    lsm_bpf__destroy(skel);
    return code;
}
