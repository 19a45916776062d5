// SPDX-License-Identifier: MIT
/* Maps with typed keys and values. They refer to maps of an object or to descriptors, and own nothing. */
#ifndef BPF_CXX_MAP_HPP
#define BPF_CXX_MAP_HPP

#include <bpf/cxx/map_values.hpp>
#include <iterator>
#include <optional>
#include <type_traits>

namespace bpf {

/*
 * A map whose values are read and written as `Values` defines: map<Key, Value> and percpu_map<Key, Value> below. A type of keys
 * must have no padding, since the kernel compares all bytes.
 */
template <class Key, class Values> class basic_map : public detail::map_handle {
    static_assert(std::is_trivially_copyable_v<Key>, "keys must be plain data");
    static_assert(std::has_unique_object_representations_v<Key> || std::is_floating_point_v<Key>,
                  "keys must have no padding: give the gaps names, as members that are 0");

  public:
    using key_type = Key;
    using value_type = typename Values::type;

    /* Fails with EINVAL unless the map has keys and values of these sizes. `map` is a bpf_map * of a loaded object, or a descriptor. */
    template <class Map> static result<basic_map> from(Map map) {
        auto handle = open(map, sizeof(Key), Values::size);
        if (!handle) return handle.error();
        return basic_map(*handle);
    }

    /* The value of an element. Without such an element, error().not_found() is true. */
    result<value_type> lookup(const Key &key, __u64 flags = 0) const {
        return read_value("look up in",
                          [&](void *value) { return bpf_map_lookup_elem_flags(fd(), &key, value, flags); });
    }
    bool contains(const Key &key) const {
        return lookup(key).has_value();
    }
    /* `flags` is BPF_ANY, BPF_NOEXIST or BPF_EXIST. */
    result<void> update(const Key &key, const value_type &value, __u64 flags = BPF_ANY) {
        typename Values::storage storage;
        const void *bytes = Values::write(storage, value);
        if (!bytes) return failure("update", -EINVAL);
        return checked("update", bpf_map_update_elem(fd(), &key, bytes, flags));
    }
    result<void> erase(const Key &key) {
        return checked("erase from", bpf_map_delete_elem(fd(), &key));
    }
    /* Reads and removes an element in one step. */
    result<value_type> take(const Key &key) {
        return read_value("take from", [&](void *value) { return bpf_map_lookup_and_delete_elem(fd(), &key, value); });
    }

    /* All elements. Those that are added or removed meanwhile may be missing. */
    result<std::vector<std::pair<Key, value_type>>> entries() const {
        std::vector<std::pair<Key, value_type>> all;
        int err = 0;
        for (iterator at(this, &err); at != std::default_sentinel; ++at) all.push_back(*at);
        if (err < 0) return failure("read", err);
        return all;
    }

    /* Walks through the elements: for (auto [key, value] : map). The body may erase the current element. An error ends the walk. */
    class iterator {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = std::pair<Key, typename Values::type>;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        explicit iterator(const basic_map *map, int *err = nullptr) : map_(map), err_(err) {
            find_next(nullptr);
            ++*this;
        }
        const value_type &operator*() const {
            return *current_;
        }
        const value_type *operator->() const {
            return &*current_;
        }
        iterator &operator++() {
            current_.reset();
            while (next_ && !current_) {
                const Key key = *next_;
                auto value = map_->lookup(key);
                // The next key is found before the body can erase this one, since the walk would begin again.
                find_next(&key);
                if (value)
                    current_.emplace(key, std::move(*value));
                else if (!value.error().not_found())
                    stop(-value.error().code());
            }
            return *this;
        }
        void operator++(int) {
            ++*this;
        }
        friend bool operator==(const iterator &at, std::default_sentinel_t) {
            return !at.current_;
        }

      private:
        void find_next(const Key *key) {
            Key next;
            const int err = bpf_map_get_next_key(map_->fd(), key, &next);
            if (err == 0)
                next_ = next;
            else
                stop(err == -ENOENT ? 0 : err);
        }
        void stop(int err) {
            next_.reset();
            if (err_) *err_ = err;
        }

        const basic_map *map_ = nullptr;
        int *err_ = nullptr;
        std::optional<Key> next_;
        std::optional<value_type> current_;
    };

    iterator begin() const {
        return iterator(this);
    }
    std::default_sentinel_t end() const {
        return {};
    }

  private:
    explicit basic_map(const detail::map_handle &handle) : map_handle(handle) {}

    template <class Read> result<value_type> read_value(const char *verb, Read read) const {
        typename Values::storage storage;
        void *bytes = Values::room(storage);
        if (!bytes) return failure(verb, -ENOMEM);
        const int err = read(bytes);
        if (err < 0) return failure(verb, err);
        return Values::read(storage);
    }
};

/* A map with one value for each key: hashes, arrays, LRU hashes, tries, maps of maps, arrays of programs. */
template <class Key, class Value> using map = basic_map<Key, detail::one_value<Value>>;

/* A map with one value for each key and processor. A value is a std::vector with an element for each possible processor. */
template <class Key, class Value> using percpu_map = basic_map<Key, detail::percpu_values<Value>>;

/* Maps without keys --------------------------------------------------------------------------------------------------- */

/* A queue or a stack. */
template <class Value> class queue : public detail::map_handle {
    static_assert(std::is_trivially_copyable_v<Value>, "values must be plain data");

  public:
    template <class Map> static result<queue> from(Map map) {
        auto handle = open(map, 0, sizeof(Value));
        if (!handle) return handle.error();
        return queue(*handle);
    }
    /* With BPF_EXIST, a full map loses its oldest value. */
    result<void> push(const Value &value, __u64 flags = BPF_ANY) {
        return checked("push to", bpf_map_update_elem(fd(), nullptr, &value, flags));
    }
    result<Value> pop() {
        Value value;
        const int err = bpf_map_lookup_and_delete_elem(fd(), nullptr, &value);
        if (err < 0) return failure("pop from", err);
        return value;
    }
    result<Value> peek() const {
        Value value;
        const int err = bpf_map_lookup_elem(fd(), nullptr, &value);
        if (err < 0) return failure("peek at", err);
        return value;
    }

  private:
    explicit queue(const detail::map_handle &handle) : map_handle(handle) {}
};

/* A Bloom filter. */
template <class Value> class bloom_filter : public detail::map_handle {
    static_assert(std::has_unique_object_representations_v<Value>, "values must be plain data without padding");

  public:
    template <class Map> static result<bloom_filter> from(Map map) {
        auto handle = open(map, 0, sizeof(Value));
        if (!handle) return handle.error();
        return bloom_filter(*handle);
    }
    result<void> add(const Value &value) {
        return checked("add to", bpf_map_update_elem(fd(), nullptr, &value, BPF_ANY));
    }
    /* True if the value may have been added; false if it was certainly not. */
    bool contains(Value value) const {
        return bpf_map_lookup_elem(fd(), nullptr, &value) == 0;
    }

  private:
    explicit bloom_filter(const detail::map_handle &handle) : map_handle(handle) {}
};

} // namespace bpf

#endif // BPF_CXX_MAP_HPP
