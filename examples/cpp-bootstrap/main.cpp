// SPDX-License-Identifier: MIT
/*
 * Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
 * Shows: an owner of a skeleton, a constant set before load, a counter in shared memory, a ring buffer with a lambda, and a
 * clean end with Ctrl-C. The BPF programs are those of bootstrap.
 */
#include <bpf/libbpf.hpp>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>
#include "bootstrap.h"
#include "bootstrap.skel.h"

using namespace std::chrono_literals;

static constexpr const char *usage =
    "Usage: cpp-bootstrap [MIN_DURATION_MS]\n"
    "Traces the start and the end of processes. With MIN_DURATION_MS, only processes that ran as long, when they "
    "end.\n";

static void print_event(const event &event) {
    char clock[sizeof("00:00:00")];
    const time_t now = time(nullptr);
    strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
    printf("%-8s %-5s %-16s %-7d %-7d ", clock, event.is_exit ? "EXIT" : "EXEC", event.comm, event.pid, event.ppid);
    if (!event.is_exit)
        printf("%s\n", event.filename);
    else if (event.duration_ns)
        printf("[%u] (%llums)\n", event.exit_code, event.duration_ns / 1000000);
    else
        printf("[%u]\n", event.exit_code);
}

/* Reads the least duration. Prints the usage and ends the program if the arguments are wrong, or ask for it. */
static unsigned long read_arguments(int argc, char **argv) {
    const std::string_view argument = argc > 1 ? argv[1] : "0";
    unsigned long milliseconds = 0;
    const auto [end, err] = std::from_chars(argument.data(), argument.data() + argument.size(), milliseconds);
    if (argc <= 2 && err == std::errc() && *end == '\0') return milliseconds;
    const bool asks = argument == "--help" || argument == "-h";
    fputs(usage, asks ? stdout : stderr);
    exit(asks ? 0 : 2);
}

int main(int argc, char **argv) {
    const unsigned long min_duration_ms = read_arguments(argc, argv);
    bpf::stop_on_signals();

    auto tool = bpf::skeleton<bootstrap_bpf>::open().or_exit();
    tool->rodata->min_duration_ns = min_duration_ms * 1000000;
    tool.load().or_exit();
    tool.attach().or_exit();

    auto events = bpf::ring_buffer::create<event>(tool->maps.events, print_event).or_exit();
    printf("%-8s %-5s %-16s %-7s %-7s %s\n", "TIME", "EVENT", "COMM", "PID", "PPID", "FILENAME/EXIT CODE");
    unsigned long long reported = 0;
    while (!bpf::stopped() && fflush(stdout) == 0) {
        events.poll(1s).or_exit();
        const auto lost = std::atomic_ref(tool->bss->lost).load(std::memory_order_relaxed);
        if (lost != reported) fprintf(stderr, "Lost %llu events\n", lost - reported);
        reported = lost;
    }
    return 0;
}
