// SPDX-License-Identifier: MIT
//
// Programs that the kernel or libbpf refuses, each for a single reason. refusals.ts loads one at a time.

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hashed SEC(".maps");

struct locked {
	struct bpf_spin_lock lock;
	int count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked);
} locks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

// The following programs use assembly, because clang would refuse the C code or optimise it away.
#define ASM(text) asm volatile(text ::: "memory")

SEC("socket") __attribute__((naked)) int uninitialised_register(void)
{
	ASM("r0 = r2; exit;");
}

SEC("socket") __attribute__((naked)) int no_result(void)
{
	ASM("exit;");
}

SEC("socket") __attribute__((naked)) int scalar_dereference(void)
{
	ASM("r1 = 7; r0 = *(u32 *)(r1 + 0); exit;");
}

SEC("tp/sched/sched_switch") int null_dereference(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&hashed, &key);
	return *value;
}

SEC("tp/sched/sched_switch") int beyond_map_value(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&values, &key);
	return value ? value[3] : 0;
}

SEC("tp/sched/sched_switch") int unbounded_map_value(void *ctx)
{
	__u32 key = 0;
	__u64 index = bpf_ktime_get_ns();
	__u64 *value = bpf_map_lookup_elem(&values, &key);
	return value ? value[index] : 0;
}

SEC("socket") __attribute__((naked)) int beyond_stack(void)
{
	ASM("r0 = 0; *(u64 *)(r10 - 520) = r0; exit;");
}

SEC("socket") __attribute__((naked)) int frame_pointer_written(void)
{
	ASM("r10 = 0; r0 = 0; exit;");
}

SEC("socket") __attribute__((naked)) int unreachable_instruction(void)
{
	ASM("r0 = 0; exit; r0 = 1; exit;");
}

SEC("socket") __attribute__((naked)) int falls_off_its_end(void)
{
	ASM("r0 = 0; r0 = 1;");
}

SEC("socket") __attribute__((naked)) int endless_loop(void)
{
	ASM("r0 = 0; l0_%=: r0 = 0; if r0 == 0 goto l0_%=; exit;");
}

SEC("socket") __attribute__((naked)) int counted_too_far(void)
{
	ASM("call 5; r6 = r0; r0 = 0; l1_%=: r0 += 1; if r0 < 2000000 goto l1_%=; r0 = 0; exit;");
}

SEC("xdp") int helper_of_other_type(struct xdp_md *ctx)
{
	return bpf_skb_load_bytes((void *)ctx, 0, (void *)(long)ctx->data, 1);
}

SEC("socket") __attribute__((naked)) int helper_unknown(void)
{
	ASM("call 9999; exit;");
}

SEC("socket") __attribute__((naked)) int helper_argument(void)
{
	ASM("r1 = 5; r2 = r10; r2 += -8; r3 = 0; *(u64 *)(r10 - 8) = r3; call 1; r0 = 0; exit;");
}

SEC("tp/sched/sched_switch") int leaked_reference(void *ctx)
{
	void *record = bpf_ringbuf_reserve(&ring, 8, 0);
	return record != 0;
}

SEC("tc") int lock_held(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locks, &key);
	if (value)
		bpf_spin_lock(&value->lock);
	return 0;
}

SEC("tc") int lock_and_call(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locks, &key);
	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count = bpf_get_prandom_u32();
	bpf_spin_unlock(&value->lock);
	return 0;
}

SEC("xdp") int packet_unchecked(struct xdp_md *ctx)
{
	return *(__u8 *)(long)ctx->data;
}

SEC("xdp") __attribute__((naked)) int context_access(void)
{
	ASM("r0 = *(u64 *)(r1 + 4000); exit;");
}

SEC("xdp") __attribute__((naked)) int context_write(void)
{
	ASM("r2 = 0; *(u32 *)(r1 + 0) = r2; r0 = 0; exit;");
}

SEC("cgroup/skb_egress_wrong") int unknown_section(void *ctx)
{
	return 0;
}

SEC("cgroup/bind4") int return_value(struct bpf_sock_addr *ctx)
{
	return 7;
}

SEC("tp_btf/sched_switch") int sleeping_helper(void *ctx)
{
	char text[8];
	return bpf_copy_from_user(text, sizeof(text), (void *)0);
}

