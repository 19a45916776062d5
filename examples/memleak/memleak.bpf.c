// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "memleak.h"

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_pid = 0;

/* The guest reads these while the programs run. */
__u64 allocated = 0;
__u64 freed = 0;
struct total outstanding = {0};
__u64 lost = 0; /* allocations that did not fit into the maps */

/* A call of an allocating function that has not returned. */
struct call {
    __u64 size;
    __u64 stack_pointer;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10240);
    __type(key, __u32); /* a thread */
    __type(value, struct call);
} calls SEC(".maps");

struct allocation {
    __u64 size;
    __s32 stack;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_ALLOCATIONS);
    __type(key, __u64); /* the address */
    __type(value, struct allocation);
} allocations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __uint(max_entries, MAX_STACKS);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, MAX_FRAMES * sizeof(__u64));
} stacks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_STACKS);
    __type(key, __s32); /* a number of `stacks`, or a negative error */
    __type(value, struct total);
} totals SEC(".maps");

/* Adds to a total, or subtracts. */
static void change(struct total *total, __s64 bytes, __s64 count) {
    __sync_fetch_and_add(&total->bytes, bytes);
    __sync_fetch_and_add(&total->count, count);
}

static void forget(__u64 address) {
    struct allocation *found = bpf_map_lookup_elem(&allocations, &address);
    if (!found) return; /* allocated before this tool started */
    struct allocation allocation = *found;
    if (bpf_map_delete_elem(&allocations, &address) < 0) return;
    struct total *total = bpf_map_lookup_elem(&totals, &allocation.stack);
    if (total) change(total, -allocation.size, -1);
    change(&outstanding, -allocation.size, -1);
    __sync_fetch_and_add(&freed, 1);
}

static void remember(void *ctx, __u64 address, __u64 size) {
    static const struct total nothing;
    forget(address); /* freed in a way that this tool does not see */
    __sync_fetch_and_add(&allocated, 1);
    struct allocation allocation = {.size = size, .stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK)};
    bpf_map_update_elem(&totals, &allocation.stack, &nothing, BPF_NOEXIST);
    struct total *total = bpf_map_lookup_elem(&totals, &allocation.stack);
    if (!total || bpf_map_update_elem(&allocations, &address, &allocation, BPF_ANY) < 0) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    change(total, size, 1);
    change(&outstanding, size, 1);
}

static bool is_target(void) {
    return bpf_get_current_pid_tgid() >> 32 == (__u32)target_pid;
}

static int enter(struct pt_regs *ctx, __u64 size) {
    if (!is_target()) return 0;
    __u32 tid = (__u32)bpf_get_current_pid_tgid();
    struct call call = {.size = size, .stack_pointer = PT_REGS_SP(ctx)};
    /* realloc() can call malloc(), whose stack is below. Only the outer call counts. */
    struct call *outer = bpf_map_lookup_elem(&calls, &tid);
    if (outer && call.stack_pointer < outer->stack_pointer) return 0;
    bpf_map_update_elem(&calls, &tid, &call, BPF_ANY);
    return 0;
}

static int leave(struct pt_regs *ctx, __u64 address) {
    if (!is_target()) return 0;
    __u32 tid = (__u32)bpf_get_current_pid_tgid();
    struct call *found = bpf_map_lookup_elem(&calls, &tid);
    if (!found || PT_REGS_SP(ctx) < found->stack_pointer) return 0; /* of an inner call */
    __u64 size = found->size;
    bpf_map_delete_elem(&calls, &tid);
    if (address) remember(ctx, address, size);
    return 0;
}

SEC("uprobe")
int BPF_UPROBE(enter_malloc, __u64 size) {
    return enter(ctx, size);
}

SEC("uprobe")
int BPF_UPROBE(enter_calloc, __u64 count, __u64 size) {
    return enter(ctx, count * size);
}

SEC("uprobe")
int BPF_UPROBE(enter_realloc, __u64 old, __u64 size) {
    if (is_target()) forget(old);
    return enter(ctx, size);
}

SEC("uprobe")
int BPF_UPROBE(enter_aligned_alloc, __u64 alignment, __u64 size) {
    return enter(ctx, size);
}

/* For all of the functions above. */
SEC("uretprobe")
int BPF_URETPROBE(leave_allocation, __u64 address) {
    return leave(ctx, address);
}

SEC("uprobe")
int BPF_UPROBE(enter_free, __u64 address) {
    if (is_target()) forget(address);
    return 0;
}
