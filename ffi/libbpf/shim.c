// SPDX-License-Identifier: MIT
//
// C functions in libwasm_bpf.so beside libbpf. TypeScript cannot do their work through FFI: errno would be wrong, the log would call
// JavaScript from inside libbpf, and reading the kernel's BTF would block JavaScript's only thread.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../system/signals.h"

#define EXPORT __attribute__((visibility("default")))

// The part of libbpf's messages that one thread keeps. A verifier log can have megabytes. Its beginning names the program and its
// end gives the reason, so lines in between are omitted. A line in their place gives their number and size.
#define LOG_CAPACITY (64 * 1024)
#define LOG_NOTE 128
#define LOG_ROOM (LOG_CAPACITY - LOG_NOTE)
#define LOG_HEAD (16 * 1024)

static __thread struct {
    // The bytes of the beginning in `text`; 0 until lines after it are omitted.
    size_t head;
    // The bytes in `text`.
    size_t length;
    size_t left_out_bytes;
    size_t left_out_lines;
    char text[LOG_ROOM];
} captured;

// Each message begins with this character for level 0, or one of the next two (log.ts).
#define FIRST_MARK 1

static int wanted_level = -1;

// wasm_bpf_syscall() makes one system call and returns its result, or -errno. Through FFI, errno could only be read by a second
// call. System calls of the runtime between the two may have changed it.
EXPORT long wasm_bpf_syscall(int number, long a, long b, long c, long d, long e, long f) {
    const int waits = number == SYS_ppoll || number == SYS_epoll_pwait;
    long result;

    if (waits) wasm_bpf_waits++;
    result = syscall(number, a, b, c, d, e, f);
    if (waits) wasm_bpf_waits--;
    return result == -1 ? -errno : result;
}

// bpf_command() makes bpf(2) without libc and its errno, and returns the result or -errno. A map call takes 900 ns in the kernel and
// leaves the branch predictors cold, so each further jump before and after it costs 5 ns.
static long bpf_command(long command, const union bpf_attr *attr, size_t size) {
#if defined(__x86_64__)
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_bpf), "D"(command), "S"(attr), "d"(size)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_bpf;
    register long result __asm__("x0") = command;
    register const union bpf_attr *second __asm__("x1") = attr;
    register size_t third __asm__("x2") = size;

    __asm__ volatile("svc #0" : "+r"(result) : "r"(number), "r"(second), "r"(third) : "memory", "cc");
    return result;
#else
    long result = syscall(SYS_bpf, command, attr, size);

    return result == -1 ? -errno : result;
#endif
}

// wasm_bpf_map_call() makes a command of bpf(2) on an element of map `fd`: BPF_MAP_LOOKUP_ELEM, _UPDATE_ELEM, _DELETE_ELEM,
// _GET_NEXT_KEY or _LOOKUP_AND_DELETE_ELEM. `key` and `value` (or the next key) are addresses, or 0 for NULL. Returns 0 or -errno.
// WebAssembly calls it.
EXPORT int wasm_bpf_map_call(int command, int fd, uint64_t key, uint64_t value, uint64_t flags) {
    union bpf_attr attr;
    const size_t size = offsetof(union bpf_attr, flags) + sizeof(attr.flags);

    memset(&attr, 0, size);
    attr.map_fd = (uint32_t)fd;
    attr.key = key;
    attr.value = value;
    attr.flags = flags;
    return (int)bpf_command(command, &attr, size);
}

// wasm_bpf_map_element() is the same for JavaScript: `key` and `value` are offsets into `memory`, or UINT32_MAX for NULL. In
// JavaScript an address is a BigInt, which costs 60 ns a call, or a number, for which Deno has no fast call: 300 ns. A buffer with
// offsets costs neither.
EXPORT int wasm_bpf_map_element(int command, int fd, char *memory, uint32_t key, uint32_t value, uint32_t flags) {
    return wasm_bpf_map_call(command, fd, key == UINT32_MAX ? 0 : (uintptr_t)(memory + key),
                             value == UINT32_MAX ? 0 : (uintptr_t)(memory + value), flags);
}

