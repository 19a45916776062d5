// SPDX-License-Identifier: MIT
// Owners: the ends of skeletons, links, buffers and descriptors; errors; iterators; signals.
#include <bpf/libbpf.hpp>
#include <csignal>
#include <optional>
#include <unistd.h>
#include "kinds.h"
#include "kinds.skel.h"
#include "lines.hpp"

using namespace std::chrono_literals;
using owner = bpf::skeleton<kinds>;

/* The number of open descriptors. */
static int open_fds() {
    int count = 0;
    for (int fd = 0; fd < 256; fd++) count += static_cast<bool>(bpf::unique_fd(dup(fd)));
    return count;
}

/* True if the program saw system calls of this process meanwhile. */
static bool counts(owner &tool) {
    const long before = tool->bss->calls;
    for (int i = 0; i < 10; i++) getppid(), usleep(1);
    return tool->bss->calls > before;
}

static void attach(owner &tool) {
    bpf::program program(tool->progs.count_calls);
    line("not attached:", counts(tool));
    {
        const auto link = program.attach().or_exit();
        line("attached:", counts(tool), link.fd() >= 0);
    }
    line("dropped:", counts(tool));
    auto link = program.attach_with(bpf_program__attach_raw_tracepoint, "sys_enter").or_exit();
    auto moved = std::move(link);
    line("moved:", counts(tool), link.get() == nullptr);
    moved = program.attach().or_exit();
    line("replaced:", counts(tool));
    bpf_link *released = moved.release();
    line("released:", counts(tool), moved.get() == nullptr);
    bpf_link__destroy(released);
    auto detached = program.attach().or_exit();
    detached.detach().or_exit();
    detached.detach().or_exit();
    line("detached:", counts(tool));
    line(program.attach_tracepoint("no", "such").error().message());
}

static void iterate(owner &tool) {
    const auto link = bpf::program(tool->progs.list_maps).attach_iter().or_exit();
    const auto listed = bpf::read_iterator<::listed>(link).or_exit();
    line("iterator:", listed.size() >= 1, listed.at(0).max_entries, listed.at(0).value_size);
    line("the same as text:", bpf::read_iterator(link.get()).or_exit().size() == listed.size() * sizeof(::listed));
}

static void use_and_drop() {
    auto tool = bpf::skeleton<kinds>::open().or_exit();
    tool->rodata->pid = getpid();
    tool.load().or_exit();
    const auto link = bpf::program(tool->progs.count_calls).attach().or_exit();
    const auto ring = bpf::ring_buffer::create(tool->maps.first, [](bpf::record) {}).or_exit();
    const auto events = bpf::perf_buffer::create(tool->maps.events, 1, [](int, bpf::record) {}).or_exit();
    const auto commands = bpf::user_ring_buffer::create(tool->maps.commands).or_exit();
    const auto shared = bpf::mapped_array<int>::from(tool->maps.shared).or_exit();
}

static void fail() {
    const auto nothing = bpf::object::open_file("/no/such.bpf.o");
    line(nothing.error().code() == ENOENT, nothing.error().message());
    const auto pinned = bpf::open_pinned("/no/such");
    line(pinned.has_value());
    size_t size;
    const auto *bytes = static_cast<const std::byte *>(kinds::elf_bytes(&size));
    auto object = bpf::object::open_memory({bytes, size}).or_exit();
    line(object.find_map("no_such").error().message());
    line(object.find_program("no_such").error().message());
    line(object.find_program("fill").or_exit().name());
    line(bpf::map<item_key, item>::from(object.find_map("hash").or_exit()).error().message());
    object.load().or_exit();
    line(bpf::map<item_key, item>::from(object.find_map("hash").or_exit()).has_value());
}

static void catch_signals() {
    bpf::stop_on_signals({SIGALRM});
    line("before:", bpf::stopped());
    auto tool = bpf::skeleton<kinds>::open_and_load().or_exit();
    auto ring = bpf::ring_buffer::create(tool->maps.first, [](bpf::record) {}).or_exit();
    alarm(1);
    int polls = 0;
    while (!bpf::stopped()) {
        ring.poll(10s).or_exit();
        polls++;
    }
    line("after:", polls, bpf::stop_signal() == SIGALRM);
}

int main() {
    {
        auto tool = bpf::skeleton<kinds>::open().or_exit();
        tool->rodata->pid = getpid();
        tool.load().or_exit();
        attach(tool);
        iterate(tool);
    }
    use_and_drop();
    const int before = open_fds();
    for (int i = 0; i < 3; i++) use_and_drop();
    line("descriptors left:", open_fds() - before);
    fail();
    catch_signals();
}
