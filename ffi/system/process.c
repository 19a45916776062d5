// SPDX-License-Identifier: MIT
//
// Handles signals of the whole process, for the command line. A library must not change them, so nothing changes before
// wasm_bpf_process_prepare() is called.

#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

// 128 + SIGABRT: the exit code of a native program that aborts.
#define EXIT_ABORTED 134

static struct {
    // The line that the engine is writing now.
    char line[256];
    size_t length;
    // The message for the user when the engine ran out of memory.
    char out_of_memory[256];
} engine;

static int starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void put_line(const char *first, const char *second) {
    struct iovec parts[] = {
        {(void *)first, strlen(first)},
        {(void *)second, strlen(second)},
        {(void *)"\n", 1},
    };

    if (writev(STDERR_FILENO, parts, 3) < 0) return; // stderr is closed
}

// The reason is a line such as "# Fatal process out of memory: Zone". The line "# Fatal error in file, line n" can precede it.
// A native stack follows, which V8 would write directly to descriptor 2.
static void end_line(void) {
    engine.line[engine.length] = '\0';
    engine.length = 0;
    if (!starts_with(engine.line, "# ") || starts_with(engine.line, "# Fatal error in")) return;
    // Changing the protection of existing code pages fails only at a memory limit.
    if (strstr(engine.line, "out of memory") || strstr(engine.line, "SetPermissions("))
        put_line(engine.out_of_memory, "");
    else
        put_line("wasm-bpf: internal error: the engine failed: ", engine.line + 2);
    _exit(EXIT_ABORTED);
}

// Before it crashes, V8 prints the state of its heap and then the reason through C's stderr. This function ends the process at the
// reason. Output of the guest, JavaScript and Rust goes to descriptor 2 by system call, and does not pass through here.
static ssize_t read_crash_text(void *unused, const char *text, size_t size) {
    (void)unused;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            end_line();
        else if (engine.length < sizeof(engine.line) - 1)
            engine.line[engine.length++] = text[i];
    }
    return (ssize_t)size;
}

// The engine crashed without a message, or the runtime around it aborted. The largest module has 256 MiB: if that much memory is
// not available, the reason was memory.
static void end_aborted(int signal) {
    void *room = mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)signal;
    put_line(room == MAP_FAILED ? engine.out_of_memory : "wasm-bpf: internal error: the engine failed", "");
    _exit(EXIT_ABORTED);
}

static void end_signalled(int signal) {
    _exit(128 + signal);
}

static void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static void end_as_first_process(void) {
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    struct sigaction before;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            handle(signals[i], end_signalled, 0);
    }
    handle(SIGPIPE, end_signalled, 0);
}

// wasm_bpf_process_prepare() makes this process end as a command line should. When the engine fails, one line goes to stderr
// (`out_of_memory` when memory is the reason) and the exit code is 134. A write to a closed pipe ends the process; Deno ignores
// SIGPIPE otherwise. SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGPIPE end process 1 of a container with 128 + the signal's number,
// because the kernel ignores default actions there. The library must stay loaded from then on.
EXPORT void wasm_bpf_process_prepare(const char *out_of_memory) {
    static const int signals[] = {SIGTRAP, SIGILL, SIGABRT};
    FILE *crash_text = fopencookie(NULL, "w", (cookie_io_functions_t){.write = read_crash_text});

    snprintf(engine.out_of_memory, sizeof(engine.out_of_memory), "%s", out_of_memory);
    if (crash_text) {
        // The stream has no buffer, since allocating one could fail.
        setvbuf(crash_text, NULL, _IONBF, 0);
        stderr = crash_text;
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) handle(signals[i], end_aborted, SA_ONSTACK);
    }
    if (getpid() == 1)
        end_as_first_process();
    else
        handle(SIGPIPE, SIG_DFL, 0);
}
