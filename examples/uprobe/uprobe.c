// SPDX-License-Identifier: MIT
/*
 * Prints a line for every call of a function in a program or library: first argument, result and duration.
 * Shows: a pair of probes in user space, and an attach target given at run time.
 * README.md has sample output.
 */
#include "libbpf-wasm.h"
#include "uprobe.h"
#include "uprobe.skel.h"
#include "tool.h"

static int print_call(void *ctx, void *data, size_t size) {
    const struct call *call = data;
    (void)ctx, (void)size;
    printf("%-7d %-7d %-16s %#18llx %#18llx %12.3f\n", call->pid, call->tid, call->comm, call->argument, call->result,
           call->duration_ns / 1e3);
    return 0;
}

static int print_calls(struct uprobe_bpf *skel) {
    struct bpf_buffer *calls = bpf_buffer__open(skel->maps.calls, print_call, NULL);
    if (!calls) {
        perror("Cannot open the call buffer");
        return 1;
    }
    printf("%-7s %-7s %-16s %18s %18s %12s\n", "PID", "TID", "COMM", "ARGUMENT", "RESULT", "DURATION(us)");
    int err = 0;
    while (err >= 0 && tool_flush()) err = bpf_buffer__poll(calls, 1000);
    if (err < 0) fprintf(stderr, "Cannot read calls: %s\n", strerror(-err));
    bpf_buffer__free(calls);
    return err < 0 || ferror(stdout);
}

/* Attaches both programs to the function. */
static int attach(struct uprobe_bpf *skel, const char *binary, const char *function) {
    char target[1024];
    if (snprintf(target, sizeof(target), "%s:%s", binary, function) >= (int)sizeof(target)) return -ENAMETOOLONG;
    bpf_set_prog_attach_target(skel->progs.enter_function, target);
    bpf_set_prog_attach_target(skel->progs.leave_function, target);
    return uprobe_bpf__attach(skel);
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

    struct uprobe_bpf *skel = uprobe_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF programs\n", stderr);
        return 1;
    }
    int code = 1;
    if (attach(skel, argv[1], argv[2]) < 0)
        fprintf(stderr, "Cannot attach to '%s' in '%s'\n", argv[2], argv[1]);
    else
        code = print_calls(skel);
    uprobe_bpf__destroy(skel);
    return code;
}
