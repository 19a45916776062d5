// SPDX-License-Identifier: MIT
/*
 * Prints a line for every start of a watched program. Lines on stdin add and remove names while it runs.
 * Shows: a user ring buffer, which carries records from the guest to a BPF program.
 * README.md has sample output.
 */
#include <argp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "user_ringbuf.h"
#include "user_ringbuf.skel.h"
#include "tool.h"

static const char description[] =
    "Traces the start of the programs NAME... A line `+NAME` on stdin adds a name, and `-NAME` removes it.\n"
    "\n"
    "EXAMPLES:\n"
    "    user_ringbuf sort                      # every start of sort\n"
    "    echo -e '+ls\\n-sort' | user_ringbuf sort   # every start of ls\n";

static const struct argp_option argp_options[] = {{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0}, {0}};

static char **names = NULL; /* ends with NULL */

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    (void)argument;
    switch (key) {
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARGS: names = state->argv + state->next; return 0;
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
    printf("%-7d %-7d %s\n", event->pid, event->ppid, event->name);
    return 0;
}

/* Sends a command to the BPF program, which obeys it before it looks at the next start of a program. */
static void send_command(struct user_ring_buffer *commands, enum action action, const char *name) {
    struct command *command = user_ring_buffer__reserve(commands, sizeof(*command));
    if (!command) {
        fprintf(stderr, "Cannot send '%s': %s\n", name, strerror(errno));
        return;
    }
    *command = (struct command){.action = action};
    strncpy(command->name, name, sizeof(command->name) - 1);
    user_ring_buffer__submit(commands, command);
}

static void obey_line(struct user_ring_buffer *commands, const char *line) {
    if ((line[0] == '+' || line[0] == '-') && line[1] != '\0')
        send_command(commands, line[0] == '+' ? WATCH : FORGET, line + 1);
    else
        fprintf(stderr, "Unknown command '%s': it must be +NAME or -NAME\n", line);
}

/* Reads what is there of stdin, and obeys its whole lines. Returns false at the end of stdin. */
static bool read_commands(struct user_ring_buffer *commands) {
    static char text[4096];
    static size_t size;
    ssize_t more = read(STDIN_FILENO, text + size, sizeof(text) - 1 - size);
    if (more <= 0) return more < 0 && errno == EINTR;
    size += (size_t)more;
    text[size] = '\0';
    char *line = text, *end;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        obey_line(commands, line);
    }
    size -= (size_t)(line - text);
    memmove(text, line, size);
    if (size == sizeof(text) - 1) size = 0; /* a line without an end */
    return true;
}

static int print_events(struct user_ring_buffer *commands, struct ring_buffer *events) {
    struct pollfd inputs[] = {
        {.fd = ring_buffer__epoll_fd(events), .events = POLLIN},
        {.fd = STDIN_FILENO, .events = POLLIN},
    };
    printf("%-7s %-7s %s\n", "PID", "PPID", "COMM");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        if (poll(inputs, 2, -1) < 0) continue; /* a signal */
        if (inputs[1].revents && !read_commands(commands)) inputs[1].fd = -1;
        err = ring_buffer__consume(events);
    }
    if (err < 0) fprintf(stderr, "Cannot read events: %s\n", strerror(-err));
    return err < 0 || ferror(stdout);
}

static int run(const struct user_ringbuf_bpf *skel) {
    struct user_ring_buffer *commands = user_ring_buffer__new(bpf_map__fd(skel->maps.commands), NULL);
    struct ring_buffer *events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
    int code = 1;
    if (commands && events) {
        for (char **name = names; name && *name; name++) send_command(commands, WATCH, *name);
        code = print_events(commands, events);
    } else {
        perror("Cannot open the ring buffers");
    }
    ring_buffer__free(events);
    user_ring_buffer__free(commands);
    return code;
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = argp_options, .parser = parse_option, .args_doc = "[NAME...]", .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct user_ringbuf_bpf *skel = user_ringbuf_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
        return 1;
    }
    int code = 1;
    if (user_ringbuf_bpf__attach(skel) < 0)
        fputs("Cannot attach the BPF program\n", stderr);
    else
        code = run(skel);
    user_ringbuf_bpf__destroy(skel);
    return code;
}
