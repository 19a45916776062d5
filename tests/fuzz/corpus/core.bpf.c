// All kinds of CO-RE relocations, functions of the kernel, variables of the kernel, and its configuration.
#include "common.h"

enum colour___mine { RED___mine = 1, BLUE___mine = 9 };
enum wide___mine : u64 { WIDEST___mine = 1 };

struct task_struct {
    int pid;
    u32 in_execve : 1;
    u32 other : 5;
    enum colour___mine colour;
    struct task_struct *real_parent;
    union {
        u16 small;
        u64 large;
    };
    struct {
        int depth[4];
    } nested;
    char comm[16];
} __core;

struct task_struct___old {
    long missing;
} __core;

struct unknown {
    int field;
} __core;

typedef struct {
    int x;
} anonymous_t;

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym __weak;
extern u64 bpf_rdonly_cast(void *object, u32 id) __ksym;
extern const struct task_struct init_task __ksym;
extern const void absent __ksym __weak;

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool CONFIG_BPF __kconfig __weak;
extern enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE } CONFIG_MODULE __kconfig __weak;
extern char CONFIG_TEXT[16] __kconfig __weak;
extern unsigned long CONFIG_NUMBER __kconfig __weak;
extern char CONFIG_LETTER __kconfig __weak;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig __weak;

static long (*probe_read)(void *to, u32 size, const void *from) = (void *)113;

u64 seen[8];

SEC("fentry/do_unlinkat") int enter(u64 *ctx) {
    struct task_struct *task = (void *)ctx[0];
    struct task_struct___old *old = (void *)task;

    seen[0] = __builtin_preserve_field_info(task->in_execve, 0);
    seen[1] = __builtin_preserve_field_info(task->other, 1);
    seen[2] = __builtin_preserve_field_info(old->missing, 2);
    seen[3] = __builtin_preserve_field_info(task->pid, 3);
    seen[4] = __builtin_preserve_field_info(task->other, 4) + __builtin_preserve_field_info(task->other, 5);
    seen[5] = __builtin_btf_type_id(*(struct task_struct *)0, 1) + __builtin_btf_type_id(*(struct unknown *)0, 0);
    seen[6] = __builtin_preserve_type_info(*(struct unknown *)0, 0) +
              __builtin_preserve_type_info(*(struct task_struct *)0, 1) +
              __builtin_preserve_type_info(*(anonymous_t *)0, 2);
    seen[7] = __builtin_preserve_enum_value(*(enum colour___mine *)BLUE___mine, 0) +
              __builtin_preserve_enum_value(*(enum colour___mine *)RED___mine, 1) +
              __builtin_preserve_enum_value(*(enum wide___mine *)WIDEST___mine, 1);
    probe_read(&seen[0], 4, &task->nested.depth[2]);
    return task->small + (int)task->large + task->real_parent->pid;
}

SEC("tp_btf/sched_switch") int tick(u64 *ctx) {
    struct task_struct *task = (void *)ctx[1];

    if (bpf_task_acquire) bpf_task_acquire(task);
    seen[1] = bpf_rdonly_cast(task, 1) + (u64)&init_task + (u64)&absent;
    return LINUX_KERNEL_VERSION + CONFIG_BPF + CONFIG_MODULE + CONFIG_TEXT[1] + (int)CONFIG_NUMBER + CONFIG_LETTER +
           LINUX_HAS_BPF_COOKIE;
}

SEC("lsm/file_open") int opened(u64 *ctx) {
    return 0;
}
SEC("iter/task") int each(u64 *ctx) {
    return 0;
}
SEC("kprobe/do_unlinkat") int probe(struct task_struct *task) {
    return task->pid;
}
