// SPDX-License-Identifier: MIT
/*
 * Prints a line for every call of a function in a program or library: first argument, result and duration.
 * Shows: a pair of probes in user space, and an attach target given at run time.
 * README.md has sample output.
 */
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "uprobe.h"
#include "uprobe.skel.h"
#include "tool.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_call(void *ctx, void *data, size_t size) {
    const struct call *call = data;
    (void)ctx, (void)size;
    printf("%-7d %-7d %-16s %#18llx %#18llx %12.3f\n", call->pid, call->tid, call->comm, call->argument, call->result,
           call->duration_ns / 1e3);
    return 0;
}

static int print_calls(const struct uprobe_bpf *skel) {
    struct ring_buffer *calls = ring_buffer__new(bpf_map__fd(skel->maps.calls), print_call, NULL, NULL);
    if (!calls) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-7s %-7s %-16s %18s %18s %12s\n", "PID", "TID", "COMM", "ARGUMENT", "RESULT", "DURATION(us)");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(calls, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read calls: %s\n", strerror(-err));
    ring_buffer__free(calls);
    return err < 0 || ferror(stdout);
}

/* Attaches both programs to the function in every process. Returns false with errno set if that fails. */
static bool attach(struct uprobe_bpf *skel, const char *binary, const char *function) {
    const pid_t every_process = -1;
    LIBBPF_OPTS(bpf_uprobe_opts, at_entry, .func_name = function);
    LIBBPF_OPTS(bpf_uprobe_opts, at_return, .func_name = function, .retprobe = true);
    skel->links.enter_function =
        bpf_program__attach_uprobe_opts(skel->progs.enter_function, every_process, binary, 0, &at_entry);
    if (!skel->links.enter_function) return false;
    skel->links.leave_function =
        bpf_program__attach_uprobe_opts(skel->progs.leave_function, every_process, binary, 0, &at_return);
    return skel->links.leave_function != NULL;
}

int main(int argc, char **argv) {
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc != 3 || help) {
        fputs(
            "Usage: uprobe BINARY FUNCTION\n\n"
            "Prints every call of FUNCTION in BINARY, a program or shared library, by any process.\n"
            "\n"
            "EXAMPLES:\n"
            "    uprobe /bin/bash readline      # lines typed into shells\n"
            "    uprobe libc.so.6 malloc        # every allocation\n",
            help ? stdout : stderr);
        return help ? 0 : 1;
    }

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct uprobe_bpf *skel = uprobe_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF programs\n", stderr);
        return 1;
    }
    int code = 1;
    if (!attach(skel, argv[1], argv[2]))
        fprintf(stderr, "Cannot attach to '%s' in '%s': %s\n", argv[2], argv[1], strerror(errno));
    else
        code = print_calls(skel);
    uprobe_bpf__destroy(skel);
    return code;
}
