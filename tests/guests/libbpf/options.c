// SPDX-License-Identifier: MIT
/* Objects without a skeleton: files, options of opening, logs, instructions, links. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "life.skel.h"

static char log_text[1 << 20];

static void write_file(const char *path) {
    size_t size;
    const void *bytes = life__elf_bytes(&size);
    FILE *file = fopen(path, "w");
    printf("written: %d\n", file && fwrite(bytes, size, 1, file) == 1);
    fclose(file);
}

static void show(const char *what, struct bpf_object *obj) {
    printf("%s: %s\n", what, obj ? bpf_object__name(obj) : strerror(errno));
    bpf_object__close(obj);
}

static void open_files(void) {
    write_file("tool.v1.bpf.o");
    show("file", bpf_object__open("tool.v1.bpf.o"));
    LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "renamed");
    show("named", bpf_object__open_file("tool.v1.bpf.o", &opts));
    remove("tool.v1.bpf.o");
    show("removed", bpf_object__open("tool.v1.bpf.o"));
    write_file("dotless");
    show("without a dot", bpf_object__open("./dotless"));
    remove("dotless");
    size_t size;
    const void *bytes = life__elf_bytes(&size);
    struct bpf_object *obj = bpf_object__open_mem(bytes, size, NULL);
    printf("a name is made: %d\n", strchr(bpf_object__name(obj), '-') != NULL);
    bpf_object__close(obj);
}

static int run(const struct bpf_program *prog) {
    LIBBPF_OPTS(bpf_test_run_opts, opts);
    int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
    return err ? err : (int)opts.retval;
}

static void override_kconfig(void) {
    LIBBPF_OPTS(bpf_object_open_opts, opts, .kconfig = "CONFIG_BPF_SYSCALL=n\n", .kernel_log_buf = log_text,
                .kernel_log_size = sizeof(log_text), .kernel_log_level = 1);
    struct life *skel = life__open_opts(&opts);
    if (!skel || life__load(skel)) {
        printf("kconfig: %s\n", strerror(errno));
        return;
    }
    printf("kconfig: %d, log: %d\n", skel->kconfig->CONFIG_BPF_SYSCALL, strlen(log_text) > 10);
    life__destroy(skel);
}

static void use_programs(void) {
    struct life *skel = life__open();
    struct bpf_program *prog = skel->progs.add;
    size_t count = bpf_program__insn_cnt(prog), size;
    const struct bpf_insn *instructions = bpf_program__insns(prog);
    printf("instructions: %d, first: %d\n", count > 10, instructions && instructions[0].code != 0);
    log_text[0] = 0;
    bpf_program__set_log_level(prog, 1);
    printf("log: %d\n", bpf_program__set_log_buf(prog, log_text, sizeof(log_text)));
    printf("same: %d", bpf_program__log_buf(prog, &size) == log_text);
    printf(", %zu\n", size);
    printf("level: %u\n", bpf_program__log_level(prog));
    bpf_map__set_autocreate(skel->maps.data_values, true);
    bpf_program__set_autoload(skel->progs.count, false);
    printf("load: %d\n", life__load(skel));
    printf("logged: %d\n", strstr(log_text, "processed ") != NULL);
    printf("fd of a map: %d\n",
           bpf_object__find_map_fd_by_name(skel->obj, ".data.sizes") == bpf_map__fd(skel->maps.data_sizes));
    printf("not loaded: %d\n", bpf_program__fd(skel->progs.count) < 0);
    life__destroy(skel);
}

static void use_two(void) {
    struct life *first = life__open(), *second = life__open();
    first->rodata->step = 2;
    second->rodata->step = 3;
    printf("load: %d %d\n", life__load(first), life__load(second));
    printf("run: %d", run(first->progs.add));
    printf(" %d", run(second->progs.add));
    printf(" %d\n", run(second->progs.add));
    printf("apart: %d %d\n", first->data->counter, second->data->counter);
    life__destroy(first);
    printf("run: %d, counter %d\n", run(second->progs.add), second->data->counter > 0);
    life__destroy(second);
    for (int i = 0; i < 20; i++) {
        first = life__open_and_load();
        if (!first) {
            printf("round %d: %s\n", i, strerror(errno));
            return;
        }
        first->bss->large[0] = 1;
        life__destroy(first);
    }
}

static void use_links(void) {
    struct life *skel = life__open_and_load();
    struct bpf_link *link = bpf_program__attach_raw_tracepoint(skel->progs.count, "sys_enter");
    printf("attached: %d, fd: %d\n", link != NULL, bpf_link__fd(link) >= 0);
    usleep(1000);
    printf("called: %d\n", skel->bss->attached > 0);
    int err = bpf_link__detach(link);
    printf("detach: %s\n", err < 0 ? strerror(-err) : "done");
    printf("destroy: %d\n", bpf_link__destroy(link));
    link = bpf_program__attach_raw_tracepoint(skel->progs.count, "no_such_tracepoint");
    printf("unknown: %s\n", link ? "attached" : strerror(errno));
    life__destroy(skel);
}

int main(void) {
    open_files();
    override_kconfig();
    use_programs();
    use_two();
    use_links();
    return 0;
}
