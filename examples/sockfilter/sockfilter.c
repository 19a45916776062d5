// SPDX-License-Identifier: MIT
/*
 * Prints a line for every IPv4 packet that a network interface receives.
 * Shows: a socket filter, which the guest attaches to a socket of its own.
 * README.md has sample output.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "sockfilter.h"
#include "sockfilter.skel.h"
#include "tool.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static const char *protocol_name(__u32 protocol) {
    switch (protocol) {
    case 1: return "ICMP";
    case 6: return "TCP";
    case 17: return "UDP";
    default: return "other";
    }
}

static void print_address(const __u8 address[4], __u16 port) {
    char text[sizeof("255.255.255.255:65535")];
    int length = snprintf(text, sizeof(text), "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
    if (port) snprintf(text + length, sizeof(text) - length, ":%u", port);
    printf("%-22s", text);
}

static int print_packet(void *ctx, void *data, size_t size) {
    const struct packet *packet = data;
    (void)ctx, (void)size;
    printf("%-6s ", protocol_name(packet->protocol));
    print_address(packet->source, packet->source_port);
    print_address(packet->destination, packet->destination_port);
    printf("%5u\n", packet->size);
    return 0;
}

static int print_packets(const struct sockfilter_bpf *skel) {
    struct ring_buffer *packets = ring_buffer__new(bpf_map__fd(skel->maps.packets), print_packet, NULL, NULL);
    if (!packets) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-6s %-22s%-22s%5s\n", "PROTO", "SOURCE", "DESTINATION", "BYTES");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(packets, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read packets: %s\n", strerror(-err));
    ring_buffer__free(packets);
    return err < 0 || ferror(stdout);
}

/* Opens a socket that gets the interface's packets through the BPF program. Returns it or -1 with errno set. */
static int open_socket(unsigned interface, int program_fd) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
    /* With protocol 0 it gets no packet before it has its filter and its interface. */
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof(program_fd)) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

int main(int argc, char **argv) {
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc != 2 || help) {
        fputs("Usage: sockfilter INTERFACE\n\nPrints every IPv4 packet that INTERFACE receives.\n",
              help ? stdout : stderr);
        return help ? 0 : 1;
    }

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    unsigned interface = if_nametoindex(argv[1]);
    if (!interface) {
        fprintf(stderr, "No interface '%s'\n", argv[1]);
        return 1;
    }
    struct sockfilter_bpf *skel = sockfilter_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
        return 1;
    }
    int code = 1, socket_fd = open_socket(interface, bpf_program__fd(skel->progs.read_packet));
    if (socket_fd < 0) {
        fprintf(stderr, "Cannot attach to interface '%s': %s\n", argv[1], strerror(errno));
    } else {
        code = print_packets(skel);
        close(socket_fd);
    }
    sockfilter_bpf__destroy(skel);
    return code;
}
