// SPDX-License-Identifier: MIT
/* Every way to read and write maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "maps.skel.h"

struct value {
    long count;
    int small;
    char text[12];
};

static void result(const char *what, int number) {
    printf("%s: %s", what, number < 0 ? strerror(-number) : "");
    printf(number < 0 ? "\n" : "%d\n", number);
}

static int run(const struct bpf_program *prog) {
    LIBBPF_OPTS(bpf_test_run_opts, opts);
    return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static void use_hash(int fd) {
    unsigned long key = 1ul << 40, next;
    struct value value = {.count = 1, .small = 2, .text = "guest"}, seen;
    result("add", bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST));
    int err, count = 0;
    unsigned long *last = NULL, sum = 0;
    while ((err = bpf_map_get_next_key(fd, last, &next)) == 0) {
        bpf_map_lookup_elem(fd, &next, &seen);
        sum += next + (unsigned long)seen.count;
        count++;
        key = next;
        last = &key;
    }
    printf("%d keys, sum %lx, end %s\n", count, sum, strerror(-err));
    key = 0x123456789abc;
    result("look up", bpf_map_lookup_elem_flags(fd, &key, &seen, 0));
    printf("%ld %d %s\n", seen.count, seen.small, seen.text);
    result("wrong flag", bpf_map_lookup_elem_flags(fd, &key, &seen, 1 << 30));
    result("look up and delete", bpf_map_lookup_and_delete_elem(fd, &key, &seen));
    result("delete", bpf_map_delete_elem(fd, &key));
}

static int compare(const void *left, const void *right) {
    unsigned long a = *(const unsigned long *)left, b = *(const unsigned long *)right;
    return (a > b) - (a < b);
}

static void use_batches(int fd) {
    unsigned long keys[80], first, next;
    struct value values[80] = {0};
    __u32 count = 50;
    for (int i = 0; i < 50; i++) {
        keys[i] = (unsigned long)i;
        values[i].count = i * 10;
    }
    LIBBPF_OPTS(bpf_map_batch_opts, opts);
    result("update batch", bpf_map_update_batch(fd, keys, values, &count, &opts));
    printf("%u updated\n", count);
    count = 20;
    memset(keys, 0, sizeof(keys));
    int err = bpf_map_lookup_batch(fd, NULL, &first, keys, values, &count, &opts);
    unsigned int all = count;
    while (!err) {
        count = 20;
        err = bpf_map_lookup_batch(fd, &first, &next, keys + (all < 30 ? all : 30), values, &count, &opts);
        first = next;
        all += count;
    }
    printf("%u looked up, then %s\n", all, strerror(-err));
    /* All in one batch: in smaller ones, the number depends on the random order of the hash table. */
    count = 80;
    err = bpf_map_lookup_and_delete_batch(fd, NULL, &next, keys, values, &count, &opts);
    printf("%u taken, then %s\n", count, err ? strerror(-err) : "more");
    qsort(keys, count, sizeof(keys[0]), compare);
    printf("from %lu to %lu\n", keys[0], keys[count - 1]);
    count = 10;
    result("delete batch", bpf_map_delete_batch(fd, keys, &count, &opts));
    count = 1;
    result("update batch without values", bpf_map_update_batch(fd, keys, NULL, &count, &opts));
    count = 1;
    result("delete batch without keys", bpf_map_delete_batch(fd, NULL, &count, &opts));
    count = 0;
    result("empty batch", bpf_map_update_batch(fd, NULL, NULL, &count, &opts));
}

static void use_per_cpu(const struct bpf_map *map) {
    int cpus = libbpf_num_possible_cpus(), key = 0;
    long *values = calloc((size_t)cpus, sizeof(*values)), sum = 0;
    size_t size = (size_t)cpus * sizeof(*values);
    result("per CPU", bpf_map__lookup_elem(map, &key, sizeof(key), values, size, 0));
    for (int i = 0; i < cpus; i++) sum += values[i];
    printf("sum %ld\n", sum);
    result("too small", bpf_map__lookup_elem(map, &key, sizeof(key), values, size - 8, 0));
    for (int i = 0; i < cpus; i++) values[i] = i;
    result("set", bpf_map__update_elem(map, &key, sizeof(key), values, size, BPF_EXIST));
    memset(values, 0, size);
    bpf_map_lookup_elem(bpf_map__fd(map), &key, values);
    printf("last %d\n", values[cpus - 1] == cpus - 1);
    free(values);
}

