/* All devices of a directory, copied into another: a privileged container's /dev. */
#include "operations.h"
#include "path.h"
#include "protocol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* /dev is three levels deep at most; deeper is somebody's jest. */
enum { TREE_DEPTH_MAX = 8 };

static bool is_excluded(struct reader fields, const char *name)
{
    struct field_view field;
    size_t length = strlen(name);
    while (read_field(&fields, &field)) {
        if (field.tag == FIELD_NAME && field.value.left == length &&
            memcmp(field.value.data, name, length) == 0)
            return true;
    }
    return false;
}

static int copy_device(int to_fd, const char *name, const struct stat *status)
{
    if (mknodat(to_fd, name, status->st_mode, status->st_rdev) < 0)
        return errno == EEXIST ? 0 : -1;
    if (fchmodat(to_fd, name, status->st_mode & 07777, 0) < 0)
        return -1;
    return fchownat(to_fd, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW);
}

static int copy_devices(struct reader fields, int from_fd, int to_fd, int depth);

/* Directories are only made when a device is in them. */
static int copy_directory(struct reader fields, int from_fd, int to_fd, const char *name, int depth)
{
    int from = openat(from_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || depth >= TREE_DEPTH_MAX)
        return 0;
    bool made = mkdirat(to_fd, name, 0755) == 0;
    int to = openat(to_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int result = to < 0 ? -1 : copy_devices(fields, from, to, depth);
    int saved = errno;
    if (to >= 0)
        close(to);
    if (made)
        unlinkat(to_fd, name, AT_REMOVEDIR);
    errno = saved;
    return result;
}

/* Takes `from_fd` over. */
static int copy_devices(struct reader fields, int from_fd, int to_fd, int depth)
{
    DIR *directory = fdopendir(from_fd);
    struct dirent *entry;
    struct stat status;
    int result = 0;
    if (directory == NULL)
        return -1;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_excluded(fields, name) ||
            fstatat(from_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(status.st_mode))
            result = copy_directory(fields, from_fd, to_fd, name, depth + 1);
        else if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
            result = copy_device(to_fd, name, &status);
    }
    int saved = errno;
    closedir(directory);
    errno = saved;
    return result;
}

int op_device_tree(struct reader fields)
{
    int from_fd = open(text(fields, FIELD_SOURCE), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to_fd = open_in_root(text(fields, FIELD_ROOT), text(fields, FIELD_TARGET),
                             O_RDONLY | O_DIRECTORY, 0);
    if (from_fd < 0 || to_fd < 0)
        return -1;
    mode_t mask = umask(0);
    int result = copy_devices(fields, from_fd, to_fd, 0);
    umask(mask);
    int saved = errno;
    close(to_fd);
    errno = saved;
    return result;
}
