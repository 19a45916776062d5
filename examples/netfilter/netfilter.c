// SPDX-License-Identifier: MIT
/*
 * Drops the IPv4 packets of a protocol that come to this machine, and prints a line for each.
 * Shows: a netfilter program, which runs where nftables' rules do, for all interfaces, as long as the guest runs.
 * README.md has sample output.
 */
#include <argp.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <bpf/libbpf.h>
#include <linux/netfilter.h>
#include "netfilter.h"
#include "netfilter.skel.h"
#include "tool.h"

static __u8 protocol;

static const char description[] =
    "Drops incoming IPv4 packets of PROTOCOL (icmp, tcp or udp), until Ctrl-C.\n"
    "\n"
    "EXAMPLES:\n"
    "    netfilter icmp   # this machine answers no ping\n"
    "    netfilter udp    # programs that lose their name server\n";

static const struct argp_option argp_options[] = {{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0}, {0}};

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    static const struct {
        const char *name;
        __u8 number;
    } protocols[] = {{"icmp", IPPROTO_ICMP}, {"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}};
    switch (key) {
    case 'h': argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) return ARGP_ERR_UNKNOWN;
        for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
            if (strcmp(argument, protocols[i].name) == 0) protocol = protocols[i].number;
        if (protocol) return 0;
        fprintf(stderr, "Unknown protocol '%s': it must be icmp, tcp or udp\n", argument);
        return EINVAL;
    case ARGP_KEY_NO_ARGS: argp_usage(state); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t exiting;

static void handle_signal(int signal) {
    (void)signal;
    exiting = 1;
}

static int print_packet(void *ctx, void *data, size_t size) {
    const struct packet *packet = data;
    char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN], interface[IF_NAMESIZE];
    (void)ctx, (void)size;
    inet_ntop(AF_INET, packet->source, source, sizeof(source));
    inet_ntop(AF_INET, packet->destination, destination, sizeof(destination));
    if (!if_indextoname(packet->interface, interface)) strcpy(interface, "?");
    printf("%-16s %-15s %-15s %5u\n", interface, source, destination, packet->size);
    return 0;
}

static int print_packets(const struct netfilter_bpf *skel) {
    struct ring_buffer *packets = ring_buffer__new(bpf_map__fd(skel->maps.packets), print_packet, NULL, NULL);
    if (!packets) {
        perror("Cannot open the ring buffer");
        return 1;
    }
    printf("%-16s %-15s %-15s %5s\n", "INTERFACE", "SOURCE", "DESTINATION", "BYTES");
    int err = 0;
    while (!exiting && err >= 0 && tool_flush()) {
        err = ring_buffer__poll(packets, 1000 /* ms */);
        if (err == -EINTR) err = 0;
    }
    if (err < 0) fprintf(stderr, "Cannot read packets: %s\n", strerror(-err));
    ring_buffer__free(packets);
    return err < 0 || ferror(stdout);
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = argp_options, .parser = parse_option, .args_doc = "PROTOCOL", .doc = description};
    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) return 1;

    signal(SIGINT, handle_signal);
    signal(SIGTERM, handle_signal);

    struct netfilter_bpf *skel = netfilter_bpf__open();
    if (!skel) {
        perror("Cannot open the BPF object");
        return 1;
    }
    skel->rodata->dropped_protocol = protocol;

    /* Packets for this machine's own programs, before most rules of nftables. */
    LIBBPF_OPTS(bpf_netfilter_opts, hook, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = -128);
    int code = 1;
    if (netfilter_bpf__load(skel) < 0)
        fputs("Cannot load the BPF program\n", stderr);
    else if (!(skel->links.drop_protocol = bpf_program__attach_netfilter(skel->progs.drop_protocol, &hook)))
        perror("Cannot attach the BPF program");
    else
        code = print_packets(skel);
    netfilter_bpf__destroy(skel);
    return code;
}
