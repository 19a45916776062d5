// SPDX-License-Identifier: MIT
/* The parts of maps: checked descriptors, the forms of values, and mapped arrays. */
#ifndef BPF_CXX_MAP_VALUES_HPP
#define BPF_CXX_MAP_VALUES_HPP

#include <bpf/cxx/link.hpp>
#include <cstring>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace bpf {

namespace detail {

/* A map of the kernel, whose sizes were checked. */
class map_handle {
  public:
    int fd() const noexcept {
        return fd_;
    }
    const std::string &name() const noexcept {
        return name_;
    }
    __u32 max_entries() const noexcept {
        return max_entries_;
    }

  protected:
    static result<map_handle> open(const bpf_map *map, size_t key_size, size_t value_size) {
        const int fd = bpf_map__fd(map);
        if (fd < 0) return error(std::string("use map \"") + bpf_map__name(map) + "\": it is not loaded", EINVAL);
        return open(fd, key_size, value_size, bpf_map__name(map));
    }
    static result<map_handle> open(int fd, size_t key_size, size_t value_size, const char *full_name = nullptr) {
        bpf_map_info info = {};
        __u32 size = sizeof(info);
        const int err = bpf_map_get_info_by_fd(fd, &info, &size);
        if (err < 0) return error("use a map", -err);
        map_handle handle(fd, full_name ? full_name : info.name, info.max_entries);
        if (info.key_size != key_size) return handle.wrong_size("keys", info.key_size, key_size);
        if (info.value_size != value_size) return handle.wrong_size("values", info.value_size, value_size);
        return handle;
    }

    error failure(const char *verb, int err) const {
        return error(std::string(verb) + " map \"" + name_ + "\"", -err);
    }
    result<void> checked(const char *verb, int err) const {
        if (err < 0) return failure(verb, err);
        return {};
    }

  private:
    map_handle(int fd, const char *name, __u32 max_entries) : name_(name), max_entries_(max_entries), fd_(fd) {}
    error wrong_size(const char *what, size_t in_map, size_t in_type) const {
        return error("use map \"" + name_ + "\": its " + what + " have " + std::to_string(in_map) +
                         " bytes, and the type has " + std::to_string(in_type),
                     EINVAL);
    }

    std::string name_;
    __u32 max_entries_;
    int fd_;
};

/* One value for each key. */
template <class Value> struct one_value {
    static_assert(std::is_trivially_copyable_v<Value> && !std::is_pointer_v<Value>, "values must be plain data");
    using type = Value;
    struct storage {
        Value value;
    };
    static constexpr size_t size = sizeof(Value);

    static void *room(storage &storage) {
        return &storage.value;
    }
    static const void *write(storage &, const Value &value) {
        return &value;
    }
    static Value read(const storage &storage) {
        return storage.value;
    }
};

inline size_t possible_cpus() {
    static const int count = libbpf_num_possible_cpus();
    return count > 0 ? static_cast<size_t>(count) : 0;
}

/* A value for each possible processor. In the kernel's form, each begins at a multiple of 8 bytes. */
template <class Value> struct percpu_values {
    static_assert(std::is_trivially_copyable_v<Value> && !std::is_pointer_v<Value>, "values must be plain data");
    using type = std::vector<Value>;
    using storage = std::vector<__u64>;
    static constexpr size_t size = sizeof(Value);
    static constexpr size_t words = (sizeof(Value) + 7) / 8;

    static void *room(storage &storage) {
        storage.resize(words * possible_cpus());
        return storage.empty() ? nullptr : storage.data();
    }
    /* NULL unless there is a value for each processor. */
    static const void *write(storage &storage, const type &values) {
        if (values.size() != possible_cpus() || !room(storage)) return nullptr;
        for (size_t cpu = 0; cpu < values.size(); cpu++) {
            const Value value = values[cpu];
            memcpy(&storage[words * cpu], &value, sizeof(Value));
        }
        return storage.data();
    }
    static type read(const storage &storage) {
        type values;
        values.reserve(storage.size() / words);
        for (size_t at = 0; at < storage.size(); at += words) {
            Value value;
            memcpy(static_cast<void *>(&value), &storage[at], sizeof(Value));
            values.push_back(value);
        }
        return values;
    }
};

} // namespace detail

/*
 * An array with BPF_F_MMAPABLE in the memory of this process: the elements are read and written without a call. Programs change
 * them meanwhile, so use std::atomic_ref for counters.
 */
template <class Value> class mapped_array : public detail::map_handle {
    static_assert(std::is_trivially_copyable_v<Value>, "values must be plain data");
    static constexpr size_t stride = (sizeof(Value) + 7) / 8 * 8;

  public:
    template <class Map> static result<mapped_array> from(Map map) {
        auto handle = open(map, sizeof(__u32), sizeof(Value));
        if (!handle) return handle.error();
        const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        const size_t size = (handle->max_entries() * stride + page - 1) / page * page;
        void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, handle->fd(), 0);
        if (memory == MAP_FAILED) return error("map \"" + handle->name() + "\" into memory", errno);
        return mapped_array(*handle, static_cast<char *>(memory), size);
    }

    size_t size() const noexcept {
        return max_entries();
    }
    Value &operator[](size_t index) const noexcept {
        return *reinterpret_cast<Value *>(memory_.get() + index * stride);
    }

  private:
    struct unmap {
        size_t size = 0;
        void operator()(char *memory) const noexcept {
            munmap(memory, size);
        }
    };

    mapped_array(const detail::map_handle &handle, char *memory, size_t size)
        : map_handle(handle), memory_(memory, unmap{size}) {}

    std::unique_ptr<char, unmap> memory_;
};

} // namespace bpf

#endif // BPF_CXX_MAP_VALUES_HPP
