// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "user_ringbuf.h"

char LICENSE[] SEC("license") = "GPL";

/* The used members of task_struct. All others would make the guest 25 KB larger. */
struct task_struct___used {
    pid_t tgid;
    struct task_struct___used *real_parent;
} __attribute__((preserve_access_index));

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 64 * 1024); /* 2048 commands */
} commands SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct name {
    char text[NAME_SIZE];
};

/* The names of programs that are watched. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct name);
    __type(value, __u8);
} watched SEC(".maps");

/* Obeys one command of the guest. */
static long obey(struct bpf_dynptr *record, void *context) {
    struct command command;
    struct name name;
    __u8 one = 1;
    if (bpf_dynptr_read(&command, sizeof(command), record, 0, 0) < 0) return 0;
    __builtin_memcpy(name.text, command.name, sizeof(name.text));
    if (command.action == WATCH) bpf_map_update_elem(&watched, &name, &one, BPF_ANY);
    if (command.action == FORGET) bpf_map_delete_elem(&watched, &name);
    return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(handle_exec, struct task_struct___used *task) {
    bpf_user_ringbuf_drain(&commands, obey, NULL, BPF_RB_NO_WAKEUP);

    struct name name = {0}; /* Linux 6.1 leaves what is behind the end of the name as it was */
    bpf_get_current_comm(name.text, sizeof(name.text));
    if (!bpf_map_lookup_elem(&watched, &name)) return 0;
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) return 0;
    event->pid = task->tgid;
    event->ppid = BPF_CORE_READ(task, real_parent, tgid);
    __builtin_memcpy(event->name, name.text, sizeof(event->name));
    bpf_ringbuf_submit(event, 0);
    return 0;
}