// line_end() returns the offset after the first line break at or after `offset`, or `length` when there is no line break.
static size_t line_end(const char *text, size_t offset, size_t length) {
    const char *found = offset < length ? memchr(text + offset, '\n', length - offset) : NULL;

    return found ? (size_t)(found - text) + 1 : length;
}

static void leave_out(const char *text, size_t length) {
    captured.left_out_bytes += length;
    for (size_t i = 0; i < length; i++) captured.left_out_lines += text[i] == '\n';
}

static void append(const char *text, size_t length) {
    memcpy(captured.text + captured.length, text, length);
    captured.length += length;
}

// fix_head() ends the beginning after the last whole line within the first LOG_HEAD bytes.
static void fix_head(void) {
    size_t end = captured.length < LOG_HEAD ? captured.length : LOG_HEAD;
    const char *last = memrchr(captured.text, '\n', end);

    captured.head = last ? (size_t)(last - captured.text) + 1 : end;
}

static void keep(const char *text, size_t length) {
    size_t excess, end;

    if (length <= LOG_ROOM - captured.length) return append(text, length);
    if (captured.head == 0) {
        if (captured.length < LOG_HEAD) {
            size_t part = LOG_HEAD - captured.length;

            // `text` has more than `part` bytes, since it does not fit into the remaining room.
            append(text, part);
            text += part;
            length -= part;
        }
        fix_head();
    }
    if (length > LOG_ROOM - captured.length) {
        excess = length - (LOG_ROOM - captured.length);
        // The oldest lines after the head are dropped first.
        end = line_end(captured.text, captured.head + excess - 1, captured.length);
        leave_out(captured.text + captured.head, end - captured.head);
        memmove(captured.text + captured.head, captured.text + end, captured.length - end);
        captured.length -= end - captured.head;
    }
    if (length > LOG_ROOM - captured.length) {
        excess = length - (LOG_ROOM - captured.length);
        end = line_end(text, excess - 1, length);
        // A single line is too long, so it is cut.
        if (end == length) end = excess;
        leave_out(text, end);
        text += end;
        length -= end;
    }
    append(text, length);
}

static int capture(enum libbpf_print_level level, const char *format, va_list arguments) {
    char line[1024];
    char *text = line;
    va_list again;
    int length;

    if ((int)level > wanted_level) return 0;
    va_copy(again, arguments);
    length = vsnprintf(line, sizeof(line), format, arguments);
    if (length >= (int)sizeof(line)) {
        text = malloc((size_t)length + 1);
        if (text) {
            vsnprintf(text, (size_t)length + 1, format, again);
        } else {
            text = line;
            length = sizeof(line) - 1;
        }
    }
    va_end(again);
    if (length > 0) {
        const char mark = (char)(FIRST_MARK + level);

        keep(&mark, 1);
        keep(text, (size_t)length);
    }
    if (text != line) free(text);
    return length;
}

// wasm_bpf_log_install() sends libbpf's messages up to `level` (0 warning, 1 info, 2 debug; -1 none) to the log of the thread that
// caused them, instead of stderr. A further call changes the level, which all threads share.
EXPORT void wasm_bpf_log_install(int level) {
    wanted_level = level;
    libbpf_set_print(capture);
}

// wasm_bpf_log_take() moves the log of the calling thread into `buffer`, or its last `size` bytes if it is longer. Returns the number
// of bytes, without a NUL. The log is empty afterwards. A buffer of 64 KiB always suffices.
EXPORT int wasm_bpf_log_take(char *buffer, int size) {
    char note[LOG_NOTE];
    int noted = 0;
    size_t skipped, length;
    const char *parts[3] = {captured.text, note, captured.text + captured.head};
    size_t lengths[3] = {captured.head, 0, captured.length - captured.head};

    if (size < 0) return -EINVAL;
    if (captured.left_out_bytes > 0)
        noted = snprintf(note, sizeof(note), "%s-- LEFT OUT %zu bytes, %zu lines --\n",
                         captured.text[captured.head - 1] == '\n' ? "" : "\n", captured.left_out_bytes,
                         captured.left_out_lines);
    lengths[1] = (size_t)noted;
    length = lengths[0] + lengths[1] + lengths[2];
    skipped = length > (size_t)size ? length - (size_t)size : 0;
    for (int i = 0; i < 3; i++) {
        size_t skip = skipped < lengths[i] ? skipped : lengths[i];

        memcpy(buffer, parts[i] + skip, lengths[i] - skip);
        buffer += lengths[i] - skip;
        length -= skip;
        skipped -= skip;
    }
    captured.head = captured.length = captured.left_out_bytes = captured.left_out_lines = 0;
    return (int)length;
}

