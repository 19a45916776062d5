// SPDX-License-Identifier: MIT
/* Reads headers and global variables of the kernel's types with the SDK's headers. The skeleton asserts their sizes. */
#include "libbpf-wasm.h"
#include <linux/bpf.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/perf_event.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <asm/types.h>
#include "check.h"
#include "kernel_types.h"
#include "kernel_types.skel.h"

static void constants(const struct kernel_types_bpf__rodata *c) {
    check_equal("struct packet",
                c->packet.source + c->packet.destination * 10 + c->packet.ports[1] * 100 + c->packet.checksum * 1000 +
                    c->packet.sum * 10000 + c->packet.long_one * 100000,
                765421);
    check_equal("struct ethhdr", c->ethernet.h_dest[5] * 10000 + c->ethernet.h_source[5] * 100 + c->ethernet.h_proto,
                61213);
    check_equal("struct iphdr's first byte", c->ip.ihl * 10 + c->ip.version, 54);
    check_equal("struct iphdr",
                c->ip.tot_len + c->ip.id * 10 + c->ip.frag_off * 100 + c->ip.ttl * 1000 + c->ip.protocol * 10000 +
                    c->ip.check * 100000 + c->ip.saddr * 1000000 + c->ip.daddr * 10000000,
                98765432);
    check_equal("struct ipv6hdr",
                c->ip6.priority + c->ip6.flow_lbl[2] * 10 + c->ip6.payload_len * 100 + c->ip6.nexthdr * 1000 +
                    c->ip6.hop_limit * 10000 + c->ip6.version * 100000,
                676541);
    check_equal("struct tcphdr",
                c->tcp.source + c->tcp.dest * 10 + c->tcp.seq * 100 + c->tcp.ack_seq * 1000 + c->tcp.doff * 10000 +
                    c->tcp.window * 100000 + c->tcp.check * 1000000 + c->tcp.urg_ptr * 10000000,
                87654321);
    check_equal("struct tcphdr's flags",
                c->tcp.fin + c->tcp.syn * 2 + c->tcp.rst * 4 + c->tcp.psh * 8 + c->tcp.ack * 16 + c->tcp.urg * 32 +
                    c->tcp.ece * 64 + c->tcp.cwr * 128,
                0x8a);
    check_equal("struct udphdr", c->udp.source + c->udp.dest * 10 + c->udp.len * 100 + c->udp.check * 1000, 4321);
    check_equal("struct icmphdr",
                c->icmp.type + c->icmp.code * 10 + c->icmp.checksum * 100 + c->icmp.un.echo.id * 1000 +
                    c->icmp.un.echo.sequence * 10000,
                54321);
    check_equal("struct bpf_stack_build_id", c->build_id.status + c->build_id.build_id[0] * 10 + c->build_id.ip * 100,
                321);
    check_equal("struct bpf_perf_event_value", c->counter.counter + c->counter.enabled * 10 + c->counter.running * 100,
                321);
    check_equal("struct bpf_cgroup_storage_key", c->storage_key.cgroup_inode_id + c->storage_key.attach_type * 10, 21);
}

int main(void) {
    struct kernel_types_bpf *skel = kernel_types_bpf__open();
    if (!check("the object opens", skel != NULL)) return 1;
    constants(skel->rodata);
    check_equal("a lock in .data", skel->data->lock.val, 1);
    check_equal("and what follows the others", skel->data->last, 7);
    kernel_types_bpf__destroy(skel);
    return check_result();
}
