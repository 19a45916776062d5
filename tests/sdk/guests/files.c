// Files below the directory of the first argument.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, int result) {
    printf("%s %d\n", what, result);
}

static void write_file(void) {
    int fd = open("a", O_WRONLY | O_CREAT | O_EXCL, 0644);
    show("create", fd >= 0);
    show("write", write(fd, "hello\n", 6));
    show("flags", fcntl(fd, F_GETFL) & O_ACCMODE);
    close(fd);
    show("exists", open("a", O_WRONLY | O_CREAT | O_EXCL, 0644));
    show("is EEXIST", errno == EEXIST);
    fd = open("a", O_RDWR | O_APPEND);
    show("append", fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC));
    show("seek", lseek(fd, 0, SEEK_SET));
    show("write", write(fd, "more\n", 5));
    struct stat stat;
    show("fstat", fstat(fd, &stat));
    show("size", stat.st_size);
    show("regular", S_ISREG(stat.st_mode));
    struct pollfd polled = {.fd = fd, .events = POLLIN | POLLOUT};
    show("poll", poll(&polled, 1, 0));
    show("events", polled.revents);
    close(fd);
    show("trunc", close(open("a", O_WRONLY | O_TRUNC)));
    show("empty", lstat("a", &stat) == 0 && stat.st_size == 0);
}

static void refuse(void) {
    show("missing", open("missing", O_RDONLY));
    show("is ENOENT", errno == ENOENT);
    show("not a directory", open("a", O_RDONLY | O_DIRECTORY));
    show("is ENOTDIR", errno == ENOTDIR);
    show("a link", open("link", O_RDONLY | O_NOFOLLOW));
    show("is ELOOP", errno == ELOOP);
    int fd = open("a", O_RDONLY);
    show("read only", write(fd, "x", 1));
    show("is EBADF", errno == EBADF);
    close(fd);
}

static int entries(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void list(void) {
    struct dirent **found;
    int count = scandir(".", &found, entries, alphasort);
    for (int i = 0; i < count; i++) printf("%s %d\n", found[i]->d_name, found[i]->d_type);
    DIR *directory = opendir("d");
    show("opendir", directory != NULL);
    int seen = 0;
    while (readdir(directory)) seen++;
    show("entries", seen);
    show("closedir", closedir(directory));
}

static void streams(void) {
    char line[32], path[] = "temporary_XXXXXX";
    FILE *file = fopen("a", "w+");
    fprintf(file, "%d\n%s\n", 17, "second");
    rewind(file);
    int number;
    show("fscanf", fscanf(file, "%d ", &number));
    show("number", number);
    show("fgets", fgets(line, sizeof(line), file) != NULL);
    printf("%s%ld %d\n", line, ftell(file), fgetc(file));
    show("feof", feof(file) != 0);
    fclose(file);
    show("mkstemp", mkstemp(path) >= 0);
    show("unlink", unlink(path));
    show("access", access("a", R_OK | W_OK));
    show("rename", rename("a", "b"));
    show("no access", access("a", F_OK));
    show("remove", remove("b"));
}

int main(int argc, char **argv) {
    if (argc < 2 || chdir(argv[1]) != 0) return 1;
    write_file();
    show("mkdir", mkdir("d", 0755));
    show("symlink", symlink("a", "link"));
    char target[8] = "";
    show("readlink", readlink("link", target, sizeof(target)));
    char resolved[PATH_MAX] = "";
    show("realpath", realpath("link", resolved) != NULL && strcmp(basename(resolved), "a") == 0);
    refuse();
    list();
    streams();
    show("unlink", unlink("link"));
    show("rmdir", rmdir("d"));
    return 0;
}