static void use_queue(int fd) {
    int value = 7;
    result("push", bpf_map_update_elem(fd, NULL, &value, 0));
    value = 8;
    result("push", bpf_map_update_elem(fd, NULL, &value, 0));
    result("peek", bpf_map_lookup_elem(fd, NULL, &value));
    printf("%d\n", value);
    result("pop", bpf_map_lookup_and_delete_elem(fd, NULL, &value));
    result("pop", bpf_map_lookup_and_delete_elem(fd, NULL, &value));
    printf("%d\n", value);
    result("pop", bpf_map_lookup_and_delete_elem(fd, NULL, &value));
}

/* Elements of mmapable arrays are 8 bytes apart. */
static void use_shared(struct maps *skel) {
    int fd = bpf_map__fd(skel->maps.shared), key = 1, value = 5;
    long *memory = mmap(NULL, 1000 * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        printf("mmap: %s\n", strerror(errno));
        return;
    }
    bpf_map_update_elem(fd, &key, &value, 0);
    printf("mapped: %ld\n", memory[1]);
    run(skel->progs.change);
    printf("changed: %ld\n", memory[1]);
    memory[999] = 77;
    key = 999;
    bpf_map_lookup_elem(fd, &key, &value);
    printf("read back: %d\n", value);
    result("munmap", munmap(memory, 1000 * sizeof(long)));
    int other = bpf_map__fd(skel->maps.hash);
    printf("a hash: %d\n", mmap(NULL, 4096, PROT_READ, MAP_SHARED, other, 0) == MAP_FAILED);
}

static void use_descriptors(struct maps *skel) {
    int outer = bpf_map__fd(skel->maps.outer), key = 1, value = 0;
    LIBBPF_OPTS(bpf_map_create_opts, opts);
    int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "made", sizeof(int), sizeof(int), 1, &opts);
    result("create", fd < 0 ? fd : 0);
    result("add map", bpf_map_update_elem(outer, &key, &fd, 0));
    run(skel->progs.change);
    key = 0;
    bpf_map_lookup_elem(fd, &key, &value);
    printf("value %d\n", value);
    result("freeze", bpf_map_freeze(fd));
    result("write", bpf_map_update_elem(fd, &key, &value, 0));

    struct bpf_map_info info = {0};
    __u32 length = sizeof(info);
    result("info", bpf_map_get_info_by_fd(fd, &info, &length));
    printf("%s: type %u, value %u, entries %u, length %u\n", info.name, info.type, info.value_size, info.max_entries,
           length > 40);
    close(fd);
    result("closed", bpf_map_lookup_elem(fd, &key, &value));

    fd = bpf_program__fd(skel->progs.change);
    result("add program", bpf_map_update_elem(bpf_map__fd(skel->maps.programs), &key, &fd, 0));
    fd = bpf_map__fd(skel->maps.hash);
    struct bpf_prog_info program = {0};
    length = sizeof(program);
    result("info of program", bpf_prog_get_info_by_fd(bpf_program__fd(skel->progs.change), &program, &length));
    printf("%s: type %u\n", program.name, program.type);
}

int main(void) {
    struct maps *skel = maps__open();
    if (!skel) return 1;
    result("entries", bpf_map__set_max_entries(skel->maps.hash, 500));
    result("load", maps__load(skel));
    printf("entries %u\n", bpf_map__max_entries(skel->maps.hash));
    run(skel->progs.change);
    use_hash(bpf_map__fd(skel->maps.hash));
    use_batches(bpf_map__fd(skel->maps.hash));
    use_per_cpu(skel->maps.per_cpu);
    use_queue(bpf_map__fd(skel->maps.queue));
    use_shared(skel);
    use_descriptors(skel);
    maps__destroy(skel);
    return 0;
}
