// Structs of functions for the kernel, with and without a link.
#include "common.h"

struct sock;
struct module;

struct tcp_congestion_ops {
    u32 (*ssthresh)(struct sock *sk);
    void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
    u32 flags;
    char name[16];
    struct module *owner;
};

struct tcp_congestion_ops___other {
    char name[16];
    u32 (*ssthresh)(struct sock *sk);
    u64 missing;
};

int count;

SEC("struct_ops") u32 ssthresh(u64 *ctx) {
    return 2;
}
SEC("struct_ops/named") void cong_avoid(u64 *ctx) {
    count++;
}
SEC("?struct_ops") u32 unused(u64 *ctx) {
    return 3;
}

SEC(".struct_ops")
struct tcp_congestion_ops plain = {.ssthresh = (void *)ssthresh, .cong_avoid = (void *)cong_avoid, .name = "plain"};
SEC(".struct_ops.link") struct tcp_congestion_ops___other other = {.name = "other", .ssthresh = (void *)ssthresh};
SEC("?.struct_ops.link") struct tcp_congestion_ops optional = {.ssthresh = (void *)unused, .flags = 1};
