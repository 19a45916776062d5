// A program that looks into the kernel's structs and shares one of its own.
#define SEC(name) __attribute__((section(name), used))

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct mm_struct {
    unsigned long total_vm;
};
struct task_struct {
    int pid;
    struct mm_struct *mm;
};
#pragma clang attribute pop

struct pt_regs {
    unsigned long ip;
};

struct own {
    long started;
    int pid;
};

struct own shared;

__attribute__((noinline)) int fill(struct own *own) {
    return own->pid;
}

SEC("kprobe/do_exit") int on_exit(struct pt_regs *ctx) {
    struct task_struct *task = (void *)ctx->ip;
    shared.pid = task->pid;
    shared.started = task->mm->total_vm;
    return fill(&shared);
}
