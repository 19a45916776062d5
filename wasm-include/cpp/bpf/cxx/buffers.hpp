// SPDX-License-Identifier: MIT
/* Ring buffers and perf buffers, whose records arrive in lambdas. */
#ifndef BPF_CXX_BUFFERS_HPP
#define BPF_CXX_BUFFERS_HPP

#include <bpf/cxx/link.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bpf {

/* The bytes of a record. */
using record = std::span<const std::byte>;

/* The record as a `T`; NULL if it is too short, or not aligned as a `T`. It is valid until the callback returns. */
template <class T> const T *as(record data) {
    static_assert(std::is_trivially_copyable_v<T>, "records must be plain data");
    if (data.size() < sizeof(T) || reinterpret_cast<std::uintptr_t>(data.data()) % alignof(T) != 0) return nullptr;
    return reinterpret_cast<const T *>(data.data());
}

/* The text in an array of characters, up to the first 0. */
template <size_t size> std::string_view text(const char (&characters)[size]) {
    return {characters, strnlen(characters, size)};
}

namespace detail {

/* A callback. It returns nothing, or an int, of which a negative one ends the poll that called it. */
struct record_callback {
    virtual ~record_callback() = default;
    virtual int call(int cpu, record data) noexcept = 0;
};

template <class Function, class... Arguments> int call_function(Function &function, Arguments &&...arguments) noexcept {
    using returned = std::invoke_result_t<Function &, Arguments...>;
    static_assert(std::is_void_v<returned> || std::is_same_v<returned, int>, "a callback returns nothing or an int");
    if constexpr (std::is_void_v<returned>) {
        function(std::forward<Arguments>(arguments)...);
        return 0;
    } else {
        return function(std::forward<Arguments>(arguments)...);
    }
}

/* Calls with the record as `T`, or as bytes if `T` is void, and with the processor if the function takes it. */
template <class T, class Function> struct typed_callback final : record_callback {
    explicit typed_callback(Function function) : function_(std::move(function)) {}
    int call(int cpu, record data) noexcept override {
        if constexpr (std::is_void_v<T>) {
            if constexpr (std::is_invocable_v<Function &, record>)
                return call_function(function_, data);
            else
                return call_function(function_, cpu, data);
        } else {
            if (reinterpret_cast<std::uintptr_t>(data.data()) % alignof(T) != 0) return call_copy(cpu, data);
            const T *typed = as<T>(data);
            // The program sent something else: the poll fails instead of reading past the end.
            return typed ? call_typed(cpu, *typed) : -EINVAL;
        }
    }

  private:
    template <class U> int call_typed(int cpu, const U &typed) noexcept {
        if constexpr (std::is_invocable_v<Function &, const U &>)
            return call_function(function_, typed);
        else
            return call_function(function_, cpu, typed);
    }
    /* Records of perf buffers begin at any multiple of 4. */
    int call_copy(int cpu, record data) noexcept {
        T copy;
        if (data.size() < sizeof(T)) return -EINVAL;
        memcpy(static_cast<void *>(&copy), data.data(), sizeof(T));
        return call_typed(cpu, copy);
    }

    Function function_;
};

template <class T, class Function> std::unique_ptr<record_callback> make_callback(Function function) {
    if constexpr (std::is_void_v<T>) {
        static_assert(std::is_invocable_v<Function &, record> || std::is_invocable_v<Function &, int, record>,
                      "the callback must take a bpf::record");
    } else {
        static_assert(std::is_trivially_copyable_v<T>, "records must be plain data");
        static_assert(std::is_invocable_v<Function &, const T &> || std::is_invocable_v<Function &, int, const T &>,
                      "the callback must take a const T &");
    }
    return std::make_unique<typed_callback<T, Function>>(std::move(function));
}

inline int milliseconds(std::chrono::milliseconds time) {
    return static_cast<int>(time.count());
}

/* The number of records of a poll. A signal that ends the wait is not an error. */
inline result<int> polled(const char *verb, int count) {
    if (count == -EINTR) return 0;
    if (count < 0) return error(verb, -count);
    return count;
}

} // namespace detail

/* One or more ring buffers, whose records arrive in the order of each buffer. */
class ring_buffer {
  public:
    /*
     * Opens the buffer of a map. `callback` gets each record: as `const T &` with create<T>(), where shorter records make poll()
     * fail with EINVAL, and as bpf::record with create(). It may return an int; a negative one is the result of poll().
     */
    template <class T = void, class Function> static result<ring_buffer> create(const bpf_map *map, Function callback) {
        ring_buffer buffer;
        auto added = buffer.add<T>(map, std::move(callback));
        if (!added) return added.error();
        return buffer;
    }

    /* Adds the buffer of another map. */
    template <class T = void, class Function> result<void> add(const bpf_map *map, Function callback) {
        detail::collect_messages();
        auto added = detail::make_callback<T>(std::move(callback));
        int err = 0;
        if (!buffer_) {
            buffer_.reset(ring_buffer__new(bpf_map__fd(map), call, added.get(), nullptr));
            err = buffer_ ? 0 : -errno;
        } else {
            err = ring_buffer__add(buffer_.get(), bpf_map__fd(map), call, added.get());
        }
        if (err == 0) callbacks_.push_back(std::move(added));
        return detail::checked("open ring buffer", bpf_map__name(map), err);
    }

