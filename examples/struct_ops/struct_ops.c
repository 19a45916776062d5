// SPDX-License-Identifier: MIT
/*
 * Adds a congestion control to the kernel, "bpf_fixed", which sends with a fixed window. Prints a line for each
 * connection that used it, when the connection ends.
 * Shows: a struct of functions of the kernel (struct_ops) that BPF programs implement as long as the guest runs.
 * README.md has sample output.
 */
#include <argp.h>
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "struct_ops.h"
#include "struct_ops.skel.h"
#include "tool.h"

static unsigned long window = 10;

static const char description[] =
    "Adds the congestion control bpf_fixed, which sends WINDOW (10) packets before it waits for an acknowledgement.\n"
    "\n"
    "EXAMPLES:\n"
    "    struct_ops 100\n"
    "    ip route add 192.0.2.0/24 via 198.51.100.1 congctl bpf_fixed   # meanwhile, for some connections\n"
    "    sysctl net.ipv4.tcp_congestion_control=bpf_fixed               # for all\n";

static const struct argp_option argp_options[] = {{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0}, {0}};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    switch (key) {
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) return ARGP_ERR_UNKNOWN;
        return tool_number("window", argument, 2, 100000, &window) ? 0 : EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static void print_address(const __u8 address[4], __u16 port) {
    char text[INET_ADDRSTRLEN], both[sizeof("255.255.255.255:65535")];
    snprintf(both, sizeof(both), "%s:%u", inet_ntop(AF_INET, address, text, sizeof(text)), port);
    printf("%-22s", both);
}

static int print_connection(void *ctx, void *data, size_t size) {
    const struct connection *connection = data;
    (void)ctx, (void)size;
    print_address(connection->local, connection->local_port);
    print_address(connection->remote, connection->remote_port);
    printf("%12llu %8u %5u %8u\n", connection->bytes, connection->packets, connection->lost, connection->rtt_us);
    return 0;
}

static int print_connections(const struct struct_ops_bpf *skel) {
    int connections_fd = bpf_map__fd(skel->maps.connections);
    struct ring_buffer *connections = ring_buffer__new(connections_fd, print_connection, NULL, NULL);
    if (!connections) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-22s%-22s%12s %8s %5s %8s\n", "LOCAL", "REMOTE", "BYTES", "PACKETS", "LOST", "RTT(us)");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(connections, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read connections: %s\n", strerror(-err));
    ring_buffer__free(connections);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = argp_options, .parser = parse_option, .args_doc = "[WINDOW]", .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct struct_ops_bpf *skel = struct_ops_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->window = (__u32)window;

    int code = 1;
    if (struct_ops_bpf__load(skel) < 0)
        fputs("Cannot load the BPF programs\n", stderr);
    else if (struct_ops_bpf__attach(skel) < 0)
        fputs("Cannot add the congestion control\n", stderr);
    else
        code = print_connections(skel);
    struct_ops_bpf__destroy(skel);
    return code;
}
