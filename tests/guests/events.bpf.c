// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "events.h"

char LICENSE[] SEC("license") = "GPL";

const volatile __u64 magic = 0;
__u32 owner;           /* the process that sent the last command */
__u64 initial_data = 1; /* the program copies this and initial_bss to `globals` */
__u64 initial_bss;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 16 * 1024);
} ring_a SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} ring_b SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} perf SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct command);
} commands SEC(".maps");

/* The number of bpf(2) calls of the owner, without the commands. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} calls SEC(".maps");

/* `initial_data` and `initial_bss` as the program saw them at the last command, and `magic`. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u64);
} globals SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct record);
} scratch SEC(".maps");

/* The members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
    __u64 flags;
};

static void set_global(__u32 index, __u64 value) {
    bpf_map_update_elem(&globals, &index, &value, BPF_ANY);
}

static void emit(void *ctx, const struct command *command, __u64 number) {
    __u32 zero = 0;
    struct record *record = bpf_map_lookup_elem(&scratch, &zero);
    if (!record) return;
    __u32 size = command->size;
    if (size > RECORD_SIZE_MAX) size = RECORD_SIZE_MAX;
    record->number = number;
    record->size = size;
    switch (command->kind) {
    case COMMAND_RING_A: bpf_ringbuf_output(&ring_a, record, size, 0); break;
    case COMMAND_RING_B: bpf_ringbuf_output(&ring_b, record, size, 0); break;
    case COMMAND_PERF: bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, record, size); break;
    case COMMAND_DISCARD_A: {
        void *place = bpf_ringbuf_reserve(&ring_a, 40, 0);
        if (place) bpf_ringbuf_discard(place, 0);
        break;
    }
    case COMMAND_HUGE_B: {
        __u64 *place = bpf_ringbuf_reserve(&ring_b, HUGE_SIZE, 0);
        if (!place) break;
        *place = number;
        bpf_ringbuf_submit(place, 0);
        break;
    }
    }
}

SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    __u32 tgid = bpf_get_current_pid_tgid() >> 32, zero = 0;
    struct update_attr attr;
    struct command command;
    if (ctx->args[0] == BPF_MAP_UPDATE_ELEM && bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) == 0 &&
        bpf_probe_read_user(&command, sizeof(command), (void *)attr.value) == 0 && command.magic == magic) {
        owner = tgid;
        set_global(0, initial_data);
        set_global(1, initial_bss);
        set_global(2, magic);
        for (int i = 0; i < COMMAND_COUNT_MAX; i++) {
            if (i >= command.count) break;
            emit(ctx, &command, command.first + i);
        }
    } else if (tgid == owner) {
        __u64 *count = bpf_map_lookup_elem(&calls, &zero);
        if (count) __sync_fetch_and_add(count, 1);
    }
    return 0;
}
