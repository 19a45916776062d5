// Users and groups: entries in memory of the caller, and one after another.
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The rest of a buffer of the caller.
struct room {
    char *at;
    size_t size;
};

// Copies bytes into the room. Returns NULL if it is too small.
static void *copy(struct room *room, const void *from, size_t size) {
    if (size > room->size) return NULL;
    void *to = memcpy(room->at, from, size);
    room->at += size;
    room->size -= size;
    return to;
}

// Replaces a string by its copy.
static int keep(struct room *room, char **text) {
    *text = copy(room, *text, strlen(*text) + 1);
    return *text != NULL;
}

static int keep_user(const struct passwd *found, struct passwd *user, struct room room, struct passwd **result) {
    *result = NULL;
    if (!found) return 0;
    *user = *found;
    if (!keep(&room, &user->pw_name) || !keep(&room, &user->pw_passwd) || !keep(&room, &user->pw_gecos) ||
        !keep(&room, &user->pw_dir) || !keep(&room, &user->pw_shell))
        return ERANGE;
    *result = user;
    return 0;
}

int getpwnam_r(const char *name, struct passwd *user, char *buf, size_t size, struct passwd **result) {
    return keep_user(getpwnam(name), user, (struct room){buf, size}, result);
}

int getpwuid_r(uid_t uid, struct passwd *user, char *buf, size_t size, struct passwd **result) {
    return keep_user(getpwuid(uid), user, (struct room){buf, size}, result);
}

// The members of a group are an array of pointers, which comes first because it must be aligned.
static int keep_members(struct room *room, struct group *group) {
    const size_t unaligned = -(uintptr_t)room->at % sizeof(char *);
    size_t count = 0;

    while (group->gr_mem[count]) count++;
    if (unaligned > room->size) return 0;
    room->at += unaligned;
    room->size -= unaligned;
    group->gr_mem = copy(room, group->gr_mem, (count + 1) * sizeof(char *));
    for (size_t i = 0; group->gr_mem && i < count; i++)
        if (!keep(room, &group->gr_mem[i])) return 0;
    return group->gr_mem != NULL;
}

static int keep_group(const struct group *found, struct group *group, struct room room, struct group **result) {
    *result = NULL;
    if (!found) return 0;
    *group = *found;
    if (!keep_members(&room, group) || !keep(&room, &group->gr_name) || !keep(&room, &group->gr_passwd)) return ERANGE;
    *result = group;
    return 0;
}

int getgrnam_r(const char *name, struct group *group, char *buf, size_t size, struct group **result) {
    return keep_group(getgrnam(name), group, (struct room){buf, size}, result);
}

int getgrgid_r(gid_t gid, struct group *group, char *buf, size_t size, struct group **result) {
    return keep_group(getgrgid(gid), group, (struct room){buf, size}, result);
}

int getlogin_r(char *name, size_t size) {
    const char *login = getlogin();

    if (!login) return ENXIO;
    if (strlen(login) >= size) return ERANGE;
    strcpy(name, login);
    return 0;
}

// The files of the functions that return one entry after another.
static FILE *users, *groups;

static void restart(FILE **file) {
    if (*file) fclose(*file);
    *file = NULL;
}

void setpwent(void) {
    restart(&users);
}

void endpwent(void) {
    restart(&users);
}

struct passwd *getpwent(void) {
    if (!users) users = fopen("/etc/passwd", "re");
    return users ? fgetpwent(users) : NULL;
}

void setgrent(void) {
    restart(&groups);
}

void endgrent(void) {
    restart(&groups);
}

struct group *getgrent(void) {
    if (!groups) groups = fopen("/etc/group", "re");
    return groups ? fgetgrent(groups) : NULL;
}

static int is_member(const struct group *group, const char *user) {
    for (char **member = group->gr_mem; *member; member++)
        if (strcmp(*member, user) == 0) return 1;
    return 0;
}

int getgrouplist(const char *user, gid_t first, gid_t *list, int *count) {
    FILE *file = fopen("/etc/group", "re");
    int found = 0;

    if (found < *count) list[found] = first;
    found++;
    for (struct group *group; file && (group = fgetgrent(file));) {
        if (group->gr_gid == first || !is_member(group, user)) continue;
        if (found < *count) list[found] = group->gr_gid;
        found++;
    }
    if (file) fclose(file);
    const int room = *count;
    *count = found;
    return found > room ? -1 : found;
}
