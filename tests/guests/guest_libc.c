// SPDX-License-Identifier: MIT
/* Functions of libc that accept Linux's numbers: addresses as text, files, error texts. "/" must be writable. */
#include "libbpf-wasm.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include "check.h"

static void addresses(void) {
    unsigned char bytes[16] = {127, 0, 0, 1}, back[16] = {0};
    char text[INET6_ADDRSTRLEN] = "";
    check("inet_ntop(2) is IPv4", inet_ntop(2, bytes, text, sizeof(text)) && strcmp(text, "127.0.0.1") == 0);
    check("inet_ntop(10) is IPv6", inet_ntop(10, bytes, text, sizeof(text)) && strcmp(text, "7f00:1::") == 0);
    check_equal("inet_pton(AF_INET)", inet_pton(AF_INET, "127.0.0.1", back), 1);
    check("gives the bytes", memcmp(bytes, back, 4) == 0);
    check_equal("inet_pton(AF_INET6)", inet_pton(AF_INET6, "7f00:1::", back), 1);
    check("gives the bytes of that", memcmp(bytes, back, 16) == 0);
    errno = 0;
    check("libc's own AF_INET is not a family", !inet_ntop(1, bytes, text, sizeof(text)) && errno == EAFNOSUPPORT);
    check("nor for inet_pton()", inet_pton(1, "127.0.0.1", back) == -1 && errno == EAFNOSUPPORT);
}

static void files(void) {
    int fd = open("/file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (!check("open() creates a file", fd >= 0)) return;
    check_equal("writing", write(fd, "abc", 3), 3);
    check_equal("F_GETFL gives Linux's flags", fcntl(fd, F_GETFL), O_WRONLY);
    check_equal("F_SETFL takes them", fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
    check_equal("and F_GETFL gives them back", fcntl(fd, F_GETFL), O_WRONLY | O_APPEND | O_NONBLOCK);
    close(fd);
    check("O_EXCL refuses an existing file", open("/file", O_WRONLY | O_CREAT | O_EXCL, 0644) < 0 && errno == EEXIST);
    check("without O_CREAT nothing is made", open("/other", O_RDWR) < 0 && errno == ENOENT);
    check("O_DIRECTORY refuses a file", open("/file", O_RDONLY | O_DIRECTORY) < 0 && errno == ENOTDIR);

    fd = open("/file", O_RDWR | O_APPEND);
    char back[8] = "";
    check_equal("O_APPEND writes at the end", write(fd, "de", 2), 2);
    check_equal("O_RDWR reads, too", pread(fd, back, sizeof(back), 0), 5);
    check("all of it", strcmp(back, "abcde") == 0);
    check_equal("F_GETFL of both", fcntl(fd, F_GETFL), O_RDWR | O_APPEND);
    close(fd);
    int directory = open("/", O_RDONLY | O_DIRECTORY);
    fd = openat(directory, "file", O_WRONLY | O_TRUNC);
    check("O_RDONLY writes nothing", write(open("/file", O_RDONLY), "x", 1) < 0);
    check_equal("O_TRUNC empties", lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

int main(void) {
    addresses();
    files();
    check("the text of Linux's ENOENT", strcmp(wasm_bpf_linux_strerror(2), strerror(ENOENT)) == 0);
    check("is not that of libc's 2", strcmp(wasm_bpf_linux_strerror(2), strerror(2)) != 0);
    check("the text of EADDRINUSE", strcmp(wasm_bpf_linux_strerror(98), strerror(EADDRINUSE)) == 0);
    return check_result();
}
