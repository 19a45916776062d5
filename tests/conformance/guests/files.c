// SPDX-License-Identifier: MIT
// Tests the functions of libc for files, in the directory "/". Prints one line for each call.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// The result of a call as text, or the name of its error.
static const char *result(long value) {
    static char text[32];

    if (value >= 0)
        snprintf(text, sizeof(text), "%ld", value);
    else
        snprintf(text, sizeof(text), "%s",
                 errno == ENOENT        ? "ENOENT"
                 : errno == EEXIST      ? "EEXIST"
                 : errno == ENOTDIR     ? "ENOTDIR"
                 : errno == EISDIR      ? "EISDIR"
                 : errno == ENOTEMPTY   ? "ENOTEMPTY"
                 : errno == EPERM       ? "EPERM"
                 : errno == ELOOP       ? "ELOOP"
                 : errno == EBADF       ? "EBADF"
                 : errno == EINVAL      ? "EINVAL"
                 : errno == ENOTCAPABLE ? "ENOTCAPABLE"
                 : errno == ESPIPE      ? "ESPIPE"
                 : errno == EILSEQ      ? "EILSEQ"
                                        : strerror(errno));
    return text;
}

#define TRY(call) printf("%s: %s\n", #call, result(call))

static void streams(void) {
    char line[64];
    FILE *file = fopen("/notes.txt", "w");

    fprintf(file, "first %d\nsecond %s\n", 1, "zwölf");
    printf("ftell: %ld\n", ftell(file));
    fclose(file);
    file = fopen("/notes.txt", "a+");
    fputs("third\n", file);
    rewind(file);
    while (fgets(line, sizeof(line), file)) printf("line: %s", line);
    fclose(file);
    file = fopen("/notes.txt", "r+");
    fseek(file, 6, SEEK_SET);
    fputc('7', file);
    fseek(file, -6, SEEK_END);
    printf("end: %s", fgets(line, sizeof(line), file));
    fclose(file);
    file = fopen("/notes.txt", "rx");
    printf("missing: %s\n", fopen("/none/notes.txt", "r") ? "opened" : result(-1));
    TRY(truncate("/notes.txt", 8));
    file = fopen("/notes.txt", "r");
    printf("left: %s", fgets(line, sizeof(line), file));
    fclose(file);
}

static void descriptors(void) {
    char bytes[16] = "";
    struct iovec parts[] = {{"abc", 3}, {"", 0}, {"defg", 4}};
    int fd = open("/data", O_RDWR | O_CREAT | O_EXCL, 0600);

    printf("writev: %zd\n", writev(fd, parts, 3));
    TRY(pwrite(fd, "X", 1, 2));
    TRY(pread(fd, bytes, sizeof(bytes), 1));
    printf("bytes: %s\n", bytes);
    printf("position: %lld\n", (long long)lseek(fd, 0, SEEK_CUR));
    TRY(ftruncate(fd, 3));
    TRY(fsync(fd));
    TRY(posix_fallocate(fd, 0, 10));
    printf("flags: %d\n", fcntl(fd, F_GETFL) & O_APPEND);
    TRY(fcntl(fd, F_SETFL, O_APPEND));
    printf("flags: %d\n", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
    TRY(write(fd, "end", 3));
    struct stat status;
    fstat(fd, &status);
    printf("size: %lld, links: %d, file: %d\n", (long long)status.st_size, (int)status.st_nlink,
           S_ISREG(status.st_mode));
    TRY(close(fd));
    TRY(close(fd));
    TRY(open("/data", O_RDWR | O_CREAT | O_EXCL, 0600));
    fd = open("/data", O_RDONLY);
    TRY(write(fd, "x", 1));
    close(fd);
    printf("terminal: %d\n", isatty(1));
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void directories(void) {
    char *names[16];
    int count = 0;
    struct dirent *entry;
    DIR *directory;

    TRY(mkdir("/dir", 0700));
    TRY(mkdir("/dir", 0700));
    TRY(mkdir("/dir/sub", 0700));
    TRY(close(open("/dir/file", O_WRONLY | O_CREAT, 0600)));
    TRY(rmdir("/dir"));
    TRY(unlink("/dir"));
    TRY(rmdir("/dir/file"));
    directory = opendir("/dir");
    while ((entry = readdir(directory))) {
        struct stat status;

        fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW);
        if (strcmp(entry->d_name, "..") && status.st_ino != entry->d_ino)
            printf("%s: another inode number\n", entry->d_name);
        asprintf(&names[count++], "%s %d", entry->d_name, entry->d_type == DT_DIR);
    }
    rewinddir(directory);
    printf("again: %d\n", readdir(directory) != NULL);
    closedir(directory);
    qsort(names, count, sizeof(*names), compare);
    for (int i = 0; i < count; i++) printf("entry: %s\n", names[i]);
    TRY(rename("/dir/file", "/dir/sub/moved"));
    TRY(unlink("/dir/sub/moved"));
    TRY(rmdir("/dir/sub/"));
    TRY(rmdir("/dir"));
    TRY(access("/dir", F_OK));
    TRY(access("/data", R_OK));
}

static void links(void) {
    char target[32] = "";
    struct stat status;
    struct timespec times[2] = {{1000, 5}, {2000, 7}};

    TRY(symlink("data", "/link"));
    TRY(readlink("/link", target, sizeof(target)));
    printf("target: %s\n", target);
    lstat("/link", &status);
    printf("link: %d\n", S_ISLNK(status.st_mode));
    TRY(link("/data", "/hard"));
    stat("/hard", &status);
    printf("links: %d\n", (int)status.st_nlink);
    TRY(utimensat(AT_FDCWD, "/link", times, 0));
    stat("/data", &status);
    printf("times: %lld.%09ld %lld.%09ld\n", (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec,
           (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    TRY(open("/link", O_RDONLY | O_NOFOLLOW));
    TRY(symlink("/etc/passwd", "/absolute"));
    TRY(symlink("loop", "/loop"));
    TRY(open("/loop", O_RDONLY));
    TRY(open("/../etc/passwd", O_RDONLY));
    TRY(open("/data/", O_RDONLY));
    TRY(open("/data/x", O_RDONLY));
    TRY(unlink("/link"));
    TRY(unlink("/hard"));
    TRY(unlink("/loop"));
}

int main(void) {
    streams();
    descriptors();
    directories();
    links();
    return 0;
}