// Replaces fstat() for libelf, because glibc has this symbol only since 2.33. The structs of the kernel and of glibc are the same on
// x86_64 and arm64.
struct stat;
int __wrap_fstat(int fd, struct stat *stat);

int __wrap_fstat(int fd, struct stat *stat) {
    return (int)syscall(SYS_fstat, fd, stat);
}

// The kernel's BTF takes most of the time of a load: libbpf reads and copies 5 MB, and walks through all types. The linker redirects
// libbpf's calls of btf__load_vmlinux_btf() to __wrap_btf__load_vmlinux_btf(). It maps the file instead, and takes the BTF that
// wasm_bpf_btf_prefetch() loads on another thread. The mapped pages are the kernel's own: they cost neither a copy nor memory.

// From scripts/patches/14-mapped-btf.patch. Takes over the mapping, unless it returns NULL.
struct btf *btf__new_mapped(void *mapping, __u32 size);

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);

// With glibc 2.34, threads moved into libc and their symbols got a new version. The first version is named here, so that a library
// that is linked today runs with glibc 2.31.
#if defined(__x86_64__)
#define FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST_GLIBC "GLIBC_2.17"
#endif
#ifdef FIRST_GLIBC
__asm__(".symver pthread_create,pthread_create@" FIRST_GLIBC);
__asm__(".symver pthread_join,pthread_join@" FIRST_GLIBC);
#endif

static struct {
    pthread_mutex_t lock;
    pthread_t thread;
    int started;
} prefetch = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Since Linux 6.16 the file can be mapped. Returns NULL if it cannot, or if libbpf cannot read it.
static struct btf *map_vmlinux_btf(void) {
    struct btf *btf = NULL;
    off_t size;
    void *data;
    int fd;

    fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    size = lseek(fd, 0, SEEK_END);
    if (size > 0 && size <= UINT32_MAX) {
        data = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data != MAP_FAILED) {
            btf = btf__new_mapped(data, (uint32_t)size);
            if (!btf) munmap(data, (size_t)size);
        }
    }
    close(fd);
    return btf;
}

static struct btf *load_vmlinux_btf(void) {
    struct btf *btf = map_vmlinux_btf();

    // libbpf's function looks in more places, and reports problems.
    return btf ? btf : __real_btf__load_vmlinux_btf();
}

static void *run_prefetch(void *unused) {
    (void)unused;
    return load_vmlinux_btf();
}

// Returns the prefetched BTF, once; NULL when there is none.
static struct btf *take_prefetched(void) {
    void *btf = NULL;

    pthread_mutex_lock(&prefetch.lock);
    if (prefetch.started) {
        pthread_join(prefetch.thread, &btf);
        prefetch.started = 0;
    }
    pthread_mutex_unlock(&prefetch.lock);
    return btf;
}

struct btf *__wrap_btf__load_vmlinux_btf(void) {
    struct btf *btf = take_prefetched();

    return btf ? btf : load_vmlinux_btf();
}

// wasm_bpf_btf_prefetch() starts a thread that loads the kernel's BTF for the next object of this process. The caller must call
// wasm_bpf_btf_discard() before it closes the library.
//
// The thread's messages are dropped, because a load reports a missing BTF again.
EXPORT void wasm_bpf_btf_prefetch(void) {
    libbpf_set_print(capture);
    pthread_mutex_lock(&prefetch.lock);
    if (!prefetch.started) prefetch.started = pthread_create(&prefetch.thread, NULL, run_prefetch, NULL) == 0;
    pthread_mutex_unlock(&prefetch.lock);
}

// wasm_bpf_btf_discard() frees BTF that was prefetched and not used.
EXPORT void wasm_bpf_btf_discard(void) {
    btf__free(take_prefetched());
}
