// SPDX-License-Identifier: MIT
/* Owners of links and descriptors. */
#ifndef BPF_CXX_LINK_HPP
#define BPF_CXX_LINK_HPP

#include <bpf/bpf.h>
#include <bpf/cxx/error.hpp>
#include <cstring>
#include <memory>
#include <unistd.h>

namespace bpf {

/* Empty options of libbpf: auto options = bpf::options<bpf_uprobe_opts>(); options.func_name = "main"; */
template <class Options> Options options() {
    Options empty;
    // All bytes, also those of gaps, since libbpf refuses options that it does not know.
    memset(static_cast<void *>(&empty), 0, sizeof(empty));
    empty.sz = sizeof(empty);
    return empty;
}

namespace detail {

/* Destroys an object of libbpf. */
template <auto destroy> struct destroyer {
    void operator()(auto *pointer) const noexcept {
        destroy(pointer);
    }
};

} // namespace detail

/* A descriptor that is closed at the end. */
class unique_fd {
  public:
    unique_fd() = default;
    explicit unique_fd(int fd) noexcept : fd_(fd) {}
    unique_fd(unique_fd &&other) noexcept : fd_(other.release()) {}
    unique_fd &operator=(unique_fd &&other) noexcept {
        if (this != &other) {
            if (fd_ >= 0) close(fd_);
            fd_ = other.release();
        }
        return *this;
    }
    ~unique_fd() {
        if (fd_ >= 0) close(fd_);
    }

    int get() const noexcept {
        return fd_;
    }
    explicit operator bool() const noexcept {
        return fd_ >= 0;
    }
    /* Gives up the descriptor, which then stays open. */
    int release() noexcept {
        return std::exchange(fd_, -1);
    }

  private:
    int fd_ = -1;
};

/* Opens a map, program or link that is pinned at `path`. */
inline result<unique_fd> open_pinned(const char *path) {
    const int fd = bpf_obj_get(path);
    if (fd < 0) return error(std::string("open \"") + path + "\"", -fd);
    return unique_fd(fd);
}

/* A program that is attached. It is detached at the end, unless the link is pinned or released. */
class link {
  public:
    /* Takes over a link of libbpf. */
    explicit link(bpf_link *attached) noexcept : link_(attached) {}

    /* The link that is pinned at `path`. */
    static result<link> open_pinned(const char *path) {
        detail::collect_messages();
        bpf_link *opened = bpf_link__open(path);
        if (!opened) return detail::null_failure(std::string("open \"") + path + "\"");
        return link(opened);
    }

    bpf_link *get() const noexcept {
        return link_.get();
    }
    /* The link's descriptor; -1 for kinds that have none. */
    int fd() const noexcept {
        return bpf_link__fd(get());
    }

    /* Detaches the program. Unlike the destructor, returns the error. */
    result<void> detach() {
        bpf_link *detached = release();
        return detail::checked("detach", "link", detached ? bpf_link__destroy(detached) : 0);
    }
    /* Gives up the link: the program stays attached until the caller destroys libbpf's link, or the process ends. */
    bpf_link *release() noexcept {
        return link_.release();
    }

    /* Keeps the program attached after the end of the process, until the file at `path` is removed. */
    result<void> pin(const char *path) {
        return detail::checked("pin", path, bpf_link__pin(get(), path));
    }
    result<void> unpin() {
        return detail::checked("unpin", "link", bpf_link__unpin(get()));
    }
    /* Replaces the program, without a gap. */
    result<void> update(bpf_program *program) {
        return detail::checked("update link to", bpf_program__name(program), bpf_link__update_program(get(), program));
    }

  private:
    std::unique_ptr<bpf_link, detail::destroyer<bpf_link__destroy>> link_;
};

} // namespace bpf

#endif // BPF_CXX_LINK_HPP
