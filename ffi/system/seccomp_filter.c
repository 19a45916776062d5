// SPDX-License-Identifier: MIT
//
// The filter of system calls. It names the forbidden calls, because those that the engine and libc need differ between their versions.
// Calls newer than the list get ENOSYS, as on an older kernel, so that nothing unknown is allowed.

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "confinement.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "unknown architecture"
#endif

// The last call that the list below considers: mseal, Linux 6.10. Calls of the x32 ABI have higher numbers.
#define LAST_KNOWN 462
#define CLONE3 435
#define FCHMODAT2 452
#define MAX_INSTRUCTIONS 512

static const uint16_t forbidden[] = {
    // Other programs and processes.
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_personality,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_move_pages,
    SYS_migrate_pages,
    SYS_unshare,
    SYS_setns,
    424 /* pidfd_send_signal */,
    434 /* pidfd_open */,
    438 /* pidfd_getfd */,
    440 /* process_madvise */,
    448 /* process_mrelease */,
    // Another identity.
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    // Owners, attributes and devices. No import of a guest needs them.
    SYS_fchown,
    SYS_fchownat,
    SYS_mknodat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    // File systems.
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_swapon,
    SYS_swapoff,
    SYS_quotactl,
    443 /* quotactl_fd */,
    SYS_acct,
    428 /* open_tree */,
    429 /* move_mount */,
    430 /* fsopen */,
    431 /* fsconfig */,
    432 /* fsmount */,
    433 /* fspick */,
    442 /* mount_setattr */,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_fanotify_init,
    SYS_fanotify_mark,
    // The machine.
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_reboot,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_syslog,
    SYS_vhangup,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    // Ways into the kernel that have had many defects.
    425 /* io_uring_setup */,
    426 /* io_uring_enter */,
    427 /* io_uring_register */,
    SYS_userfaultfd,
    447 /* memfd_secret */,
    // Connections, and memory that other processes share.
    SYS_connect,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_semget,
    SYS_semop,
    SYS_semctl,
    SYS_semtimedop,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_msgctl,
    SYS_mq_open,
    SYS_mq_unlink,
#ifdef __x86_64__
    SYS_fork,
    SYS_vfork,

    SYS_chown,
    SYS_lchown,
    SYS_mknod,
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS__sysctl,
    SYS_nfsservctl,
#endif
};

struct program {
    struct sock_filter code[MAX_INSTRUCTIONS];
    unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t operand, uint8_t if_true, uint8_t if_false) {
    if (program->length == MAX_INSTRUCTIONS) return; // the kernel refuses a program without an end
    program->code[program->length++] = (struct sock_filter){code, if_true, if_false, operand};
}

static void load(struct program *program, size_t offset) {
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void end_with(struct program *program, uint32_t action) {
    add(program, BPF_RET | BPF_K, action, 0, 0);
}

static uint32_t fail_with(int error) {
    return SECCOMP_RET_ERRNO | (uint32_t)error;
}

// The lower 32 bits of an argument. Both architectures are little-endian.
static size_t argument(int index) {
    return offsetof(struct seccomp_data, args) + 8 * (size_t)index;
}

static void skip_unless_call(struct program *program, uint32_t number, uint8_t instructions) {
    load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, instructions);
}

// Allows a call if an argument has one of the values, otherwise fails it.
static void allow_values(struct program *program, uint32_t number, int index, const uint32_t *values, uint8_t count,
                         int error) {
    skip_unless_call(program, number, (uint8_t)(count + 3));
    load(program, argument(index));
    for (uint8_t i = 0; i < count; i++) add(program, BPF_JMP | BPF_JEQ | BPF_K, values[i], (uint8_t)(count - i), 0);
    end_with(program, fail_with(error));
    end_with(program, SECCOMP_RET_ALLOW);
}

// Signals go to this process only. Signal 0 looks if another process exists.
static void allow_own_signals(struct program *program, uint32_t own) {
    skip_unless_call(program, SYS_kill, 6);
    load(program, argument(1));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    load(program, argument(0));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, own, 1, 0);
    end_with(program, fail_with(EPERM));
    end_with(program, SECCOMP_RET_ALLOW);
    allow_values(program, SYS_tgkill, 0, &own, 1, EPERM);
}

// Threads may be made, but no processes. The arguments of clone3() are in memory, so libc must use clone().
static void allow_threads(struct program *program) {
    skip_unless_call(program, CLONE3, 1);
    end_with(program, fail_with(ENOSYS));
    skip_unless_call(program, SYS_clone, 4);
    load(program, argument(0));
    add(program, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    end_with(program, fail_with(EPERM));
    end_with(program, SECCOMP_RET_ALLOW);
}

// Messages go only where a socket is bound or connected already: libbpf's go to the kernel, by netlink.
static void allow_sending(struct program *program) {
    skip_unless_call(program, SYS_sendto, 6);
    load(program, argument(4));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
    load(program, argument(4) + 4);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    end_with(program, fail_with(EPERM));
    end_with(program, SECCOMP_RET_ALLOW);
}

// Input to a terminal would become commands of its shell.
static void forbid_terminal_input(struct program *program) {
    skip_unless_call(program, SYS_ioctl, 5);
    load(program, argument(1));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1);
    end_with(program, fail_with(EPERM));
    end_with(program, SECCOMP_RET_ALLOW);
}

// A guest may change permissions, but not make a program that runs with the rights of its owner.
static void forbid_set_id(struct program *program, uint32_t number, int index) {
    skip_unless_call(program, number, 4);
    load(program, argument(index));
    add(program, BPF_JMP | BPF_JSET | BPF_K, S_ISUID | S_ISGID, 0, 1);
    end_with(program, fail_with(EPERM));
    end_with(program, SECCOMP_RET_ALLOW);
}

static void check_machine(struct program *program) {
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
    end_with(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN, 0, 1);
    end_with(program, fail_with(ENOSYS));
}

static void check_call(struct program *program) {
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        add(program, BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1);
        end_with(program, fail_with(EPERM));
    }
}

int wasm_bpf_install_filter(void) {
    // The host finds interfaces by the labels of their addresses through AF_INET.
    static const uint32_t families[] = {AF_UNIX, AF_INET, AF_NETLINK, AF_PACKET};
    static struct program program;
    const struct sock_fprog *all;
    long result;

    program.length = 0;
    check_machine(&program);
    check_call(&program);
    allow_values(&program, SYS_socket, 0, families, 4, EAFNOSUPPORT);
    allow_own_signals(&program, (uint32_t)getpid());
    allow_threads(&program);
    allow_sending(&program);
    forbid_terminal_input(&program);
    forbid_set_id(&program, SYS_fchmod, 1);
    forbid_set_id(&program, SYS_fchmodat, 2);
    forbid_set_id(&program, FCHMODAT2, 2);
#ifdef __x86_64__
    forbid_set_id(&program, SYS_chmod, 1);
#endif
    end_with(&program, SECCOMP_RET_ALLOW);
    all = &(struct sock_fprog){.len = program.length, .filter = program.code};
    result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, all);
    if (result > 0) return -EAGAIN; // a thread has another filter
    // A kernel without seccomp gives EINVAL, and the guest runs without a filter.
    return result < 0 && errno != EINVAL && errno != ENOSYS ? -errno : 0;
}
