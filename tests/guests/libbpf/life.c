// SPDX-License-Identifier: MIT
/* The life of a skeleton, and the memory of global variables before and after load. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "life.skel.h"

static int run(const struct bpf_program *prog) {
    LIBBPF_OPTS(bpf_test_run_opts, opts);
    int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
    return err ? err : (int)opts.retval;
}

static void list(const struct bpf_object *obj) {
    struct bpf_program *prog;
    struct bpf_map *map;
    printf("object %s\n", bpf_object__name(obj));
    bpf_object__for_each_program(prog, obj) {
        printf("program %s: section %s, autoload %d, type %s\n", bpf_program__name(prog),
               bpf_program__section_name(prog), bpf_program__autoload(prog),
               libbpf_bpf_prog_type_str(bpf_program__type(prog)));
    }
    bpf_object__for_each_map(map, obj) {
        printf("map %s: type %s, key %u, value %u, entries %u, internal %d\n", bpf_map__name(map),
               libbpf_bpf_map_type_str(bpf_map__type(map)), bpf_map__key_size(map), bpf_map__value_size(map),
               bpf_map__max_entries(map), bpf_map__is_internal(map));
    }
}

static void set_before_load(struct life *skel) {
    size_t size = 0;
    printf("rodata %ld %s, data %d, bss %ld, sizes %ld\n", skel->rodata->step, (const char *)skel->rodata->label,
           skel->data->counter, skel->bss->total, skel->data_sizes->sizes[1]);
    printf("kconfig is %s before load\n", skel->kconfig ? "there" : "not there");
    printf("same memory: %d\n", bpf_map__initial_value(skel->maps.bss, &size) == skel->bss);
    printf("size of .bss: %zu\n", size);
    printf("no memory of maps without a section: %d\n", bpf_map__fd(skel->maps.bss) < 0);
    skel->rodata->step = 5;
    strcpy((char *)skel->rodata->label, "guest");
    skel->data->counter = 100;
    skel->bss->total = 1000;
    skel->data_sizes->sizes[2] = 40;
    int tuned = 9;
    printf("set: %d\n", bpf_map__set_initial_value(skel->maps.rodata_tuning, &tuned, sizeof(tuned)));
    printf("seen: %d\n", skel->rodata_tuning->tuned);
    int err = bpf_map__set_initial_value(skel->maps.rodata_tuning, &tuned, 2);
    printf("wrong size: %s\n", err < 0 ? strerror(-err) : "accepted");
}

static void resize(struct life *skel) {
    size_t size = 0;
    printf("resize: %d\n", bpf_map__set_value_size(skel->maps.data_values, 100000 * sizeof(int)));
    skel->data_values = bpf_map__initial_value(skel->maps.data_values, &size);
    printf("resized: %zu\n", size);
    skel->data_values->values[0] = 3;
    skel->data_values->values[99999] = 4;
}

static void use_after_load(struct life *skel, const void *bss, const void *data) {
    printf("memory stayed: %d %d\n", skel->bss == bss, skel->data == data);
    printf("run: %d\n", run(skel->progs.add));
    printf("data %d, bss %ld, sizes %ld, values %d %d\n", skel->data->counter, skel->bss->total,
           skel->data_sizes->sizes[2], skel->data_values->values[0], skel->data_values->values[99999]);
    printf("label %s, end %d\n", skel->bss->seen_label, skel->bss->large[69999]);
    printf("kernel version: %d, bpf %d %d\n", skel->bss->kernel_version == skel->kconfig->LINUX_KERNEL_VERSION,
           skel->bss->has_bpf, skel->kconfig->CONFIG_BPF_SYSCALL);
    skel->data->counter = -5;
    printf("run again: %d", run(skel->progs.add));
    printf(", counter %d, total %ld\n", skel->data->counter, skel->bss->total);
    int key = 0;
    struct life__bss copy;
    printf("lookup: %d", bpf_map_lookup_elem(bpf_map__fd(skel->maps.bss), &key, &copy));
    printf(", total %ld\n", copy.total);
    int err = bpf_map__set_initial_value(skel->maps.data, skel->data, sizeof(*skel->data));
    printf("set after load: %s\n", err < 0 ? strerror(-err) : "accepted");
    err = bpf_map_update_elem(bpf_map__fd(skel->maps.rodata_tuning), &key, &key, BPF_ANY);
    printf("write .rodata: %s\n", err < 0 ? strerror(-err) : "accepted");
    printf("rodata %ld\n", skel->rodata->step);
}

static void attach(struct life *skel) {
    printf("attach: %d\n", life__attach(skel));
    printf("links: %d %d %d\n", skel->links.count != NULL, skel->links.not_loaded != NULL,
           skel->links.without_target != NULL);
    usleep(1000);
    printf("called: %d\n", skel->bss->attached > 0);
    printf("attach again: %d\n", life__attach(skel));
    life__detach(skel);
    printf("detached: %d\n", skel->links.count == NULL);
    usleep(1000);
    int calls = skel->bss->attached;
    usleep(1000);
    printf("quiet: %d\n", skel->bss->attached == calls);
    skel->links.count = bpf_program__attach(skel->progs.count);
    printf("attached alone: %d\n", skel->links.count != NULL);
}

int main(void) {
    struct life *skel = life__open();
    if (!skel) {
        printf("open: %s\n", strerror(errno));
        return 1;
    }
    list(skel->obj);
    set_before_load(skel);
    resize(skel);
    const void *bss = skel->bss, *data = skel->data;
    int err = life__load(skel);
    printf("load: %d\n", err);
    if (!err) {
        use_after_load(skel, bss, data);
        attach(skel);
    }
    life__destroy(skel);
    life__destroy(NULL);
    return 0;
}
