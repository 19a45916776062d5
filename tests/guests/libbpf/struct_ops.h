/* SPDX-License-Identifier: MIT */
/*
 * The members of a congestion control that the test uses. libbpf finds the kernel's struct by the name before "___", and the
 * kernel's members by their names.
 */
#ifndef STRUCT_OPS_H
#define STRUCT_OPS_H

#ifdef __bpf__
#define FUNCTION(result, name, ...) result (*name)(__VA_ARGS__)
#else
#define FUNCTION(result, name, ...) struct bpf_program *name
#endif

struct tcp_congestion_ops___members {
    FUNCTION(__u32, ssthresh, struct sock *);
    FUNCTION(void, cong_avoid, struct sock *, __u32, __u32);
    FUNCTION(void, set_state, struct sock *, __u8);
    FUNCTION(__u32, undo_cwnd, struct sock *);
    char name[16];
    __u32 flags;
};

#endif /* STRUCT_OPS_H */
