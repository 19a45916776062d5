// SPDX-License-Identifier: MIT
/* Without --dir a guest cannot open any file of the host. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "check.h"

int main(void) {
    const char *const paths[] = {"/", ".", "..", "/etc/passwd", "../../etc/passwd", "/proc/self/environ", "/dev/null"};
    int opened = 0;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) opened += open(paths[i], O_RDONLY) >= 0;
    check_equal("nothing can be opened", opened, 0);
    check("nothing can be made", open("/tmp/made-by-a-guest", O_CREAT | O_WRONLY, 0600) < 0);
    check("no directory can be listed", opendir("/") == NULL);
    check("the environment is empty", getenv("PATH") == NULL && getenv("HOME") == NULL);
    return check_result();
}