SEC("syscall") int dynptr_unreleased(void *ctx)
{
	struct bpf_dynptr pointer;
	return bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &pointer);
}

SEC("syscall") int dynptr_uninitialised(void *ctx)
{
	struct bpf_dynptr pointer;
	__u64 value;
	return bpf_dynptr_read(&value, sizeof(value), &pointer, 0, 0);
}

extern void bpf_weak_kfunc(void) __ksym __weak;
SEC("syscall") int kfunc_weak(void *ctx)
{
	bpf_weak_kfunc();
	return 0;
}

extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
SEC("xdp") int kfunc_not_allowed(void *ctx)
{
	return bpf_task_acquire((void *)0) != 0;
}

SEC("tc") __attribute__((naked)) int tail_call_argument(void)
{
	asm volatile("r2 = %[values] ll; r3 = 0; call 12; r0 = 0; exit;" ::[values] "i"(&values));
}

struct task_struct___other {
	int no_such_member;
} __attribute__((preserve_access_index));
SEC("tp/sched/sched_switch") int relocation_of_member(void *ctx)
{
	struct task_struct___other *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, no_such_member);
}

struct no_such_struct {
	int member;
} __attribute__((preserve_access_index));
SEC("tp_btf/sched_switch") int relocation_of_type(__u64 *ctx)
{
	struct no_such_struct *thing = (void *)ctx[1];
	return thing->member;
}

SEC("tc") __attribute__((naked)) int pointer_arithmetic(void)
{
	ASM("r0 = r10; r0 *= 8; r0 = 0; exit;");
}

SEC("tc") __attribute__((naked)) int division_of_pointer(void)
{
	ASM("r0 = r1; r0 += r10; exit;");
}

#define WRITE(at) asm volatile("*(u8 *)(%[to] + 0) = %[zero]" ::[to] "r"(at), [zero] "r"(0) : "memory")

static __attribute__((noinline)) int deep(void)
{
	char room[400];
	WRITE(room);
	return 0;
}

SEC("tc") int stack_too_deep(struct __sk_buff *skb)
{
	char room[300];
	WRITE(room);
	return deep();
}

__attribute__((noinline)) int global_function(struct __sk_buff *skb, __u64 *pointer)
{
	return *pointer;
}

SEC("tc") int global_argument(struct __sk_buff *skb)
{
	__u64 number = skb->len;
	return global_function(skb, &number);
}

SEC("fentry/no_such_function") int fentry_target(void *ctx) { return 0; }
SEC("fexit/no_such_function") int fexit_target(void *ctx) { return 0; }
SEC("fentry") int fentry_without_target(void *ctx) { return 0; }
SEC("fexit") int fexit_without_target(void *ctx) { return 0; }
SEC("tp_btf/no_such_tracepoint") int tp_btf_target(void *ctx) { return 0; }
SEC("lsm/no_such_hook") int lsm_target(void *ctx) { return 0; }
SEC("lsm_cgroup/no_such_hook") int lsm_cgroup_target(void *ctx) { return 0; }
SEC("fmod_ret/no_such_function") int fmod_ret_target(void *ctx) { return 0; }
SEC("fmod_ret/schedule") int fmod_ret_not_allowed(void *ctx) { return 0; }
SEC("iter/no_such_iterator") int iter_target(void *ctx) { return 0; }
SEC("freplace/no_such_function") int freplace_target(void *ctx) { return 0; }
SEC("fentry/schedule") int fentry_loads(void *ctx) { return 0; }
SEC("lsm/file_open") int lsm_loads(void *ctx) { return 0; }
SEC("tp_btf/sched_switch") __attribute__((naked)) int kernel_memory_written(void)
{
	ASM("r2 = *(u64 *)(r1 + 8); r3 = 0; *(u64 *)(r2 + 0) = r3; r0 = 0; exit;");
}

SEC("tp/sched/sched_switch") int writes_user_memory(void *ctx)
{
	long number = 0;
	return bpf_probe_write_user((void *)0, &number, sizeof(number));
}

// More pending branches than the verifier's limit of 8192 states.
SEC("tc") __attribute__((naked)) int too_many_branches(void)
{
	ASM("call 7; r6 = r0; r0 = 0; .set number, 5;"
	    ".rept 8200; .set number, number + 1; if r6 == number goto +0; .endr;"
	    "exit;");
}
