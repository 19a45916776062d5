// SPDX-License-Identifier: MIT
/* skel->kconfig has the values that the program sees. */
#include "libbpf-wasm.h"
#include "check.h"
#include "kconfig.skel.h"

int main(void) {
    struct kconfig_bpf *skel = kconfig_bpf__open();
    if (!check("the object opens", skel != NULL)) return 1;
    check("kconfig is there", skel->kconfig != NULL);
    check_equal("its values are 0 before load", skel->kconfig->LINUX_KERNEL_VERSION, 0);
    if (!check("it loads and attaches", kconfig_bpf__load(skel) == 0 && kconfig_bpf__attach(skel) == 0)) return 1;
    for (int i = 0; i < 100 && skel->bss->version == 0; i++) usleep(10000);
    printf("# Linux %d.%d.%d\n", skel->kconfig->LINUX_KERNEL_VERSION >> 16,
           skel->kconfig->LINUX_KERNEL_VERSION >> 8 & 0xff, skel->kconfig->LINUX_KERNEL_VERSION & 0xff);
    check("the kernel's version", skel->kconfig->LINUX_KERNEL_VERSION > 5 << 16);
    check_equal("is the program's", skel->kconfig->LINUX_KERNEL_VERSION, skel->bss->version);
    check_equal("an option that is on", skel->kconfig->CONFIG_BPF_SYSCALL, true);
    check_equal("is on for the program", skel->bss->syscall_option, true);
    check_equal("an option that is unknown", skel->kconfig->CONFIG_NO_SUCH_OPTION, skel->data->no_such_option);
    check_equal("a number", skel->kconfig->CONFIG_HZ, skel->bss->hz);
    check("a text", memcmp(skel->kconfig->CONFIG_DEFAULT_HOSTNAME, skel->bss->hostname, 16) == 0);
    kconfig_bpf__destroy(skel);
    return check_result();
}
