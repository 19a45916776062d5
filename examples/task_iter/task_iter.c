// SPDX-License-Identifier: MIT
/*
 * Prints a line for every process of the machine, without reading /proc.
 * Shows: an iterator. The kernel runs the BPF program on each thread, and the guest reads what the program prints.
 * README.md has sample output.
 */
#include <argp.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "task_iter.skel.h"
#include "tool.h"

static const char *name = "";

static const char description[] =
    "Lists the processes of this machine.\n"
    "\n"
    "EXAMPLES:\n"
    "    task_iter           # every process\n"
    "    task_iter -n bash   # those with this name\n";

static const struct argp_option argp_options[] = {
    {"name", 'n', "NAME", 0, "List only processes with this name, which has 15 bytes at most", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'n': name = argument; return 0;
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* Reads the iterator to its end. Each read runs the BPF program on some threads. */
static int print_all(int iterator_fd) {
    char text[4096];
    ssize_t size;
    printf("%-7s %-7s %7s %10s %-8s %s\n", "PID", "PPID", "THREADS", "AGE(s)", "STATE", "COMM");
    while ((size = read(iterator_fd, text, sizeof(text))) > 0) fwrite(text, 1, (size_t)size, stdout);
    if (size < 0) perror("Cannot read the iterator");
    return size < 0 || !tool_flush();
}

int main(int argc, char **argv) {
    static const struct argp argp = {.options = argp_options, .parser = parse_option, .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    struct task_iter_bpf *skel = task_iter_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    strncpy((char *)skel->rodata->only_name, name, sizeof(skel->rodata->only_name) - 1);

    int code = 1, iterator_fd;
    if (task_iter_bpf__load(skel) < 0) {
        fputs("Cannot load the BPF program\n", stderr);
    } else if (task_iter_bpf__attach(skel) < 0) {
        fputs("Cannot attach the BPF program\n", stderr);
    } else if ((iterator_fd = bpf_iter_create(bpf_link__fd(skel->links.print_process))) < 0) {
        fprintf(stderr, "Cannot start the iterator: %s\n", strerror(-iterator_fd));
    } else {
        code = print_all(iterator_fd);
        close(iterator_fd);
    }
    task_iter_bpf__destroy(skel);
    return code;
}
