// The types and functions of the model kernel: those that the corpus names.
#include "common.h"

enum colour { RED = 3, GREEN = 4 };
enum wide : u64 { WIDEST = 1ull << 40 };

struct task_struct {
    int tgid;
    u32 in_execve : 1;
    u32 other : 5;
    int pid;
    char comm[16];
    struct task_struct *real_parent;
    enum colour colour;
    enum wide wide;
    union {
        u16 small;
        u64 large;
    };
    struct {
        int depth[4];
    } nested;
};

struct pt_regs {
    u64 di, si;
};

struct sock {
    int number;
};

struct module {
    int kind;
};

enum bpf_struct_ops_state { INIT, INUSE };

struct bpf_struct_ops_common_value {
    int refcnt;
    enum bpf_struct_ops_state state;
};

struct tcp_congestion_ops {
    u64 key;
    u32 (*ssthresh)(struct sock *sk);
    void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
    u32 flags;
    char name[16];
    struct module *owner;
};

struct bpf_struct_ops_tcp_congestion_ops {
    struct bpf_struct_ops_common_value common;
    struct tcp_congestion_ops data;
};

struct bpf_iter__task {
    struct task_struct *task;
};

struct task_struct init_task SEC(".data..percpu");
struct bpf_struct_ops_tcp_congestion_ops ops;
struct bpf_iter__task iterator;
struct pt_regs regs;

int do_unlinkat(int dfd, char *name) {
    return dfd;
}
int bpf_lsm_file_open(struct task_struct *task) {
    return 0;
}
int bpf_iter_task(struct task_struct *task) {
    return 0;
}
u64 bpf_rdonly_cast(void *object, u32 id) {
    return id;
}
struct task_struct *bpf_task_acquire(struct task_struct *task) {
    return task;
}
typedef int (*btf_trace_sched_switch)(void *, int, struct task_struct *);
btf_trace_sched_switch trace;
