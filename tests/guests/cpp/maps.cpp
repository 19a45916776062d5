// SPDX-License-Identifier: MIT
// Maps of each kind.
#include <bpf/libbpf.hpp>
#include <algorithm>
#include <atomic>
#include <iterator>
#include <numeric>
#include "kinds.h"
#include "kinds.skel.h"
#include "lines.hpp"

using owner = bpf::skeleton<kinds>;

static void use_hash(owner &tool) {
    auto hash = bpf::map<item_key, item>::from(tool->maps.hash).or_exit();
    line("name and size:", hash.name(), hash.max_entries());
    const auto missing = hash.lookup({1, 0, 0});
    line("missing:", missing.has_value(), missing.error().not_found(), missing.error().message());
    for (__u32 number = 1; number <= 9; number++) hash.update({number, 1, 0}, {number * 10, "text", 1}).or_exit();
    const auto again = hash.update({1, 1, 0}, {}, BPF_NOEXIST);
    line("once more:", again.error().message());
    line("from the program:", bpf::program(tool->progs.change).test_run().or_exit());
    const item seventh = hash.lookup({7, 1, 0}).or_exit();
    line("seventh:", seventh.total, bpf::text(seventh.text), seventh.flags);
    const __s64 taken = hash.take({2, 1, 0}).or_exit().total;
    line("taken:", taken, hash.contains({2, 1, 0}));

    __s64 total = 0;
    for (const auto &[key, value] : hash) {
        total += value.total;
        if (key.number % 2) hash.erase(key).or_exit();
    }
    line("walk:", total);
    const auto left = hash.entries().or_exit();
    line("left:", left.size(), std::accumulate(left.begin(), left.end(), 0, [](__u32 sum, const auto &entry) {
             return sum + entry.first.number;
         }));
}

static void use_per_cpu(owner &tool) {
    auto hash = bpf::percpu_map<__u32, __u32>::from(tool->maps.cpu_hash).or_exit();
    std::vector<__u32> values(static_cast<size_t>(libbpf_num_possible_cpus()));
    std::iota(values.begin(), values.end(), 1);
    const __u32 before = std::accumulate(values.begin(), values.end(), 0U);
    hash.update(1, values).or_exit();
    bpf::program(tool->progs.change).test_run().or_exit();
    const auto after = hash.lookup(1).or_exit();
    line("per CPU:", after.size() == values.size(), std::accumulate(after.begin(), after.end(), 0U) - before);
    line("wrong number:", hash.update(1, {}).error().message());
    line("elements:", std::ranges::distance(hash));
}

static void use_others(owner &tool) {
    auto lru = bpf::map<__u32, __u64>::from(tool->maps.lru).or_exit();
    lru.update(3, 33).or_exit();
    line("LRU:", lru.lookup(3).value_or(0), lru.lookup(4).value_or(0));

    auto queue = bpf::queue<int>::from(tool->maps.queue).or_exit();
    auto stack = bpf::queue<int>::from(tool->maps.stack).or_exit();
    for (int number = 1; number <= 3; number++) {
        queue.push(number).or_exit();
        stack.push(number).or_exit();
    }
    line("next:", queue.peek().or_exit(), stack.peek().or_exit());
    for (int number = 1; number <= 3; number++) line("queue and stack:", queue.pop().or_exit(), stack.pop().or_exit());
    line("empty:", queue.pop().error().message());

    auto bloom = bpf::bloom_filter<__u64>::from(tool->maps.bloom).or_exit();
    bloom.add(12345).or_exit();
    line("Bloom filter:", bloom.contains(12345), bloom.contains(54321));
}

static void use_shared(owner &tool) {
    auto by_call = bpf::map<__u32, int>::from(bpf_map__fd(tool->maps.shared)).or_exit();
    auto shared = bpf::mapped_array<int>::from(tool->maps.shared).or_exit();
    const int before = shared[999];
    shared[998] = 5;
    std::atomic_ref(shared[999]).fetch_add(1);
    bpf::program(tool->progs.change).test_run().or_exit();
    line("shared:", shared.size(), by_call.lookup(998).or_exit(), shared[999] - before, by_call.lookup(999).or_exit());
}

static void make_mistakes(owner &tool) {
    line(bpf::map<__u32, item>::from(tool->maps.hash).error().message());
    line(bpf::map<item_key, __u64>::from(tool->maps.hash).error().message());
    line(bpf::queue<long>::from(tool->maps.queue).error().message());
}

int main() {
    auto tool = bpf::skeleton<kinds>::open().or_exit();
    line(bpf::map<item_key, item>::from(tool->maps.hash).has_value());
    tool.load().or_exit();
    use_hash(tool);
    use_per_cpu(tool);
    use_others(tool);
    use_shared(tool);
    make_mistakes(tool);
}
