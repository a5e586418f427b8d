/* Operations on files and directories. */
#include "operations.h"
#include "path.h"
#include "protocol.h"
#include "tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum {
    BUSY_RETRIES = 100,
    BUSY_WAIT_NANOSECONDS = 10 * 1000 * 1000,
    SUBDIRECTORY_DEPTH_MAX = 64,
};

static mode_t mode_of(struct reader fields, mode_t missing)
{
    return (mode_t)field_number(fields, FIELD_MODE, missing) & 07777;
}

int op_mkdir(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    int root_fd = open_root(text(fields, FIELD_ROOT));
    char *copy = strdup(path);
    const char *name;
    mode_t mask = umask(0);
    int result = -1;
    if (root_fd < 0 || copy == NULL)
        return -1;
    if (field_number(fields, FIELD_KIND, 0) != 0) {
        result = make_directories(root_fd, path, mode_of(fields, 0755));
    } else {
        int fd = open_parent(root_fd, copy, &name);
        if (fd >= 0)
            result = mkdirat(fd, name, mode_of(fields, 0755));
        if (fd >= 0)
            close(fd);
    }
    umask(mask);
    close(root_fd);
    return result;
}

static int write_all(int fd, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        data += written;
        length -= (size_t)written;
    }
    return 0;
}

static int close_with(int fd, int result)
{
    int saved = errno;
    if (close(fd) < 0 && result == 0)
        return -1;
    errno = saved;
    return result;
}

int op_write_file(struct reader fields)
{
    struct reader content;
    mode_t mode = mode_of(fields, 0644);
    find_field(fields, FIELD_CONTENT, &content);
    int fd = open_in_root(text(fields, FIELD_ROOT), text(fields, FIELD_PATH),
                          O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (fd < 0)
        return -1;
    int result = write_all(fd, content.data, content.left);
    if (result == 0)
        result = fchmod(fd, mode);
    return close_with(fd, result);
}

/* A file to mount another over: what is there already, of whatever kind, stays as it is. */
int op_touch(struct reader fields)
{
    const char *root = text(fields, FIELD_ROOT);
    char *path = strdup(text(fields, FIELD_PATH));
    int root_fd = open_root(root);
    if (path == NULL || root_fd < 0)
        return -1;
    int fd = open_beneath(root_fd, path, O_PATH, 0);
    if (fd < 0 && errno == ENOENT) {
        char *slash = strrchr(path, '/');
        mode_t mask = umask(0);
        int made = 0;
        if (slash != NULL && slash != path) {
            *slash = '\0';
            made = make_directories(root_fd, path, 0755);
            *slash = '/';
        }
        if (made == 0)
            fd = open_beneath(root_fd, path, O_WRONLY | O_CREAT, mode_of(fields, 0755));
        umask(mask);
    }
    int saved = errno;
    if (fd >= 0)
        close(fd);
    close(root_fd);
    errno = saved;
    return fd < 0 ? -1 : 0;
}

int op_write(struct reader fields)
{
    const char *content = text(fields, FIELD_CONTENT);
    int fd = open(text(fields, FIELD_PATH), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    /* One write: that is how cgroup and proc files take a value. */
    ssize_t written = write(fd, content, strlen(content));
    return close_with(fd, written < 0 ? -1 : 0);
}

int op_symlink(struct reader fields)
{
    return symlink(text(fields, FIELD_TARGET), text(fields, FIELD_PATH));
}

int op_mknod(struct reader fields)
{
    static const mode_t types[] = {S_IFCHR, S_IFBLK, S_IFIFO};
    uint64_t type = field_number(fields, FIELD_KIND, 0);
    const char *path = text(fields, FIELD_PATH);
    mode_t mode = mode_of(fields, 0644);
    dev_t device = makedev((unsigned)field_number(fields, FIELD_MAJOR, 0),
                           (unsigned)field_number(fields, FIELD_MINOR, 0));
    if (type > 2) {
        errno = EINVAL;
        return -1;
    }
    /* As with runc: what the image has there already is taken for what is meant. */
    if (mknod(path, types[type] | mode, device) < 0)
        return errno == EEXIST ? 0 : -1;
    return chmod(path, mode);
}

int op_chown(struct reader fields)
{
    return lchown(text(fields, FIELD_PATH), (uid_t)field_number(fields, FIELD_UID, 0),
                  (gid_t)field_number(fields, FIELD_GID, 0));
}

int op_chmod(struct reader fields)
{
    return chmod(text(fields, FIELD_PATH), mode_of(fields, 0644));
}

int op_rename(struct reader fields)
{
    return rename(text(fields, FIELD_SOURCE), text(fields, FIELD_TARGET));
}

int op_remove_tree(struct reader fields)
{
    return remove_tree(AT_FDCWD, text(fields, FIELD_PATH));
}

/* What a container made below its control group goes first. */
static void remove_subdirectories(int parent_fd, const char *name, int depth)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 || depth >= SUBDIRECTORY_DEPTH_MAX ? NULL : fdopendir(fd);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        remove_subdirectories(fd, entry->d_name, depth + 1);
        unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
}

static bool is_cgroup(const char *path)
{
    struct statfs status;
    return statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

int op_rmdir(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    struct timespec wait = {.tv_nsec = BUSY_WAIT_NANOSECONDS};
    /* A cgroup stays busy until the last of its dead processes was reaped. */
    for (int i = 0; i < BUSY_RETRIES; i++) {
        if (rmdir(path) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY)
            return -1;
        /* Nowhere else: below a mount point, it would take what is mounted apart. */
        if (is_cgroup(path))
            remove_subdirectories(AT_FDCWD, path, 0);
        nanosleep(&wait, NULL);
    }
    errno = EBUSY;
    return -1;
}

int op_copy_tree(struct reader fields)
{
    return copy_tree(text(fields, FIELD_SOURCE), text(fields, FIELD_TARGET));
}

int op_chdir(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    if (chdir(path) == 0)
        return 0;
    if (errno != ENOENT || field_number(fields, FIELD_KIND, 0) == 0)
        return -1;
    int root_fd = open_root("/");
    int result = make_directories(root_fd, path, 0755);
    close(root_fd);
    return result < 0 ? -1 : chdir(path);
}
