// SPDX-License-Identifier: MIT
/*
 * libbpf for C++20. Owners release what they own at the end of their scope, callbacks are lambdas, maps have typed keys and
 * values, and errors are values. It needs nothing but libbpf, as a guest and natively:
 *
 *     auto tool = bpf::skeleton<tool_bpf>::open().or_exit();
 *     tool->rodata->limit = 100;                                  // before load
 *     tool.load().or_exit();
 *     tool.attach().or_exit();
 *     auto events = bpf::ring_buffer::create<event>(tool->maps.events, [](const event &e) { ... }).or_exit();
 *     bpf::stop_on_signals();
 *     while (!bpf::stopped()) events.poll(100ms).or_exit();
 *
 * Everything is in namespace bpf. libbpf's own functions work beside it: `get()` of each owner returns libbpf's pointer.
 */
#ifndef BPF_LIBBPF_HPP
#define BPF_LIBBPF_HPP

#include <bpf/cxx/buffers.hpp>
#include <bpf/cxx/error.hpp>
#include <bpf/cxx/link.hpp>
#include <bpf/cxx/map.hpp>
#include <bpf/cxx/object.hpp>
#include <bpf/cxx/program.hpp>
#include <bpf/cxx/signals.hpp>

#endif // BPF_LIBBPF_HPP
