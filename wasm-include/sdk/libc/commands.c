// Guests start no processes. The functions that would fail, so that programs can say so.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sys.h"

static int cannot(void) {
    errno = ENOSYS;
    return -1;
}

// The host prints the command, since programs often say only that something was not found.
static int cannot_run(const char *command) {
    sys_missing_program(command);
    return cannot();
}

pid_t fork(void) {
    return cannot_run("fork()");
}

pid_t vfork(void) {
    return cannot_run("vfork()");
}

int execve(const char *, char *const[], char *const[]) {
    return cannot();
}

int execv(const char *, char *const[]) {
    return cannot();
}

int execvp(const char *, char *const[]) {
    return cannot();
}

int execvpe(const char *, char *const[], char *const[]) {
    return cannot();
}

int execl(const char *, const char *, ...) {
    return cannot();
}

int execlp(const char *, const char *, ...) {
    return cannot();
}

int execle(const char *, const char *, ...) {
    return cannot();
}

// posix_spawn() returns its error.
int posix_spawn(pid_t *restrict, const char *restrict path, const posix_spawn_file_actions_t *,
                const posix_spawnattr_t *restrict, char *const *restrict, char *const *restrict) {
    sys_missing_program(path);
    return ENOSYS;
}

int posix_spawnp(pid_t *restrict, const char *restrict file, const posix_spawn_file_actions_t *,
                 const posix_spawnattr_t *restrict, char *const *restrict, char *const *restrict) {
    sys_missing_program(file);
    return ENOSYS;
}

// A process without children has none to wait for.
pid_t waitpid(pid_t, int *, int) {
    errno = ECHILD;
    return -1;
}

pid_t wait(int *status) {
    return waitpid(-1, status, 0);
}

pid_t wait3(int *status, int options, struct rusage *) {
    return waitpid(-1, status, options);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *) {
    return waitpid(pid, status, options);
}

int waitid(idtype_t, id_t, siginfo_t *, int) {
    errno = ECHILD;
    return -1;
}

// `which NAME` and `command -v NAME` need no process: tools find programs with them.

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-./"

static FILE *answer;
static int answer_status;

// Returns the name that the command looks up, or NULL for another command.
static const char *name_to_find(const char *command) {
    static const char *const prefixes[] = {"which ", "command -v "};
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(command, prefixes[i], length) != 0) continue;
        const char *name = command + length;
        return *name && name[strspn(name, NAME_CHARACTERS)] == 0 ? name : NULL;
    }
    return NULL;
}

static int is_program(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

// Writes the path of the program into `path`, which is empty if there is none.
static void find_program(const char *name, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s", name);
    if (strchr(name, '/')) {
        if (!is_program(path)) *path = 0;
        return;
    }
    const char *folders = getenv("PATH");
    if (!folders) folders = DEFAULT_PATH;
    while (*folders) {
        int length = (int)strcspn(folders, ":");
        snprintf(path, PATH_MAX, "%.*s/%s", length, folders, name);
        if (is_program(path)) return;
        folders += length;
        folders += *folders == ':';
    }
    *path = 0;
}

FILE *popen(const char *command, const char *mode) {
    const char *name = *mode == 'r' ? name_to_find(command) : NULL;
    if (!name) {
        cannot_run(command);
        return NULL;
    }
    char path[PATH_MAX];
    find_program(name, path);
    FILE *stream = fmemopen(NULL, PATH_MAX + 1, "w+");
    if (!stream) return NULL;
    if (*path) fprintf(stream, "%s\n", path);
    rewind(stream);
    answer = stream;
    answer_status = *path ? 0 : 1 << 8;
    return stream;
}

int pclose(FILE *stream) {
    int status = stream == answer ? answer_status : 0;
    return stream && fclose(stream) == 0 ? status : -1;
}

// system(NULL) says that there is no shell. Tools that redraw a table run `clear`, which needs none.
int system(const char *command) {
    if (!command) return 0;
    if (strcmp(command, "clear") != 0) return cannot_run(command);
    if (!isatty(STDOUT_FILENO)) return 0;
    fputs("\033[H\033[2J\033[3J", stdout);
    return fflush(stdout);
}
