// SPDX-License-Identifier: MIT
/*
 * fires PROGRAM[=TARGET]...: attaches programs of fires.bpf.c and prints "attached". Waits up to ten seconds until one
 * of them ran and prints "fired". Waits for a line on stdin, closes the object and prints "closed". Waits for another
 * line.
 */
#include "libbpf-wasm.h"
#include "fires.skel.h"

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

static bool is_wanted(const char *name, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        size_t length = strcspn(argv[i], "=");
        if (strlen(name) == length && memcmp(name, argv[i], length) == 0) return true;
    }
    return false;
}

static bool attach(bpf_object_skel object, char *argument) {
    char *target = strchr(argument, '=');
    if (target) *target++ = '\0';
    int result = wasm_attach_bpf_program(object, argument, target);
    if (result < 0) printf("%s: %d\n", argument, result);
    return result >= 0;
}

static bool has_run(int runs) {
    for (int i = 0; i < 1000; i++) {
        __u32 key = 0;
        __u64 count = 0;
        if (bpf_map_lookup_elem(runs, &key, &count) == 0 && count > 0) return true;
        usleep(10 * 1000);
    }
    return false;
}

int main(int argc, char **argv) {
    struct fires_bpf *skel = fires_bpf__open();
    if (!skel) return 2;
    for (int i = 0; i < skel->skeleton->prog_cnt; i++) {
        struct bpf_prog_skeleton *one = &skel->skeleton->progs[i];
        bpf_program__set_autoload(*one->prog, is_wanted(one->name, argc, argv));
    }
    if (fires_bpf__load(skel) < 0) {
        say("not loaded");
        return 3;
    }
    bpf_object_skel object = skel->skeleton->handle;
    for (int i = 1; i < argc; i++)
        if (!attach(object, argv[i])) return 4;
    say("attached");
    if (!has_run(bpf_map__fd(skel->maps.runs))) return 5;
    say("fired");
    getchar();
    wasm_close_bpf_object(object);
    say("closed");
    getchar();
    return 0;
}
