// SPDX-License-Identifier: MIT
/* stays PHASE [WAY [INTERFACE | PIN]]: opens, loads, attaches and closes an object, prints the phase and waits there. Tests kill it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "stays.skel.h"

static const char *last_phase;

static void reach(const char *phase) {
    if (strcmp(last_phase, phase) != 0) return;
    puts(phase);
    fflush(stdout);
    // While it closes, the test kills it in the middle.
    while (strcmp(phase, "closing") != 0) sleep(1);
}

static int attach(struct stays *skel, const char *way, const char *place) {
    int ifindex = atoi(place);
    int tc = bpf_program__fd(skel->progs.stays_tc), xdp = bpf_program__fd(skel->progs.stays_xdp);

    if (!strcmp(way, "xdp link")) return bpf_program__attach_xdp(skel->progs.stays_xdp, ifindex) ? 0 : -1;
    if (!strcmp(way, "tcx link")) return bpf_program__attach_tcx(skel->progs.stays_tcx, ifindex, NULL) ? 0 : -1;
    if (!strcmp(way, "xdp")) return bpf_xdp_attach(ifindex, xdp, 0, NULL);
    if (!strcmp(way, "tc")) {
        LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
        LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = tc);
        int err = bpf_tc_hook_create(&hook);
        return err ? err : bpf_tc_attach(&hook, &opts);
    }
    if (!strcmp(way, "pin")) return bpf_program__pin(skel->progs.stays_xdp, place);
    int cgroup = open("/cgroup", O_RDONLY);
    if (!strcmp(way, "cgroup link")) return bpf_program__attach_cgroup(skel->progs.stays_cgroup, cgroup) ? 0 : -1;
    if (!strcmp(way, "cgroup"))
        return bpf_prog_attach(bpf_program__fd(skel->progs.stays_cgroup), cgroup, BPF_CGROUP_INET_EGRESS, 0);
    return bpf_program__attach(skel->progs.stays_trace) ? 0 : -1;
}

int main(int argc, char **argv) {
    last_phase = argv[1];
    struct stays *skel = stays__open();
    if (!skel) return 1;
    reach("opened");
    const char *way = argc > 2 ? argv[2] : "";
    bpf_program__set_autoload(skel->progs.stays_tcx, !strcmp(way, "tcx link"));
    if (stays__load(skel)) return 2;
    reach("loaded");
    int err = attach(skel, way, argc > 3 ? argv[3] : "");
    if (err) {
        fprintf(stderr, "attach: %s\n", strerror(-err));
        if (strcmp(way, "pin") != 0) return 3;
    }
    reach("attached");
    if (!strcmp(last_phase, "looping")) {
        puts("looping");
        fflush(stdout);
        for (volatile int i = 0;; i++) {}
    }
    reach("closing");
    stays__destroy(skel);
    reach("closed");
    return 0;
}
