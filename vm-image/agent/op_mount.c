/* Mounts: mount(2) for what fits into a page, the file system contexts for long options. */
#include "operations.h"
#include "path.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

int mount(const char *source, const char *target, const char *fstype, unsigned long flags,
          const void *data);
int umount2(const char *target, int flags);

enum {
    PROPAGATION = MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE,
    /* What mount(2) ignores while it binds, so that it takes a remount of its own. */
    BIND_ATTRIBUTES = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME |
                      MS_RELATIME | MS_STRICTATIME,
    /* mount(2) copies one page of options. */
    OPTIONS_SIZE_MAX = 4000,
    DETACH = 2,
    NO_FOLLOW = 8,
};

static int set_option(int fd, char *option)
{
    char *value = strchr(option, '=');
    if (value == NULL)
        return (int)syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, option, NULL, 0);
    *value++ = '\0';
    if (strcmp(option, "lowerdir") != 0)
        return (int)syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, option, value, 0);
    for (char *rest = NULL, *layer = strtok_r(value, ":", &rest); layer != NULL;
         layer = strtok_r(NULL, ":", &rest)) {
        if (syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, "lowerdir+", layer, 0) < 0)
            return -1;
    }
    return 0;
}

static unsigned mount_attributes(unsigned long flags)
{
    return ((flags & MS_RDONLY) != 0 ? MOUNT_ATTR_RDONLY : 0U) |
           ((flags & MS_NOSUID) != 0 ? MOUNT_ATTR_NOSUID : 0U) |
           ((flags & MS_NODEV) != 0 ? MOUNT_ATTR_NODEV : 0U) |
           ((flags & MS_NOEXEC) != 0 ? MOUNT_ATTR_NOEXEC : 0U) |
           ((flags & MS_NOATIME) != 0 ? MOUNT_ATTR_NOATIME : 0U);
}

