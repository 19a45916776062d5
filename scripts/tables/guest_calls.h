// The functions of import module `libbpf` whose parameters differ from those of libbpf's function of the same name, or that libbpf
// lacks. The generator of the tables reads them with clang. All other imports have libbpf's own prototypes, and a function that returns a
// string has two more parameters: the guest's buffer and its size.
//
// A result of type `long` is a size, a handle or a negative errno of WASI, as wide as a pointer.

#include <stddef.h>
#include <bpf/libbpf.h>

// Copies the initial value of a map into the guest's `buffer`, as far as it fits. Returns its full size; 0 for NULL.
long import_bpf_map__initial_value(const struct bpf_map *map, void *buffer, size_t size);

// The host copies each message that an import caused to `buffer` and calls `print` (level, text) before that import returns.
int import_libbpf_set_print(void (*print)(int level, const char *text), void *buffer, size_t size);

// Shares the elements of an mmapable array at `address`. Returns their size.
long import_bpf_map_mmap(int fd, void *address, size_t size);
int import_bpf_map_munmap(int fd);

// Copies BTF into `buffer`, as far as it fits. Returns its full size; 0 for NULL.
long import_btf__load_vmlinux_btf(void *buffer, size_t size);
long import_btf__load_module_btf(const char *module, void *buffer, size_t size);
long import_bpf_object__btf(const struct bpf_object *object, void *buffer, size_t size);
long import_btf__load_from_kernel_by_id(unsigned int id, void *buffer, size_t size);

// Copies the instructions of a program into `buffer`, as far as they fit. Returns their number.
long import_bpf_program__insns(const struct bpf_program *program, void *buffer, size_t size);

// Copies the log of a program's last load into `buffer`, as far as it fits. Returns its size.
long import_bpf_program__log_buf(const struct bpf_program *program, void *buffer, size_t size);

// `buffer` gets a batch of records, and the callbacks get pointers into it. -EMSGSIZE if the next record is larger than `size`.
int import_ring_buffer__poll(struct ring_buffer *rb, int timeout_ms, void *buffer, size_t size);
int import_ring_buffer__consume(struct ring_buffer *rb, void *buffer, size_t size);
int import_ring_buffer__consume_n(struct ring_buffer *rb, size_t n, void *buffer, size_t size);
int import_ring__consume(struct ring *ring, void *buffer, size_t size);
int import_ring__consume_n(struct ring *ring, size_t n, void *buffer, size_t size);
int import_perf_buffer__poll(struct perf_buffer *pb, int timeout_ms, void *buffer, size_t size);
int import_perf_buffer__consume(struct perf_buffer *pb, void *buffer, size_t size);
int import_perf_buffer__consume_buffer(struct perf_buffer *pb, size_t index, void *buffer, size_t size);
// A reserved sample has a number. Its bytes stay in the guest until they are submitted.
long import_user_ring_buffer__reserve(struct user_ring_buffer *rb, __u32 size);
long import_user_ring_buffer__reserve_blocking(struct user_ring_buffer *rb, __u32 size, int timeout_ms);
void import_user_ring_buffer__submit(struct user_ring_buffer *rb, long sample, const void *bytes, size_t size);
void import_user_ring_buffer__discard(struct user_ring_buffer *rb, long sample);

// The size of `buffer` that always suffices.
long import_ring_buffer__room(const struct ring_buffer *rb);
long import_perf_buffer__room(const struct perf_buffer *pb);
