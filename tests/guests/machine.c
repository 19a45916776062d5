// SPDX-License-Identifier: MIT
/* Prints facts about the machine: the process id, the numbers of possible and online processors, the page size. */
#include "libbpf-wasm.h"

int main(void) {
    printf("%d %d %ld %ld %ld\n", getpid(), libbpf_num_possible_cpus(), sysconf(_SC_NPROCESSORS_CONF),
           sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_PAGESIZE));
    printf("%d %d\n", wasm_bpf_sys_sysconf(1000), -EINVAL);
    return 0;
}
