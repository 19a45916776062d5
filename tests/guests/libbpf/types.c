// SPDX-License-Identifier: MIT
/* BTF: made, printed, read from the kernel and from an object. Subskeletons, which are found by BTF. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "life.skel.h"
#include "life.subskel.h"

static void print(void *ctx, const char *format, va_list arguments) {
    (void)ctx;
    vprintf(format, arguments);
}

static void error(const char *what, int result) {
    char text[100];
    printf("%s: %d", what, libbpf_strerror(result, text, sizeof(text)) == 0);
    printf(" %s\n", text);
}

struct event {
    int pid;
    char comm[16];
    unsigned long ns;
    void *pointer;
};

static int add_event(struct btf *btf) {
    int int_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
    int long_id = btf__add_int(btf, "long unsigned int", 8, 0);
    int char_id = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
    int comm_id = btf__add_array(btf, int_id, char_id, 16);
    int pointer_id = btf__add_ptr(btf, 0);
    int event_id = btf__add_struct(btf, "event", sizeof(struct event));
    btf__add_field(btf, "pid", int_id, 8 * offsetof(struct event, pid), 0);
    btf__add_field(btf, "comm", comm_id, 8 * offsetof(struct event, comm), 0);
    btf__add_field(btf, "ns", long_id, 8 * offsetof(struct event, ns), 0);
    btf__add_field(btf, "pointer", pointer_id, 8 * offsetof(struct event, pointer), 0);
    return event_id;
}

static void make(void) {
    struct btf *btf = btf__new_empty();
    int event_id = add_event(btf);
    btf__add_typedef(btf, "event_t", event_id);
    btf__add_enum(btf, "color", 4);
    btf__add_enum_value(btf, "RED", 1);
    btf__add_enum_value(btf, "BLUE", -2);
    btf__add_enum64(btf, "size", 8, false);
    btf__add_enum64_value(btf, "HUGE", 1ull << 40);
    add_event(btf);
    printf("types: %u\n", btf__type_cnt(btf));
    printf("dedup: %d\n", btf__dedup(btf, NULL));
    printf("types: %u\n", btf__type_cnt(btf));

    struct btf_dump *dump = btf_dump__new(btf, print, NULL, NULL);
    for (__u32 id = 1; id < btf__type_cnt(btf); id++) btf_dump__dump_type(dump, id);
    event_id = btf__find_by_name_kind(btf, "event", BTF_KIND_STRUCT);
    struct event event = {1, "hello", 3, NULL};
    LIBBPF_OPTS(btf_dump_type_data_opts, opts, .indent_str = "  ");
    printf("\n%d\n", btf_dump__dump_type_data(dump, event_id, &event, sizeof(event), &opts));
    error("too short", btf_dump__dump_type_data(dump, event_id, &event, 10, &opts));
    printf("size %lld, align %d, members %d\n", (long long)btf__resolve_size(btf, event_id),
           btf__align_of(btf, event_id), btf_vlen(btf__type_by_id(btf, event_id)));
    error("unknown name", btf__find_by_name(btf, "absent"));
    error("other kind", btf__find_by_name_kind(btf, "event", BTF_KIND_UNION));
    printf("unknown type: %d\n", btf__type_by_id(btf, 1000) == NULL);

    __u32 size;
    const void *raw = btf__raw_data(btf, &size);
    struct btf *copy = btf__new(raw, size);
    printf("copy of %u bytes: %u types\n", size, btf__type_cnt(copy));
    struct btf *broken = btf__new(raw, size - 1);
    error("cut off", broken ? 0 : -errno);
    btf_dump__free(dump);
    btf__free(copy);
    btf__free(btf);
}

static void read_kernel(void) {
    struct btf *btf = btf__load_vmlinux_btf();
    int id = btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT);
    printf("kernel: %u types, task_struct %d of %lld bytes\n", btf__type_cnt(btf), id,
           (long long)btf__resolve_size(btf, id));
    printf("function %d\n", btf__find_by_name_kind(btf, "schedule", BTF_KIND_FUNC));
    error("unknown function", btf__find_by_name_kind(btf, "no_such_function", BTF_KIND_FUNC));
    id = btf__find_by_name_kind(btf, "list_head", BTF_KIND_STRUCT);
    struct btf_dump *dump = btf_dump__new(btf, print, NULL, NULL);
    btf_dump__dump_type(dump, id);
    btf_dump__free(dump);
    struct btf *module = btf__load_module_btf("no_such_module", btf);
    error("unknown module", module ? 0 : -errno);
    printf("id of a hook: %d\n", libbpf_find_vmlinux_btf_id("schedule", BPF_TRACE_FENTRY) > 0);
    btf__free(btf);
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    printf("written: %d\n", file && fwrite(bytes, size, 1, file) == 1);
    fclose(file);
}

static void read_files(void) {
    size_t size;
    const void *object = life__elf_bytes(&size);
    write_file("types.bpf.o", object, size);
    struct btf_ext *ext = NULL;
    struct btf *btf = btf__parse("types.bpf.o", NULL), *same = btf__parse_elf("types.bpf.o", &ext);
    printf("parsed: %u types, %u types\n", btf__type_cnt(btf), btf__type_cnt(same));
    __u32 length;
    printf("more: %d\n", ext && btf_ext__raw_data(ext, &length) && length > 0);
    const void *raw = btf__get_raw_data(btf, &length);
    write_file("types.btf", raw, length);
    struct btf *copy = btf__parse("types.btf", NULL);
    printf("raw: %u types\n", btf__type_cnt(copy));
    btf_ext__free(ext);
    btf__free(copy);
    btf__free(same);
    btf__free(btf);
    remove("types.btf");
    btf = btf__parse("types.btf", NULL);
    error("missing file", btf ? 0 : -errno);
    write_file("types.bpf.o", object, 100);
    btf = btf__parse_elf("types.bpf.o", NULL);
    printf("cut off: %d\n", btf != NULL);
    remove("types.bpf.o");
}

static void read_object(void) {
    struct life *skel = life__open();
    const struct btf *btf = bpf_object__btf(skel->obj);
    printf("object: %u types, same %d\n", btf__type_cnt(btf), btf == bpf_object__btf(skel->obj));
    printf("add: %d\n", btf__find_by_name_kind(btf, "add", BTF_KIND_FUNC) > 0);
    struct life_subskeleton *library = life_subskeleton__open(skel->obj);
    printf("subskeleton: %d\n", library != NULL);
    printf("%ld %d %s\n", *library->rodata.step, *library->data.counter, (const char *)*library->rodata.label);
    *library->data.counter = 42;
    printf("same memory: %d\n", skel->data->counter);
    life_subskeleton__destroy(library);
    life__destroy(skel);
}

int main(void) {
    make();
    read_kernel();
    read_files();
    read_object();
    error("libbpf's error", -LIBBPF_ERRNO__RELOC);
    error("unknown error", 5000);
    printf("%s %u %u\n", libbpf_version_string(), libbpf_major_version(), libbpf_minor_version());
    return 0;
}
