#include "path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Deeper directories are moved up first: a container may nest them without end. */
enum { DEPTH_MAX = 128 };

int open_root(const char *root)
{
    return open(root == NULL || *root == '\0' ? "/" : root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int open_beneath(int root_fd, const char *path, int flags, mode_t mode)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root_fd, *path == '\0' ? "." : path, &how, sizeof how);
}

int open_in_root(const char *root, const char *path, int flags, mode_t mode)
{
    if (root == NULL || *root == '\0')
        return open(path, flags | O_CLOEXEC, mode);
    int root_fd = open_root(root);
    if (root_fd < 0)
        return -1;
    int fd = open_beneath(root_fd, path, flags, mode);
    int saved = errno;
    close(root_fd);
    errno = saved;
    return fd;
}

int open_parent(int root_fd, char *path, const char **name)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        path[--length] = '\0';
    char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (**name == '\0' || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    if (slash == NULL)
        return open_beneath(root_fd, ".", O_PATH | O_DIRECTORY, 0);
    *slash = '\0';
    int fd = open_beneath(root_fd, path, O_PATH | O_DIRECTORY, 0);
    *slash = '/';
    return fd;
}

static struct {
    uid_t uid;
    gid_t gid;
} directory_owner;

void make_directories_for(uid_t uid, gid_t gid)
{
    directory_owner.uid = uid;
    directory_owner.gid = gid;
}

static int make_owned(int parent_fd, const char *name, mode_t mode)
{
    if (mkdirat(parent_fd, name, mode) < 0)
        return errno == EEXIST ? 0 : -1;
    if (directory_owner.uid == 0 && directory_owner.gid == 0)
        return 0;
    return fchownat(parent_fd, name, directory_owner.uid, directory_owner.gid, AT_SYMLINK_NOFOLLOW);
}

int make_directories(int root_fd, const char *path, mode_t mode)
{
    char *copy = strdup(path);
    if (copy == NULL)
        return -1;
    size_t end = 0;
    int result = 0;
    while (result == 0 && copy[end] != '\0') {
        while (copy[end] == '/')
            end++;
        while (copy[end] != '\0' && copy[end] != '/')
            end++;
        char kept = copy[end];
        copy[end] = '\0';
        int fd = open_beneath(root_fd, copy, O_PATH | O_DIRECTORY, 0);
        if (fd < 0 && errno == ENOENT) {
            const char *name;
            fd = open_parent(root_fd, copy, &name);
            if (fd < 0 || make_owned(fd, name, mode) < 0)
                result = -1;
        } else if (fd < 0) {
            result = -1;
        }
        int saved = errno;
        if (fd >= 0)
            close(fd);
        errno = saved;
        copy[end] = kept;
    }
    free(copy);
    return result;
}

struct removal {
    int top_fd;
    dev_t device;
    unsigned moved;
    bool again; /* something was moved up, or the listing may have skipped entries */
};

static int remove_entry(struct removal *removal, int parent_fd, const char *name, int depth);

static int remove_contents(struct removal *removal, int fd, int depth)
{
    int result = 0;
    DIR *directory = fdopendir(fd);
    struct dirent *entry;
    if (directory == NULL) {
        close(fd);
        return -1;
    }
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = remove_entry(removal, dirfd(directory), entry->d_name, depth);
    }
    int saved = errno;
    closedir(directory);
    errno = saved;
    return result;
}

static int move_up(struct removal *removal, int parent_fd, const char *name)
{
    char fresh[48];
    snprintf(fresh, sizeof fresh, ".removed-%d-%u", (int)getpid(), removal->moved++);
    removal->again = true;
    return renameat(parent_fd, name, removal->top_fd, fresh);
}

static int remove_entry(struct removal *removal, int parent_fd, const char *name, int depth)
{
    struct stat stat;
    if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    if (depth >= DEPTH_MAX)
        return move_up(removal, parent_fd, name);
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &stat) < 0 || stat.st_dev != removal->device) {
        close(fd);
        errno = EBUSY;
        return -1;
    }
    if (remove_contents(removal, fd, depth + 1) < 0)
        return -1;
    return unlinkat(parent_fd, name, AT_REMOVEDIR);
}

int remove_tree(int parent_fd, const char *name)
{
    struct stat stat;
    struct removal removal = {0};
    if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    removal.top_fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (removal.top_fd < 0 || fstat(removal.top_fd, &stat) < 0)
        return -1;
    removal.device = stat.st_dev;
    do {
        removal.again = false;
        int fd = openat(removal.top_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || remove_contents(&removal, fd, 1) < 0)
            return -1;
    } while (removal.again);
    close(removal.top_fd);
    return unlinkat(parent_fd, name, AT_REMOVEDIR);
}
