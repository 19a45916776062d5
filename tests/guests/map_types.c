// SPDX-License-Identifier: MIT
/* Look-up, update, delete and walk on maps of every kind, with sizes that come from the map. */
#include "libbpf-wasm.h"
#include "check.h"
#include "bloom.skel.h"
#include "maps.skel.h"

enum { ENOENT_LINUX = 2, E2BIG_LINUX = 7, EEXIST_LINUX = 17, EINVAL_LINUX = 22, ENOTSUPP_LINUX = 524 };

static int lookup(const struct bpf_map *map, void *key, void *value) {
    return wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_LOOKUP_ELEM, key, value, NULL, 0);
}

static int update(const struct bpf_map *map, void *key, void *value, __u64 flags) {
    return wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_UPDATE_ELEM, key, value, NULL, flags);
}

static int remove_key(const struct bpf_map *map, void *key) {
    return wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_DELETE_ELEM, key, NULL, NULL, 0);
}

static int next_key(const struct bpf_map *map, void *key, void *next) {
    return wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_GET_NEXT_KEY, key, NULL, next, 0);
}

static int take(const struct bpf_map *map, void *key, void *value) {
    return wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_LOOKUP_AND_DELETE_ELEM, key, value, NULL, 0);
}

/* Counts the keys of a map by walking it from key NULL. */
static int count_keys(const struct bpf_map *map, void *key) {
    int count = 0, err = next_key(map, NULL, key);
    for (; err == 0 && count < 100; count++) err = next_key(map, key, key);
    return err == -ENOENT_LINUX ? count : err;
}

static void hash(const char *kind, const struct bpf_map *map) {
    __u32 key = 7;
    __u64 value = 0x1122334455667788, back = 0;
    printf("# %s\n", kind);
    check_equal("an empty map has no first key", next_key(map, NULL, &key), -ENOENT_LINUX);
    key = 7;
    check_equal("looking up a missing key", lookup(map, &key, &back), -ENOENT_LINUX);
    check_equal("updating a missing key with BPF_EXIST", update(map, &key, &value, BPF_EXIST), -ENOENT_LINUX);
    check_equal("creating", update(map, &key, &value, BPF_NOEXIST), 0);
    check_equal("creating again", update(map, &key, &value, BPF_NOEXIST), -EEXIST_LINUX);
    check_equal("looking up", lookup(map, &key, &back), 0);
    check_equal("gives the value", (long long)back, (long long)value);
    for (key = 1; key <= 5; key++) update(map, &key, &value, BPF_ANY);
    check_equal("walking meets every key", count_keys(map, &key), 6);
    key = 7;
    check_equal("deleting", remove_key(map, &key), 0);
    check_equal("deleting again", remove_key(map, &key), -ENOENT_LINUX);
    key = 5, back = 0;
    check_equal("taking out", take(map, &key, &back), 0);
    check_equal("gives the value, and", (long long)back, (long long)value);
    check_equal("leaves nothing", take(map, &key, &back), -ENOENT_LINUX);
    check_equal("updating with unknown flags", update(map, &key, &value, 1ull << 40), -EINVAL_LINUX);
}

static void array(const struct bpf_map *map) {
    __u32 key = 7;
    __u64 value = 42, back = 1;
    puts("# array");
    check_equal("an element without a value", lookup(map, &key, &back), 0);
    check_equal("is 0", back, 0);
    check_equal("updating", update(map, &key, &value, BPF_ANY), 0);
    check_equal("looking up", lookup(map, &key, &back), 0);
    check_equal("gives the value", back, 42);
    check_equal("walking meets every index", count_keys(map, &key), 8);
    key = 8;
    check_equal("updating beyond the end", update(map, &key, &value, BPF_ANY), -E2BIG_LINUX);
    check_equal("looking up beyond the end", lookup(map, &key, &back), -ENOENT_LINUX);
    key = 7;
    check_equal("deleting", remove_key(map, &key), -EINVAL_LINUX);
    check_equal("taking out", take(map, &key, &back), -ENOTSUPP_LINUX);
}

