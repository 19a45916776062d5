// SPDX-License-Identifier: MIT
/* Owners of objects: skeletons, and objects without one. */
#ifndef BPF_CXX_OBJECT_HPP
#define BPF_CXX_OBJECT_HPP

#include <bpf/cxx/program.hpp>
#include <concepts>
#include <cstddef>
#include <span>

namespace bpf {

/* A struct of `bpftool gen skeleton` or `wasm-bpf gen skeleton`. */
template <class T>
concept generated_skeleton = requires(T *skeleton, const bpf_object_open_opts *options) {
    { T::open(options) } -> std::same_as<T *>;
    { T::load(skeleton) } -> std::same_as<int>;
    { T::attach(skeleton) } -> std::same_as<int>;
    T::detach(skeleton);
    T::destroy(skeleton);
    { skeleton->obj } -> std::convertible_to<bpf_object *>;
};

/*
 * The owner of a skeleton: programs are detached and maps freed at the end. `->` reaches the skeleton's members: maps, progs, links,
 * and the variables of sections, such as rodata before load, and bss while the programs run.
 */
template <generated_skeleton T> class skeleton {
  public:
    static result<skeleton> open(const bpf_object_open_opts *options = nullptr) {
        detail::collect_messages();
        T *opened = T::open(options);
        if (!opened) return detail::null_failure("open the BPF object");
        return skeleton(opened);
    }
    /* For objects whose variables keep their values. */
    static result<skeleton> open_and_load(const bpf_object_open_opts *options = nullptr) {
        auto opened = open(options);
        if (!opened) return opened;
        auto loaded = opened->load();
        if (!loaded) return loaded.error();
        return opened;
    }

    result<void> load() {
        detail::collect_messages();
        return detail::checked("load", name(), T::load(get()));
    }
    /* Attaches all programs whose section names a target. Their links belong to the skeleton. */
    result<void> attach() {
        detail::collect_messages();
        return detail::checked("attach", name(), T::attach(get()));
    }
    void detach() {
        T::detach(get());
    }

    const char *name() const noexcept {
        return bpf_object__name(get()->obj);
    }
    T *get() const noexcept {
        return skeleton_.get();
    }
    T *operator->() const noexcept {
        return get();
    }
    T &operator*() const noexcept {
        return *get();
    }

  private:
    struct destroy {
        void operator()(T *skeleton) const noexcept {
            T::destroy(skeleton);
        }
    };

    explicit skeleton(T *opened) noexcept : skeleton_(opened) {}

    std::unique_ptr<T, destroy> skeleton_;
};

/* The owner of an object that has no skeleton. */
class object {
  public:
    static result<object> open_file(const char *path, const bpf_object_open_opts *options = nullptr) {
        detail::collect_messages();
        return opened(path, bpf_object__open_file(path, options));
    }
    static result<object> open_memory(std::span<const std::byte> bytes, const bpf_object_open_opts *options = nullptr) {
        detail::collect_messages();
        return opened("BPF object", bpf_object__open_mem(bytes.data(), bytes.size(), options));
    }

    result<void> load() {
        detail::collect_messages();
        return detail::checked("load", bpf_object__name(get()), bpf_object__load(get()));
    }
    result<program> find_program(const char *name) const {
        bpf_program *found = bpf_object__find_program_by_name(get(), name);
        if (!found) return error(std::string("find program \"") + name + "\"", ENOENT);
        return program(found);
    }
    result<bpf_map *> find_map(const char *name) const {
        bpf_map *found = bpf_object__find_map_by_name(get(), name);
        if (!found) return error(std::string("find map \"") + name + "\"", ENOENT);
        return found;
    }
    bpf_object *get() const noexcept {
        return object_.get();
    }

  private:
    explicit object(bpf_object *opened) noexcept : object_(opened) {}
    static result<object> opened(const char *name, bpf_object *opened) {
        if (!opened) return detail::null_failure(std::string("open \"") + name + "\"");
        return object(opened);
    }

    std::unique_ptr<bpf_object, detail::destroyer<bpf_object__close>> object_;
};

} // namespace bpf

#endif // BPF_CXX_OBJECT_HPP
