// SPDX-License-Identifier: MIT
/*
 * Prints a line for every TCP connection that the processes of a cgroup establish, with its round trip time.
 * Shows: a program attached to a cgroup.
 * README.md has sample output.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "sockops.h"
#include "sockops.skel.h"
#include "tool.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static void print_address(const __u8 address[4], __u16 port) {
    char text[sizeof("255.255.255.255:65535")];
    snprintf(text, sizeof(text), "%u.%u.%u.%u:%u", address[0], address[1], address[2], address[3], port);
    printf("%-22s", text);
}

static int print_connection(void *ctx, void *data, size_t size) {
    const struct connection *connection = data;
    (void)ctx, (void)size;
    printf("%-8s ", connection->is_active ? "connect" : "accept");
    print_address(connection->local, connection->local_port);
    print_address(connection->remote, connection->remote_port);
    printf("%8u\n", connection->rtt_us);
    return 0;
}

static int print_connections(const struct sockops_bpf *skel) {
    int connections_fd = bpf_map__fd(skel->maps.connections);
    struct ring_buffer *connections = ring_buffer__new(connections_fd, print_connection, NULL, NULL);
    if (!connections) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-8s %-22s%-22s%8s\n", "SIDE", "LOCAL", "REMOTE", "RTT(us)");
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
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc > 2 || help) {
        fputs(
            "Usage: sockops [CGROUP]\n\n"
            "Prints the IPv4 TCP connections of the processes in CGROUP, a cgroup2 directory (/sys/fs/cgroup).\n",
            help ? stdout : stderr);
        return help ? 0 : 1;
    }
    const char *cgroup = argc == 2 ? argv[1] : "/sys/fs/cgroup";

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    int cgroup_fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup_fd < 0) {
        fprintf(stderr, "Cannot open cgroup '%s': %s\n", cgroup, strerror(errno));
        return 1;
    }
    int code = 1;
    struct sockops_bpf *skel = sockops_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
    } else {
        skel->links.report_established = bpf_program__attach_cgroup(skel->progs.report_established, cgroup_fd);
        if (!skel->links.report_established)
            fprintf(stderr, "Cannot attach to cgroup '%s': %s\n", cgroup, strerror(errno));
        else
            code = print_connections(skel);
    }
    sockops_bpf__destroy(skel);
    close(cgroup_fd);
    return code;
}
