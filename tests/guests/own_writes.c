// SPDX-License-Identifier: MIT
/* Traces its own write(2) by getpid(), like the first example of many tutorials. Prints five dots on stderr. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "check.h"
#include "own_writes.skel.h"

int main(void) {
    struct own_writes_bpf *skel = own_writes_bpf__open();
    if (!check("the object opens", skel != NULL)) return 1;
    skel->bss->my_pid = getpid();
    if (!check("loads and attaches", own_writes_bpf__load(skel) == 0 && own_writes_bpf__attach(skel) == 0)) return 1;
    for (int i = 0; i < 5; i++) fprintf(stderr, ".");
    check_equal("each write was seen", skel->bss->writes, 5);
    own_writes_bpf__destroy(skel);
    return check_result();
}
