// SPDX-License-Identifier: MIT
/* Programs: attaching, test runs, iterators. */
#ifndef BPF_CXX_PROGRAM_HPP
#define BPF_CXX_PROGRAM_HPP

#include <bpf/cxx/link.hpp>
#include <cstring>
#include <vector>

namespace bpf {

/* A program of an object, which owns it. */
class program {
  public:
    program(bpf_program *of_object) noexcept : program_(of_object) {}

    bpf_program *get() const noexcept {
        return program_;
    }
    const char *name() const noexcept {
        return bpf_program__name(program_);
    }
    int fd() const noexcept {
        return bpf_program__fd(program_);
    }
    /* Before load: leaves the program out. */
    result<void> set_autoload(bool autoload) {
        return detail::checked("set autoload of", name(), bpf_program__set_autoload(program_, autoload));
    }

    /* Attaches to what its section names. */
    result<link> attach() {
        return attach_with(bpf_program__attach);
    }
    result<link> attach_kprobe(const char *function) {
        return attach_with(bpf_program__attach_kprobe, false, function);
    }
    result<link> attach_kretprobe(const char *function) {
        return attach_with(bpf_program__attach_kprobe, true, function);
    }
    /* `pid` -1: in all processes; 0: in this one. */
    result<link> attach_uprobe(pid_t pid, const char *binary, const char *function) {
        return attach_function(pid, binary, function, false);
    }
    result<link> attach_uretprobe(pid_t pid, const char *binary, const char *function) {
        return attach_function(pid, binary, function, true);
    }
    result<link> attach_tracepoint(const char *category, const char *name) {
        return attach_with(bpf_program__attach_tracepoint, category, name);
    }
    result<link> attach_perf_event(int fd) {
        return attach_with(bpf_program__attach_perf_event, fd);
    }
    result<link> attach_xdp(int interface_index) {
        return attach_with(bpf_program__attach_xdp, interface_index);
    }
    result<link> attach_cgroup(int fd) {
        return attach_with(bpf_program__attach_cgroup, fd);
    }
    result<link> attach_iter(const bpf_iter_attach_opts *options = nullptr) {
        return attach_with(bpf_program__attach_iter, options);
    }
    /* Attaches by any function of libbpf that returns a link: attach_with(bpf_program__attach_tcx, ifindex, nullptr). */
    template <class... Parameters, class... Arguments>
        requires(sizeof...(Parameters) == sizeof...(Arguments))
    result<link> attach_with(bpf_link *(*function)(const bpf_program *, Parameters...), Arguments... arguments) {
        detail::collect_messages();
        bpf_link *attached = function(program_, static_cast<Parameters>(arguments)...);
        if (!attached) return detail::null_failure(std::string("attach \"") + name() + "\"");
        return link(attached);
    }

    /* Runs a program once without attaching it, with `context` as its context. Returns what the program returned. */
    template <class Context> result<__u32> test_run(const Context &context) {
        static_assert(std::is_trivially_copyable_v<Context>, "the context must be plain data");
        auto options = bpf::options<bpf_test_run_opts>();
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
        return test_run_opts(options);
    }
    result<__u32> test_run() {
        auto options = bpf::options<bpf_test_run_opts>();
        return test_run_opts(options);
    }
    result<__u32> test_run_opts(bpf_test_run_opts &options) {
        detail::collect_messages();
        const int err = bpf_prog_test_run_opts(fd(), &options);
        if (err < 0) return detail::failure(std::string("run \"") + name() + "\"", err);
        return options.retval;
    }

  private:
    result<link> attach_function(pid_t pid, const char *binary, const char *function, bool at_return) {
        auto options = bpf::options<bpf_uprobe_opts>();
        options.func_name = function;
        options.retprobe = at_return;
        return attach_with(bpf_program__attach_uprobe_opts, pid, binary, 0, &options);
    }

    bpf_program *program_;
};

/* Runs the iterator of a link, such as `tool->links.x` of a skeleton, and returns the text that the program wrote. */
inline result<std::string> read_iterator(const bpf_link *attached) {
    const unique_fd iterator(bpf_iter_create(bpf_link__fd(attached)));
    if (!iterator) return error("run the iterator", -iterator.get());
    std::string text;
    char part[4096];
    for (;;) {
        const ssize_t size = read(iterator.get(), part, sizeof(part));
        if (size == 0) return text;
        if (size > 0)
            text.append(part, static_cast<size_t>(size));
        else if (errno != EINTR && errno != EAGAIN)
            return error("read the iterator", errno);
    }
}
inline result<std::string> read_iterator(const link &attached) {
    return read_iterator(attached.get());
}

/* Runs an iterator whose program writes records of type `T`, and returns these. */
template <class T> result<std::vector<T>> read_iterator(const bpf_link *attached) {
    static_assert(std::is_trivially_copyable_v<T>, "records must be plain data");
    auto text = read_iterator(attached);
    if (!text) return text.error();
    if (text->size() % sizeof(T) != 0) return error("read the iterator: the last record is incomplete", EINVAL);
    std::vector<T> records(text->size() / sizeof(T));
    if (!records.empty()) memcpy(static_cast<void *>(records.data()), text->data(), text->size());
    return records;
}
template <class T> result<std::vector<T>> read_iterator(const link &attached) {
    return read_iterator<T>(attached.get());
}

} // namespace bpf

#endif // BPF_CXX_PROGRAM_HPP
