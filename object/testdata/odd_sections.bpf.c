// Struct_ops, an arena, hidden variables, externs and bit-fields, which sections.bpf.c lacks. Needs no header.
#define SEC(name) __attribute__((section(name), used))
#define HIDDEN __attribute__((visibility("hidden")))
enum color { RED, GREEN = 7, BLUE };
struct ops {
    int (*first)(void *);
    unsigned flags;
    char name[8];
    enum color color;
};
struct inner {
    unsigned a : 3, b : 9;
    long c : 40;
    union {
        int x;
        struct {
            short y, z;
        };
    };
};
struct outer {
    struct inner one, two[3];
    struct {
        struct inner deep;
    } named;
    enum color color;
    void *next;
};
typedef struct {
    char bytes[5];
} bytes_t;

SEC("struct_ops") int first(void *context) {
    return 0;
}

SEC(".struct_ops.link") struct ops linked = {.first = first, .flags = 3, .name = "linked"};
SEC(".struct_ops") struct ops plain = {.first = first};
struct outer outer;
bytes_t bytes[3] = {{"abc"}};
int secret HIDDEN, shown = 4;
struct inner lock HIDDEN SEC(".data.lock");
extern int LINUX_KERNEL_VERSION __attribute__((section(".kconfig")));
int __attribute__((address_space(1))) in_arena;

SEC("xdp") int use(void *context) {
    return outer.color + bytes[1].bytes[0] + secret + shown + lock.a + LINUX_KERNEL_VERSION + in_arena;
}
