// Permissions, owners and devices of files below the directory of the first argument, and of /dev.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void show(const char *path, const struct stat *status) {
    printf("%s: mode %o, owner %d:%d, links %lu, size %ld, block %ld, blocks %ld, device %u:%u\n", path,
           status->st_mode, status->st_uid, status->st_gid, status->st_nlink, status->st_size, status->st_blksize,
           status->st_blocks, major(status->st_rdev), minor(status->st_rdev));
}

static void status_of(const char *path) {
    struct stat status;
    if (lstat(path, &status) == 0)
        show(path, &status);
    else
        printf("%s: error %d\n", path, errno);
}

static void result(const char *name, int value) {
    printf("%s: %d, error %d\n", name, value, value < 0 ? errno : 0);
}

static void make(void) {
    umask(027);
    close(open("secret", O_CREAT | O_WRONLY, 0600));
    close(open("open", O_CREAT | O_WRONLY, 0666));
    close(openat(AT_FDCWD, "program", O_CREAT | O_WRONLY, 0755));
    fclose(fopen("stream", "w"));
    char path[] = "temporary_XXXXXX";
    int fd = mkstemp(path);
    struct stat status;
    fstat(fd, &status);
    show("mkstemp()", &status);
    close(fd);
    unlink(path);
    mkdir("directory", 0770);
    printf("umask %o\n", umask(022));
    mkdirat(AT_FDCWD, "public", 0777);
    const char *paths[] = {"secret", "open", "program", "stream", "directory", "public", "missing"};
    for (int i = 0; i < 7; i++) status_of(paths[i]);
}

static void use(void) {
    result("access() to execute", access("program", X_OK));
    result("access() to execute a file without permission", access("secret", X_OK));
    result("access() to read", access("secret", R_OK | W_OK));
    result("access() to nothing", access("missing", F_OK));
    result("access() with other bits", access("open", 8));
    symlink("open", "link");
    status_of("link");
    struct stat status;
    result("fstatat()", fstatat(AT_FDCWD, "link", &status, 0));
    show("its target", &status);
}

int main(int argc, char **argv) {
    if (argc < 2) return 1;
    status_of("/dev/null");
    status_of("/dev/zero");
    if (chdir(argv[1]) != 0) return 1;
    make();
    use();
    const char *files[] = {"secret", "open", "program", "stream", "link"};
    for (int i = 0; i < 5; i++) unlink(files[i]);
    rmdir("directory");
    rmdir("public");
    return 0;
}
