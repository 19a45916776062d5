// SPDX-License-Identifier: MIT
// Ring buffers, perf buffers and user ring buffers.
#include <bpf/libbpf.hpp>
#include <memory>
#include "kinds.h"
#include "kinds.skel.h"
#include "lines.hpp"

using namespace std::chrono_literals;
using owner = bpf::skeleton<kinds>;

static void run(bpf_program *program) {
    bpf::program(program).test_run().or_exit();
}

static void use_rings(owner &tool) {
    __s64 sum = 0;
    size_t bytes = 0;
    auto rings = bpf::ring_buffer::create<sent>(tool->maps.first, [&](const sent &sent) { sum += sent.number; });
    // A callback may own what cannot be copied.
    auto owned = std::make_unique<size_t>(1000);
    auto added = rings->add(tool->maps.second,
                            [&bytes, owned = std::move(owned)](bpf::record data) { bytes += data.size() + *owned; });
    added.or_exit();
    line("nothing:", rings->poll(0ms).or_exit(), rings->consume().or_exit());
    tool->data->count = 10;
    run(tool->progs.fill);
    line("records:", rings->poll(1000ms).or_exit(), "sum", sum, "bytes", bytes);

    // The buffer moves; its callbacks stay where libbpf knows them.
    bpf::ring_buffer moved = std::move(*rings);
    run(tool->progs.fill);
    line("moved:", moved.consume().or_exit(), "sum", sum);
    run(tool->progs.fill_short);
    line("short:", moved.poll(1000ms).error().message());
}

static void stop_early(owner &tool) {
    int calls = 0;
    auto ring = bpf::ring_buffer::create(tool->maps.second, [&](bpf::record) { return ++calls == 2 ? -ECANCELED : 0; });
    run(tool->progs.fill);
    line("stopped:", ring->poll(1000ms).error().code() == ECANCELED, "after", calls);
    line("the rest:", ring->poll(1000ms).or_exit());
    const auto wrong = bpf::ring_buffer::create(tool->maps.hash, [](bpf::record) {});
    line("not a ring:", wrong.error().code() == EINVAL, wrong.error().log().ends_with("is not BPF_MAP_TYPE_RINGBUF\n"));
}

static void use_perf(owner &tool) {
    __u64 seen = 0, lost = 0;
    __s64 last = -1;
    bool same_cpu = true;
    auto events = bpf::perf_buffer::create<sent>(
                      tool->maps.events, 8,
                      [&](int cpu, const sent &sent) {
                          seen++;
                          last = sent.number;
                          same_cpu = same_cpu && cpu < libbpf_num_possible_cpus() && bpf::text(sent.text) == "event";
                      },
                      [&](int, __u64 count) { lost += count; })
                      .or_exit();
    tool->bss->next = 0;
    tool->data->count = 100;
    run(tool->progs.fill_events);
    line("perf:", events.poll(1000ms).or_exit() > 0, seen, last, same_cpu, lost);
    tool->data->count = 5000;
    run(tool->progs.fill_events);
    events.consume().or_exit();
    tool->data->count = 1;
    run(tool->progs.fill_events);
    events.consume().or_exit();
    line("lost:", lost > 0, lost + seen);
}

static void send_commands(owner &tool) {
    auto commands = bpf::user_ring_buffer::create(tool->maps.commands).or_exit();
    for (__s64 number = 1; number <= 10; number++) commands.send(number).or_exit();
    run(tool->progs.drain);
    line("drained:", tool->bss->sum);
    int sent = 0;
    auto full = commands.send(__s64{0});
    for (; full; sent++) full = commands.send(__s64{0});
    line("full:", sent, full.error().message());
}

int main() {
    auto tool = bpf::skeleton<kinds>::open_and_load().or_exit();
    use_rings(tool);
    stop_early(tool);
    use_perf(tool);
    send_commands(tool);
}
