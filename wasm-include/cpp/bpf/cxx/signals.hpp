// SPDX-License-Identifier: MIT
/* Signals that end a tool's loop. */
#ifndef BPF_CXX_SIGNALS_HPP
#define BPF_CXX_SIGNALS_HPP

#include <bpf/cxx/error.hpp>
#include <csignal>
#include <initializer_list>

namespace bpf {

namespace detail {

inline volatile std::sig_atomic_t caught_signal = 0;

extern "C" inline void bpf_catch_signal(int signal) {
    caught_signal = signal;
}

} // namespace detail

/* From now on, these signals do not end the program; they end waits, and stopped() is true. */
inline void stop_on_signals(std::initializer_list<int> signals = {SIGINT, SIGTERM}) {
    struct sigaction action = {};
    action.sa_handler = detail::bpf_catch_signal;
    for (const int signal : signals) sigaction(signal, &action, nullptr);
}

/* True after one of the signals of stop_on_signals(). */
inline bool stopped() noexcept {
    return detail::caught_signal != 0;
}

/* The last of these signals; 0 if there was none. */
inline int stop_signal() noexcept {
    return detail::caught_signal;
}

} // namespace bpf

#endif // BPF_CXX_SIGNALS_HPP
