// SPDX-License-Identifier: MIT
/*
 * A tracing tool with the parts that such tools share: options, symbols of the kernel and of a binary, stacks, a
 * histogram in .bss, a buffer chosen by a probe, a cgroup as a map value, and waiting until a signal.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "tool.h"
#include "tool.skel.h"

#define STACK_DEPTH 64

const char *argp_program_version = "tool 0.1";
const char *argp_program_bug_address = "<bugs@example.org>";

static const struct argp_option options[] = {
    {"binary", 'b', "PATH", 0, "Look up functions in this file", 0},
    {"cgroup", 'c', "PATH", 0, "Trace processes in this cgroup only", 0},
    {"verbose", 'v', NULL, 0, "Print libbpf's messages, too", 0},
    {0},
};

static struct {
    const char *binary;
    const char *cgroup;
    bool verbose;
    int calls;
} env = {.calls = 5};

static error_t parse(int key, char *arg, struct argp_state *state) {
    switch (key) {
    case 'b': env.binary = arg; break;
    case 'c': env.cgroup = arg; break;
    case 'v': env.verbose = true; break;
    case ARGP_KEY_ARG:
        errno = 0;
        env.calls = (int)strtol(arg, NULL, 10);
        if (errno || env.calls <= 0) {
            fprintf(stderr, "Invalid number of calls: %s\n", arg);
            argp_usage(state);
        }
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int print(enum libbpf_print_level level, const char *format, va_list args) {
    return level == LIBBPF_DEBUG && !env.verbose ? 0 : vfprintf(stderr, format, args);
}

static volatile sig_atomic_t exiting;

static void on_signal(int number) {
    exiting = number;
}

/* Symbols of the kernel, in the order of their addresses. Their names are in BTF, as a pool of strings. */
struct symbol {
    unsigned long address;
    unsigned int name;
};

static struct symbol *symbols;
static size_t symbol_count;
static struct btf *names;

static int compare(const void *left, const void *right) {
    const struct symbol *a = left, *b = right;
    return a->address < b->address ? -1 : a->address > b->address;
}

static int load_symbols(void) {
    char type, name[256];
    unsigned long address;
    size_t room = 0;
    FILE *file = fopen("/proc/kallsyms", "r");
    if (!file) return -errno;
    names = btf__new_empty();
    while (true) {
        int fields = fscanf(file, "%lx %c %255s%*[^\n]\n", &address, &type, name);
        if (fields == EOF && feof(file)) break;
        if (fields != 3) return -EINVAL;
        if (strncmp(name, "bpf_", 4) == 0) continue;
        if (symbol_count == room) {
            room = room ? room * 4 / 3 : 1024;
            symbols = realloc(symbols, room * sizeof(*symbols));
        }
        symbols[symbol_count++] = (struct symbol){address, (unsigned int)btf__add_str(names, name)};
    }
    fclose(file);
    qsort(symbols, symbol_count, sizeof(*symbols), compare);
    return 0;
}

static const char *find_symbol(unsigned long address) {
    size_t low = 0, high = symbol_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (symbols[middle].address <= address)
            low = middle;
        else
            high = middle;
    }
    return btf__name_by_offset(names, symbols[low].name);
}

static bool is_in(const char *name, const char *const *list) {
    while (*list && strcmp(*list, name) != 0) list++;
    return *list != NULL;
}

/* Prints those functions of the stack that every kernel has. */
static void print_stack(int fd, int id) {
    static const char *const known[] = {"do_syscall_64", "entry_SYSCALL_64_after_hwframe", "el0_svc", NULL};
    unsigned long addresses[STACK_DEPTH] = {0};
    if (bpf_map_lookup_elem(fd, &id, addresses) != 0) {
        printf("    no stack: %s\n", strerror(errno));
        return;
    }
    for (int i = 0; i < STACK_DEPTH && addresses[i]; i++) {
        const char *name = find_symbol(addresses[i]);
        if (is_in(name, known)) printf("    %s\n", name);
    }
}

