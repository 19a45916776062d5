// SPDX-License-Identifier: MIT
/* Users, groups and interfaces, from the files of the machine. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

static void show_user(const char *name) {
    struct passwd user, *result;
    char buf[1024];
    int error = getpwnam_r(name, &user, buf, sizeof(buf), &result);
    printf("%s: %d %s\n", name, error, result ? result->pw_dir : "none");
    if (!result) return;
    printf("  short: %s\n", strerror(getpwnam_r(name, &user, buf, 5, &result)));
    getpwuid_r(user.pw_uid, &user, buf, sizeof(buf), &result);
    printf("  %d %s %s\n", result ? (int)result->pw_uid : -1, user.pw_name, user.pw_shell);
}

static void show_group(const char *name) {
    struct group group, *result;
    char buf[1024];
    int error = getgrnam_r(name, &group, buf + 1, sizeof(buf) - 1, &result);
    printf("%s: %d\n", name, error);
    if (!result) return;
    for (char **member = group.gr_mem; *member; member++) printf("  %s\n", *member);
    getgrgid_r(group.gr_gid, &group, buf, sizeof(buf), &result);
    printf("  %d %s\n", (int)group.gr_gid, group.gr_name);
}

int main(void) {
    show_user("root");
    show_user("daemon");
    show_user("no_such_user");
    show_group("root");
    show_group("adm");
    show_group("no_such_group");

    int users = 0, groups = 0;
    for (int round = 0; round < 2; round++) {
        setpwent();
        while (getpwent()) users++;
        while (getgrent()) groups++;
        endgrent();
    }
    endpwent();
    printf("%d users, %d groups\n", users, groups);
    gid_t list[8] = {0};
    int count = 8;
    int result = getgrouplist("daemon", 77, list, &count);
    printf("getgrouplist: %d %d %d\n", result, count, (int)list[0]);
    count = 0;
    result = getgrouplist("daemon", 77, list, &count);
    printf("getgrouplist: %d %d\n", result, count);

    struct if_nameindex *interfaces = if_nameindex();
    for (struct if_nameindex *one = interfaces; one && one->if_name; one++)
        printf("%u %s\n", one->if_index, one->if_name);
    if (interfaces) if_freenameindex(interfaces);
    return 0;
}
