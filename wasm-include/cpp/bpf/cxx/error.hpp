// SPDX-License-Identifier: MIT
/* Errors as values: error, result<T>, and libbpf's messages. */
#ifndef BPF_CXX_ERROR_HPP
#define BPF_CXX_ERROR_HPP

#if defined(_MSVC_LANG) || __cplusplus < 202002L
#error "<bpf/libbpf.hpp> needs C++20: add -std=c++20"
#endif

#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace bpf {

/* Messages ------------------------------------------------------------------------------------------------------------ */

namespace detail {

struct messages {
    std::string log;
    std::function<void(libbpf_print_level, std::string_view)> print;
    bool is_set = false;
};

inline messages &all_messages() {
    static messages all;
    return all;
}

inline int collect_message(libbpf_print_level level, const char *format, va_list arguments) noexcept {
    char text[1024];
    va_list copy;
    va_copy(copy, arguments);
    const int size = vsnprintf(text, sizeof(text), format, copy);
    va_end(copy);
    if (size < 0) return size;
    std::string longer;
    std::string_view message(text, static_cast<size_t>(size));
    if (message.size() >= sizeof(text)) {
        longer.resize(message.size());
        vsnprintf(longer.data(), longer.size() + 1, format, arguments);
        message = longer;
    }
    messages &all = all_messages();
    if (all.print)
        all.print(level, message);
    else if (level != LIBBPF_DEBUG)
        all.log += message;
    return size;
}

/* libbpf prints on stderr by default. From the first call of this header on, its messages go into errors. */
inline void collect_messages() {
    messages &all = all_messages();
    if (!all.is_set) libbpf_set_print(collect_message);
    all.is_set = true;
    all.log.clear();
}

} // namespace detail

/* Calls `print` with each message of libbpf, also those for debugging. Errors then have no messages. */
inline void set_print(std::function<void(libbpf_print_level, std::string_view)> print) {
    detail::collect_messages();
    detail::all_messages().print = std::move(print);
}

/* Errors -------------------------------------------------------------------------------------------------------------- */

/* A call that libbpf, the kernel or the host refused. */
class error {
  public:
    /* `code` is a number of <errno.h>, or one of libbpf's own (enum libbpf_errno). */
    error(std::string operation, int code, std::string log = {})
        : operation_(std::move(operation)), log_(std::move(log)), code_(code) {}

    int code() const noexcept {
        return code_;
    }

    /* libbpf's and the verifier's messages about it, one a line. */
    const std::string &log() const noexcept {
        return log_;
    }

    /* True for ENOENT: there is no such element, program or file. */
    bool not_found() const noexcept {
        return code_ == ENOENT;
    }

    /* One line: the operation, the reason, and libbpf's last message. */
    std::string message() const {
        char reason[128];
        libbpf_strerror(code_, reason, sizeof(reason));
        std::string text = "Cannot " + operation_ + ": " + reason;
        const std::string_view last = last_line();
        if (!last.empty()) text.append(": ").append(last);
        return text;
    }

  private:
    std::string_view last_line() const {
        const std::string_view log = log_;
        const size_t end = log.find_last_not_of(" \n");
        if (end == std::string_view::npos) return {};
        const size_t newline = log.rfind('\n', end);
        std::string_view line = log.substr(newline + 1, end - newline);
        if (line.starts_with("libbpf: ")) line.remove_prefix(8);
        return line;
    }

    std::string operation_;
    std::string log_;
    int code_;
};

/* A value or an error. The compiler warns if it is ignored. `T` can be a type that only moves, or void. */
template <class T> class [[nodiscard]] result {
  public:
    result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    result(bpf::error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    bool has_value() const noexcept {
        return state_.index() == 0;
    }
    explicit operator bool() const noexcept {
        return has_value();
    }

    /* The value. Without one, prints the error and aborts. */
    T &value() & {
        require();
        return *std::get_if<0>(&state_);
    }
    const T &value() const & {
        require();
        return *std::get_if<0>(&state_);
    }
    T value() && {
        require();
        return std::move(*std::get_if<0>(&state_));
    }
    T &operator*() & {
        return value();
    }
    const T &operator*() const & {
        return value();
    }
    T operator*() && {
        return std::move(*this).value();
    }
    T *operator->() {
        return &value();
    }
    const T *operator->() const {
        return &value();
    }
    T value_or(T other) && {
        return has_value() ? std::move(*this).value() : std::move(other);
    }

    /* The error. Only for a result without a value. */
    const bpf::error &error() const {
        if (has_value()) abort();
        return *std::get_if<1>(&state_);
    }

    /* The value. Without one, prints the error on stderr and ends the program with exit code 1. */
    T &or_exit() & {
        if (!has_value()) {
            fprintf(stderr, "%s\n", error().message().c_str());
            exit(EXIT_FAILURE);
        }
        return value();
    }
    T or_exit() && {
        return std::move(static_cast<result &>(*this).or_exit());
    }

  private:
    void require() const {
        if (has_value()) return;
        fprintf(stderr, "%s\n", error().message().c_str());
        abort();
    }

    std::variant<T, bpf::error> state_;
};

template <> class [[nodiscard]] result<void> : public result<std::monostate> {
  public:
    result() : result<std::monostate>(std::monostate()) {}
    result(bpf::error failure) : result<std::monostate>(std::move(failure)) {}
    void value() const {
        static_cast<void>(result<std::monostate>::value());
    }
    void or_exit() {
        static_cast<void>(result<std::monostate>::or_exit());
    }
};

namespace detail {

/* The error of a call that returned -errno, with libbpf's messages. */
inline error failure(std::string operation, int result) {
    return error(std::move(operation), -result, std::exchange(all_messages().log, {}));
}

/* The error of a call that returned NULL. */
inline error null_failure(std::string operation) {
    return failure(std::move(operation), -errno);
}

/* Ends a call of libbpf that may have printed. Warnings of a call that succeeded go to stderr, as they do without this header. */
inline result<void> checked(const char *verb, const char *noun, int result) {
    if (result < 0) return failure(std::string(verb) + " \"" + noun + "\"", result);
    const std::string log = std::exchange(all_messages().log, {});
    fputs(log.c_str(), stderr);
    return {};
}

} // namespace detail
} // namespace bpf

#endif // BPF_CXX_ERROR_HPP
