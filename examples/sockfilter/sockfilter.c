// SPDX-License-Identifier: MIT
/*
 * Prints a line for every IPv4 packet that a network interface receives.
 * Shows: a socket filter, and an attach target given at run time.
 * README.md has sample output.
 */
#include "libbpf-wasm.h"
#include "sockfilter.h"
#include "sockfilter.skel.h"
#include "tool.h"

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

static int print_packets(struct sockfilter_bpf *skel) {
    struct bpf_buffer *packets = bpf_buffer__open(skel->maps.packets, print_packet, NULL);
    if (!packets) {
        perror("Cannot open the packet buffer");
        return 1;
    }
    printf("%-6s %-22s%-22s%5s\n", "PROTO", "SOURCE", "DESTINATION", "BYTES");
    int err = 0;
    while (err >= 0 && tool_flush()) err = bpf_buffer__poll(packets, 1000);
    if (err < 0) fprintf(stderr, "Cannot read packets: %s\n", strerror(-err));
    bpf_buffer__free(packets);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    bool help = argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0);
    if (argc != 2 || help) {
        fputs("Usage: sockfilter INTERFACE\n\nPrints every IPv4 packet that INTERFACE receives.\n",
              help ? stdout : stderr);
        return help ? 0 : 1;
    }

    struct sockfilter_bpf *skel = sockfilter_bpf__open_and_load();
    if (!skel) {
        fputs("Cannot load the BPF program\n", stderr);
        return 1;
    }
    int code = 1;
    bpf_set_prog_attach_target(skel->progs.read_packet, argv[1]);
    if (sockfilter_bpf__attach(skel) < 0)
        fprintf(stderr, "Cannot attach to interface '%s'\n", argv[1]);
    else
        code = print_packets(skel);
    sockfilter_bpf__destroy(skel);
    return code;
}