/* lookup_and_delete returns the values of all CPUs as one element. */
static void percpu_hash(const char *kind, const struct bpf_map *map) {
    static __u64 values[8192], back[8192];
    __u32 key = 3;
    int cpus = libbpf_num_possible_cpus(), same = 0;
    printf("# %s\n", kind);
    for (int cpu = 0; cpu < cpus; cpu++) values[cpu] = 100 + cpu;
    check_equal("creating", update(map, &key, values, BPF_NOEXIST), 0);
    check_equal("taking out", take(map, &key, back), 0);
    for (int cpu = 0; cpu < cpus; cpu++) same += values[cpu] == back[cpu];
    check_equal("gives the value of each CPU, and", same, cpus);
    check_equal("leaves nothing", take(map, &key, back), -ENOENT_LINUX);
}

/* Queues and stacks have no keys. A look-up does not remove the element. */
static void keyless(const char *kind, const struct bpf_map *map, __u64 first) {
    __u64 value, back = 0;
    printf("# %s\n", kind);
    check_equal("peeking into nothing", lookup(map, NULL, &back), -ENOENT_LINUX);
    for (value = 1; value <= 3; value++) check_equal("pushing", update(map, NULL, &value, BPF_ANY), 0);
    check_equal("peeking", lookup(map, NULL, &back), 0);
    check_equal("gives the next one", back, first);
    check_equal("taking out", bpf_map_lookup_and_delete_elem(bpf_map__fd(map), NULL, &back), 0);
    check_equal("gives the same", back, first);
    check_equal("taking out once more", take(map, NULL, &back), 0);
    check_equal("gives the next", back, 2);
    check_equal("taking out the last", take(map, NULL, &back), 0);
    check_equal("gives the other end", back, 4 - first);
    check_equal("taking out of nothing", bpf_map_lookup_and_delete_elem(bpf_map__fd(map), NULL, &back), -ENOENT);
}

static void bloom(void) {
    __u64 member = 5, other = 6;
    puts("# bloom filter");
    struct bloom_bpf *skel = bloom_bpf__open_and_load();
    if (!check("it loads", skel != NULL)) return;
    const struct bpf_map *map = skel->maps.bloom;
    check_equal("adding", update(map, NULL, &member, BPF_ANY), 0);
    check_equal("a member is there", lookup(map, NULL, &member), 0);
    check_equal("another is not", lookup(map, NULL, &other), -ENOENT_LINUX);
    check_equal("taking out is not supported", take(map, NULL, &member), -ENOTSUPP_LINUX);
    bloom_bpf__destroy(skel);
}

static void lpm(const struct bpf_map *map) {
    struct {
        __u32 length;
        __u8 address[4];
    } net = {8, {10, 0, 0, 0}}, host = {32, {10, 1, 2, 3}}, elsewhere = {32, {11, 1, 2, 3}};
    __u64 value = 9, back = 0;
    puts("# longest prefix match");
    check_equal("adding a network", update(map, &net, &value, BPF_ANY), 0);
    check_equal("an address in it matches", lookup(map, &host, &back), 0);
    check_equal("and gives its value", back, 9);
    check_equal("one outside does not", lookup(map, &elsewhere, &back), -ENOENT_LINUX);
}

/* A value is the number of one of the guest's maps. */
static void map_in_map(const char *kind, const struct bpf_map *outer, const struct bpf_map *inner) {
    __u32 key = 1;
    int number = bpf_map__fd(inner);
    __u32 id = 0;
    printf("# %s\n", kind);
    check_equal("putting a map in", update(outer, &key, &number, BPF_ANY), 0);
    check_equal("looking it up", lookup(outer, &key, &id), 0);
    check("gives its id", id > 0);
    check_equal("taking it out", remove_key(outer, &key), 0);
}

int main(void) {
    struct maps_bpf *skel = maps_bpf__open_and_load();
    if (!check("the maps load", skel != NULL)) return 1;
    hash("hash", skel->maps.hash);
    hash("LRU hash", skel->maps.lru_hash);
    percpu_hash("per-CPU hash", skel->maps.percpu_hash);
    percpu_hash("LRU per-CPU hash", skel->maps.lru_percpu_hash);
    array(skel->maps.array);
    keyless("queue", skel->maps.queue, 1);
    keyless("stack", skel->maps.stack, 3);
    bloom();
    lpm(skel->maps.lpm_trie);
    map_in_map("hash of maps", skel->maps.hash_of_maps, skel->maps.array);
    map_in_map("array of maps", skel->maps.array_of_maps, skel->maps.array);
    maps_bpf__destroy(skel);
    return check_result();
}
