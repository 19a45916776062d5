// SPDX-License-Identifier: MIT
/* Constants of kernel types. The guest reads them with the SDK's headers, whose fields must have the same offsets. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kernel_types.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct packet packet = {1, 2, {3, 4}, 5, 6, 7};
const volatile struct ethhdr ethernet = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}, 13};
const volatile struct iphdr ip = {.ihl = 5,
                                  .version = 4,
                                  .tos = 1,
                                  .tot_len = 2,
                                  .id = 3,
                                  .frag_off = 4,
                                  .ttl = 5,
                                  .protocol = 6,
                                  .check = 7,
                                  .saddr = 8,
                                  .daddr = 9};
const volatile struct ipv6hdr ip6 = {
    .priority = 1, .version = 6, .flow_lbl = {2, 3, 4}, .payload_len = 5, .nexthdr = 6, .hop_limit = 7};
const volatile struct tcphdr tcp = {.source = 1,
                                    .dest = 2,
                                    .seq = 3,
                                    .ack_seq = 4,
                                    .doff = 5,
                                    .syn = 1,
                                    .psh = 1,
                                    .cwr = 1,
                                    .window = 6,
                                    .check = 7,
                                    .urg_ptr = 8};
const volatile struct udphdr udp = {1, 2, 3, 4};
const volatile struct icmphdr icmp = {.type = 1, .code = 2, .checksum = 3, .un = {.echo = {.id = 4, .sequence = 5}}};
const volatile struct bpf_stack_build_id build_id = {.status = 1, .build_id = {2}, .ip = 3};
const volatile struct bpf_perf_event_value counter = {1, 2, 3};
const volatile struct bpf_cgroup_storage_key storage_key = {1, 2};

/* In .data: types for map values. No test loads this object. */
struct bpf_spin_lock lock = {1};
struct bpf_timer timer = {{1}};
struct bpf_wq work_queue = {{1}};
struct bpf_list_head list_head = {{1}};
struct bpf_list_node list_node = {{1}};
struct bpf_rb_root root = {{1}};
struct bpf_rb_node node = {{1}};
struct bpf_refcount refcount = {{1}};
struct bpf_dynptr dynptr = {{1}};
__u64 last = 7;

SEC("raw_tp/sys_enter")
int never(void *ctx) {
    return packet.source + ethernet.h_proto + ip.ttl + ip6.hop_limit + tcp.window + udp.len + icmp.code +
           build_id.status + counter.counter + storage_key.attach_type + lock.val + timer.__opaque[0] +
           work_queue.__opaque[0] + list_head.__opaque[0] + list_node.__opaque[0] + root.__opaque[0] +
           node.__opaque[0] + refcount.__opaque[0] + dynptr.__opaque[0] + last;
}