/* Overlay with more layers than fit into a page: each option on its own. */
static int mount_long(const char *target, const char *fstype, unsigned long flags, char *data)
{
    int fd = (int)syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC);
    if (fd < 0)
        return -1;
    for (char *rest = NULL, *option = strtok_r(data, ",", &rest); option != NULL;
         option = strtok_r(NULL, ",", &rest)) {
        if (set_option(fd, option) < 0)
            return -1;
    }
    if (syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    int mount_fd = (int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, mount_attributes(flags));
    if (mount_fd < 0)
        return -1;
    int result = (int)syscall(SYS_move_mount, mount_fd, "", AT_FDCWD, target,
                              MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
    int saved = errno;
    close(mount_fd);
    close(fd);
    errno = saved;
    return result;
}

/* A tmpfs over a directory of the image looks like it: the options begin with its mode. */
static const char *with_mode(const char *target, const char *data)
{
    struct stat status;
    size_t size = strlen(data) + 16;
    char *joined = malloc(size);
    if (joined == NULL || stat(target, &status) < 0)
        return data;
    snprintf(joined, size, "mode=%04o%s%s", (unsigned)status.st_mode & 07777,
             *data == '\0' ? "" : ",", data);
    return joined;
}

/* What lies in a volume is its users': no link of theirs leads out of it (EXDEV). */
static int open_source(const char *base, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int base_fd = open_root(base);
    if (base_fd < 0)
        return -1;
    int fd = (int)syscall(SYS_openat2, base_fd, path, &how, sizeof how);
    int saved = errno;
    close(base_fd);
    errno = saved;
    return fd;
}

/* In a user namespace a remount must keep what the machine chose: with that, once more. */
static int remount_keeping(const char *target, unsigned long flags)
{
    struct statvfs old;
    unsigned long kept = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME;
    if (statvfs(target, &old) < 0)
        return -1;
    return mount(NULL, target, NULL, flags | ((unsigned long)old.f_flag & kept), NULL);
}

static int mount_once(struct reader fields, const char *target, unsigned long flags, bool like_it)
{
    const char *data = text(fields, FIELD_DATA);
    if (like_it)
        data = with_mode(target, data);
    const char *fstype = text(fields, FIELD_FSTYPE);
    if (strlen(data) > OPTIONS_SIZE_MAX)
        return mount_long(target, fstype, flags, strdup(data));
    char beneath[32];
    const char *source = text(fields, FIELD_SOURCE);
    const char *base = text(fields, FIELD_BASE);
    int fd = -1;
    if (*base != '\0') {
        fd = open_source(base, source);
        if (fd < 0)
            return -1;
        snprintf(beneath, sizeof beneath, "/proc/self/fd/%d", fd);
        source = beneath;
    }
    int result =
        mount(source, target, *fstype == '\0' ? NULL : fstype, flags, *data == '\0' ? NULL : data);
    if (result < 0 && errno == EPERM && (flags & MS_REMOUNT) != 0 && (flags & MS_BIND) != 0)
        result = remount_keeping(target, flags);
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return result;
}

static int open_fresh_directory(const char *root, const char *path)
{
    int root_fd = open_root(root);
    int result = root_fd < 0 ? -1 : make_directories(root_fd, path, 0755);
    int saved = errno;
    if (root_fd >= 0)
        close(root_fd);
    errno = saved;
    return result < 0 ? -1 : open_in_root(root, path, O_PATH, 0);
}

int op_mount(struct reader fields)
{
    unsigned long flags = (unsigned long)field_number(fields, FIELD_FLAGS, 0);
    unsigned long propagation = flags & PROPAGATION;
    unsigned long main_flags = flags & ~(unsigned long)PROPAGATION;
    const char *root = text(fields, FIELD_ROOT);
    const char *target = text(fields, FIELD_TARGET);
    char in_root[32];
    int fd = -1;
    bool like_it = field_number(fields, FIELD_KIND, 0) != 0;
    if (*root != '\0') {
        fd = open_in_root(root, target, O_PATH, 0);
        if (fd < 0 && errno == ENOENT && like_it) {
            like_it = false;
            fd = open_fresh_directory(root, target);
        }
        if (fd < 0)
            return -1;
        snprintf(in_root, sizeof in_root, "/proc/self/fd/%d", fd);
        target = in_root;
    }
    if (propagation != 0 && (main_flags & ~(unsigned long)MS_REC) == 0 &&
        *text(fields, FIELD_FSTYPE) == '\0')
        return mount(NULL, target, NULL, flags, NULL);
    if (mount_once(fields, target, main_flags, like_it) < 0)
        return -1;
    if (fd >= 0) {
        /* The descriptor is of what the new mount covers: open what is there now. */
        close(fd);
        fd = open_in_root(root, text(fields, FIELD_TARGET), O_PATH, 0);
        snprintf(in_root, sizeof in_root, "/proc/self/fd/%d", fd);
    }
    if ((main_flags & MS_BIND) != 0 && (main_flags & MS_REMOUNT) == 0 &&
        (main_flags & BIND_ATTRIBUTES) != 0 &&
        mount(NULL, target, NULL, (main_flags & ~(unsigned long)MS_REC) | MS_REMOUNT, NULL) < 0)
        return -1;
    if (propagation != 0 &&
        mount(NULL, target, NULL, propagation | (main_flags & MS_REC), NULL) < 0)
        return -1;
    if (fd >= 0)
        close(fd);
    return 0;
}

int op_umount(struct reader fields)
{
    int flags = field_number(fields, FIELD_FLAGS, 0) != 0 ? DETACH : 0;
    return umount2(text(fields, FIELD_TARGET), flags | NO_FOLLOW);
}

int op_pivot_root(struct reader fields)
{
    /* The old root is stacked upon the new one and then taken away: no directory is needed. */
    if (chdir(text(fields, FIELD_PATH)) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return -1;
    if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 || umount2(".", DETACH) < 0)
        return -1;
    return chdir("/");
}

int op_mask_path(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    struct stat status;
    if (stat(path, &status) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    if (S_ISDIR(status.st_mode))
        return mount("tmpfs", path, "tmpfs", MS_RDONLY, "size=0k");
    return mount("/dev/null", path, NULL, MS_BIND, NULL);
}

int op_readonly_path(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    struct statvfs old;
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    /* Keep what the mount had: statvfs and mount use the same values for these. */
    unsigned long kept = 0;
    if (statvfs(path, &old) == 0)
        kept = old.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC);
    return mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kept, NULL);
}

int op_readonly_tree(struct reader fields)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    int fd = open_in_root(text(fields, FIELD_ROOT), text(fields, FIELD_PATH), O_PATH, 0);
    if (fd < 0)
        return -1;
    int result = (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                              sizeof attributes);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}