static void print_counts(const struct tool *skel) {
    struct call_key key = {0}, next;
    int fd = bpf_map__fd(skel->maps.counts), err;
    while ((err = bpf_map_get_next_key(fd, &key, &next)) == 0) {
        unsigned long count = 0;
        if (bpf_map_lookup_elem(fd, &next, &count) < 0) break;
        printf("%ld calls of this process: %d\n", count, next.tgid == (unsigned int)getpid());
        print_stack(bpf_map__fd(skel->maps.stacks), next.kernel_stack);
        key = next;
    }
    printf("end: %s\n", strerror(-err));
    for (int i = 0; i < MAX_SLOTS; i++)
        if (skel->bss->slots[i])
            printf("%*d -> %-*d : %-8d |\n", 10, 1 << i, 10, (1 << (i + 1)) - 1, skel->bss->slots[i]);
}

static void print_functions(const char *path) {
    size_t strings = 0, count = 0;
    unsigned long sum = 0;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || elf_version(EV_CURRENT) == EV_NONE) {
        fprintf(stderr, "Could not open %s: %s\n", path, strerror(errno));
        return;
    }
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &strings) != 0) return;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        GElf_Sym symbol;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM) continue;
        Elf_Data *data = elf_getdata(section, NULL);
        for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
            const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
            if (!name || GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
            sum += strlen(name) + symbol.st_value;
            count++;
        }
    }
    printf("%zu functions, sum %lx\n", count, sum);
    elf_end(elf);
    close(fd);
}

static bool has_type(const char *name) {
    struct btf *btf = btf__load_vmlinux_btf();
    int id = libbpf_get_error(btf) ? -1 : btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
    btf__free(btf);
    return id > 0;
}

static int handle_event(void *ctx, void *data, size_t size) {
    const struct call_event *event = data;
    *(int *)ctx += event->size == sizeof(*event) && size >= sizeof(*event) && event->tgid == (unsigned int)getpid();
    return 0;
}

static int set_up(struct tool *skel) {
    skel->rodata->target = (unsigned int)getpid();
    skel->rodata->in_cgroup = env.cgroup != NULL;
    bpf_map__set_value_size(skel->maps.stacks, STACK_DEPTH * sizeof(unsigned long));
    bpf_map__set_max_entries(skel->maps.stacks, 128);
    bpf_program__set_autoload(skel->progs.BPF_missing, false);
    int probe = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (unsigned int)getpagesize(), NULL);
    if (probe >= 0) bpf_map__set_autocreate(skel->maps.heap, false);
    close(probe);
    int err = tool__load(skel);
    if (err || !env.cgroup) return err;
    int zero = 0, cgroup = open(env.cgroup, O_RDONLY);
    if (cgroup < 0) return -errno;
    err = bpf_map_update_elem(bpf_map__fd(skel->maps.cgroups), &zero, &cgroup, BPF_ANY);
    close(cgroup);
    return err;
}

static void make_calls(void) {
    int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "frozen", 4, 8, 1, NULL);
    for (int i = 0; i < env.calls; i++) bpf_map_freeze(fd);
    close(fd);
}

static int trace(struct tool *skel) {
    int received = 0, err;
    struct ring_buffer *buffer = ring_buffer__new(bpf_map__fd(skel->maps.events), handle_event, &received, NULL);
    if (!buffer) return -errno;
    make_calls();
    signal(SIGALRM, on_signal);
    alarm(1);
    while (!exiting) {
        err = ring_buffer__poll(buffer, 100);
        if (err < 0 && err != -EINTR) {
            fprintf(stderr, "error polling: %s\n", strerror(-err));
            break;
        }
    }
    printf("signal %d, %d events\n", (int)exiting, received);
    ring_buffer__free(buffer);
    return 0;
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        .options = options, .parser = parse, .args_doc = "[calls]", .doc = "Traces itself."};
    int err = argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (err) return err;
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    libbpf_set_print(print);

    err = load_symbols();
    if (err) fprintf(stderr, "failed to load kallsyms: %s\n", strerror(-err));
    printf("kernel symbols: %d, zlib %s\n", symbol_count > 1000, zlibVersion());
    printf("task_struct: %d, no_struct: %d\n", has_type("task_struct"), has_type("no_struct"));
    if (env.binary) print_functions(env.binary);

    struct tool *skel = tool__open();
    if (!skel) return 1;
    err = set_up(skel);
    if (err) fprintf(stderr, "failed to load: %s\n", strerror(-err));
    if (!err) err = tool__attach(skel);
    if (!err) err = trace(skel);
    if (!err) print_counts(skel);
    tool__destroy(skel);
    return err != 0;
}
