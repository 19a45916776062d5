// Guests start no processes. The functions that would fail, so that programs can say so.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int cannot(void) {
    errno = ENOSYS;
    return -1;
}

pid_t fork(void) {
    return cannot();
}

pid_t vfork(void) {
    return cannot();
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
int posix_spawn(pid_t *restrict, const char *restrict, const posix_spawn_file_actions_t *,
                const posix_spawnattr_t *restrict, char *const *restrict, char *const *restrict) {
    return ENOSYS;
}

int posix_spawnp(pid_t *restrict, const char *restrict, const posix_spawn_file_actions_t *,
                 const posix_spawnattr_t *restrict, char *const *restrict, char *const *restrict) {
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

FILE *popen(const char *, const char *) {
    errno = ENOSYS;
    return NULL;
}

int pclose(FILE *stream) {
    return stream ? fclose(stream) : -1;
}

// system(NULL) says that there is no shell. Tools that redraw a table run `clear`, which needs none.
int system(const char *command) {
    if (!command) return 0;
    if (strcmp(command, "clear") != 0) return cannot();
    if (!isatty(STDOUT_FILENO)) return 0;
    fputs("\033[H\033[2J\033[3J", stdout);
    return fflush(stdout);
}