    /* Waits for records, and calls the callbacks. Returns the number of records; 0 after the time, or a signal. */
    result<int> poll(std::chrono::milliseconds time = std::chrono::milliseconds(-1)) {
        return detail::polled("read the ring buffer", ring_buffer__poll(buffer_.get(), detail::milliseconds(time)));
    }
    /* The same without waiting. */
    result<int> consume() {
        return detail::polled("read the ring buffer", ring_buffer__consume(buffer_.get()));
    }
    int epoll_fd() const noexcept {
        return ring_buffer__epoll_fd(buffer_.get());
    }
    ::ring_buffer *get() const noexcept {
        return buffer_.get();
    }

  private:
    ring_buffer() = default;
    static int call(void *callback, void *data, size_t size) noexcept {
        return static_cast<detail::record_callback *>(callback)->call(0, {static_cast<const std::byte *>(data), size});
    }

    std::vector<std::unique_ptr<detail::record_callback>> callbacks_;
    std::unique_ptr<::ring_buffer, detail::destroyer<ring_buffer__free>> buffer_;
};

/* A perf buffer: one ring for each processor. */
class perf_buffer {
  public:
    /*
     * `pages` is the size of each ring, a power of two. `callback` is as that of ring_buffer, and may take the processor first:
     * [](int cpu, const event &e). `lost` gets the processor and the number of records that did not fit: [](int cpu, __u64 n). Without
     * it, a guest's host prints the number, and a native program does not.
     */
    template <class T = void, class Function, class Lost = std::nullptr_t>
    static result<perf_buffer> create(const bpf_map *map, size_t pages, Function callback, Lost lost = nullptr) {
        detail::collect_messages();
        perf_buffer buffer;
        buffer.callbacks_->sample = detail::make_callback<T>(std::move(callback));
        if constexpr (!std::is_same_v<Lost, std::nullptr_t>) buffer.callbacks_->lost = std::move(lost);
        perf_buffer_lost_fn lost_fn = std::is_same_v<Lost, std::nullptr_t> ? nullptr : call_lost;
        buffer.buffer_.reset(
            perf_buffer__new(bpf_map__fd(map), pages, call, lost_fn, buffer.callbacks_.get(), nullptr));
        auto opened = detail::checked("open perf buffer", bpf_map__name(map), buffer.buffer_ ? 0 : -errno);
        if (!opened) return opened.error();
        return buffer;
    }

    /* As those of ring_buffer. libbpf returns the number of rings that had records. */
    result<int> poll(std::chrono::milliseconds time = std::chrono::milliseconds(-1)) {
        return finish(perf_buffer__poll(buffer_.get(), detail::milliseconds(time)));
    }
    result<int> consume() {
        return finish(perf_buffer__consume(buffer_.get()));
    }
    int epoll_fd() const noexcept {
        return perf_buffer__epoll_fd(buffer_.get());
    }
    ::perf_buffer *get() const noexcept {
        return buffer_.get();
    }

  private:
    struct callbacks {
        std::unique_ptr<detail::record_callback> sample;
        std::function<void(int, __u64)> lost;
        /* What a callback returned. libbpf's own have no result. */
        int err = 0;
    };

    perf_buffer() : callbacks_(std::make_unique<callbacks>()) {}
    static void call(void *context, int cpu, void *data, __u32 size) noexcept {
        callbacks &all = *static_cast<callbacks *>(context);
        if (all.err < 0) return;
        all.err = all.sample->call(cpu, {static_cast<const std::byte *>(data), size});
    }
    static void call_lost(void *context, int cpu, __u64 count) noexcept {
        static_cast<callbacks *>(context)->lost(cpu, count);
    }
    result<int> finish(int count) {
        const int err = std::exchange(callbacks_->err, 0);
        return detail::polled("read the perf buffer", err < 0 ? err : count);
    }

    std::unique_ptr<callbacks> callbacks_;
    std::unique_ptr<::perf_buffer, detail::destroyer<perf_buffer__free>> buffer_;
};

/* A ring buffer in the other direction: from this process to the program. */
class user_ring_buffer {
  public:
    static result<user_ring_buffer> create(const bpf_map *map) {
        detail::collect_messages();
        user_ring_buffer buffer;
        buffer.buffer_.reset(user_ring_buffer__new(bpf_map__fd(map), nullptr));
        auto opened = detail::checked("open user ring buffer", bpf_map__name(map), buffer.buffer_ ? 0 : -errno);
        if (!opened) return opened.error();
        return buffer;
    }

    /* Sends a record. Fails with ENOSPC when the buffer is full. */
    template <class T> result<void> send(const T &value) {
        static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>, "records must be plain data");
        return send_bytes(std::as_bytes(std::span(&value, 1)));
    }
    result<void> send_bytes(record data) {
        void *room = user_ring_buffer__reserve(buffer_.get(), static_cast<__u32>(data.size()));
        if (!room) return error("write to the user ring buffer", errno);
        memcpy(room, data.data(), data.size());
        user_ring_buffer__submit(buffer_.get(), room);
        return {};
    }
    ::user_ring_buffer *get() const noexcept {
        return buffer_.get();
    }

  private:
    user_ring_buffer() = default;

    std::unique_ptr<::user_ring_buffer, detail::destroyer<user_ring_buffer__free>> buffer_;
};

} // namespace bpf

#endif // BPF_CXX_BUFFERS_HPP
