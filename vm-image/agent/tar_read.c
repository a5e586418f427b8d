/*
 * Unpacks a tar stream that nobody vouches for. Every name is resolved inside the root by the
 * kernel (openat2 RESOLVE_IN_ROOT), so neither `..` nor symlinks lead out of it.
 */
#include "path.h"
#include "tar.h"
#include "tar_entry.h"
#include "tar_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { CHUNK_SIZE = 65536 };

/* One archive on its way into a root. */
struct unpacking {
    struct tar_input input;
    int root_fd;
    const struct unpack_options *options;
    struct unpack_failure *failure;
    struct directory_time *times;
};

/* Directories get their time when nothing is put into them any more. */
struct directory_time {
    struct directory_time *next;
    struct timespec mtime;
    char name[];
};

static bool is_zero(const uint8_t *data, size_t length)
{
    return length == 0 || (data[0] == 0 && memcmp(data, data + 1, length - 1) == 0);
}

static int write_chunk(int fd, const uint8_t *chunk, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, chunk + done, length - done);
        if (written < 0 && errno != EINTR)
            return -1;
        done += written < 0 ? 0 : (size_t)written;
    }
    return 0;
}

/* Whole chunks of zeros become holes: sparse files stay sparse. */
static int copy_content(struct tar_input *input, int fd, uint64_t size)
{
    static uint8_t chunk[CHUNK_SIZE];
    for (uint64_t left = size; left > 0;) {
        size_t part = left < sizeof chunk ? (size_t)left : sizeof chunk;
        if (tar_read_bytes(input, chunk, part) < 0)
            return -1;
        bool hole = part == sizeof chunk && is_zero(chunk, part);
        if (hole ? lseek(fd, (off_t)part, SEEK_CUR) < 0 : write_chunk(fd, chunk, part) < 0)
            return -1;
        left -= part;
        input->left -= part;
    }
    return ftruncate(fd, (off_t)size);
}

/* Owner before mode: changing the owner clears the set-id bits. */
static int set_attributes(int fd, const struct tar_entry *entry)
{
    struct timespec times[2] = {entry->mtime, entry->mtime};
    char path[32];
    if (fchown(fd, entry->uid, entry->gid) < 0 || fchmod(fd, entry->mode) < 0)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < entry->xattr_count; i++) {
        const struct tar_xattr *xattr = &entry->xattrs[i];
        if (setxattr(path, xattr->name, xattr->value, xattr->size, 0) < 0 && errno != ENOTSUP)
            return -1;
    }
    return futimens(fd, times);
}

static int make_file(struct tar_input *input, const struct tar_entry *entry, int parent_fd,
                     const char *name)
{
    int fd = openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int result = copy_content(input, fd, entry->size);
    if (result == 0)
        result = set_attributes(fd, entry);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

static int make_directory(const struct tar_entry *entry, int parent_fd, const char *name)
{
    if (mkdirat(parent_fd, name, 0700) < 0 && errno != EEXIST)
        return -1;
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = set_attributes(fd, entry);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

/* The target is a name in the archive, so it is resolved inside the root like any other. */
static int make_link(const struct tar_entry *entry, int root_fd, int parent_fd, const char *name)
{
    const char *target_name;
    char *target = strdup(entry->link_name);
    int target_fd = target == NULL ? -1 : open_parent(root_fd, target, &target_name);
    int result = target_fd < 0 ? -1 : linkat(target_fd, target_name, parent_fd, name, 0);
    int saved = errno;
    if (target_fd >= 0)
        close(target_fd);
    free(target);
    errno = saved;
    return result;
}

static int make_special(const struct tar_entry *entry, int parent_fd, const char *name)
{
    struct timespec times[2] = {entry->mtime, entry->mtime};
    int result;
    if (entry->type == '2') {
        result = symlinkat(entry->link_name, parent_fd, name);
    } else {
        mode_t kind = entry->type == '3' ? S_IFCHR : entry->type == '4' ? S_IFBLK : S_IFIFO;
        result = mknodat(parent_fd, name, kind | 0600, makedev(entry->major, entry->minor));
    }
    if (result < 0 || fchownat(parent_fd, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    if (entry->type != '2' && fchmodat(parent_fd, name, entry->mode, 0) < 0)
        return -1;
    return utimensat(parent_fd, name, times, AT_SYMLINK_NOFOLLOW);
}

/* What is there already gives way, unless both are directories. */
static int clear_place(struct unpacking *unpacking, const struct tar_entry *entry, int parent_fd,
                       const char *name)
{
    struct stat status;
    if (fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -1;
    bool is_directory = S_ISDIR(status.st_mode);
    if (is_directory && entry->type == '5')
        return 0;
    if (unpacking->options->keep_kinds && is_directory != (entry->type == '5')) {
        unpacking->failure->kind_kept = true;
        errno = is_directory ? EISDIR : ENOTDIR;
        return -1;
    }
    return remove_tree(parent_fd, name);
}

static int make_entry(struct unpacking *unpacking, const struct tar_entry *entry, int parent_fd,
                      const char *name)
{
    if (clear_place(unpacking, entry, parent_fd, name) < 0)
        return -1;
    switch (entry->type) {
    case '0':
    case '7':
        return make_file(&unpacking->input, entry, parent_fd, name);
    case '1':
        return make_link(entry, unpacking->root_fd, parent_fd, name);
    case '2':
    case '3':
    case '4':
    case '6':
        return make_special(entry, parent_fd, name);
    case '5':
        return make_directory(entry, parent_fd, name);
    default:
        errno = EOPNOTSUPP;
        return -1;
    }
}

/* Opens the directory of the entry, made when the archive does not name it first. */
static int open_place(int root_fd, char *path, const char **name)
{
    int fd = open_parent(root_fd, path, name);
    char *slash = strrchr(path, '/');
    if (fd >= 0 || errno != ENOENT || slash == NULL)
        return fd;
    *slash = '\0';
    int result = make_directories(root_fd, path, 0755);
    *slash = '/';
    return result < 0 ? -1 : open_parent(root_fd, path, name);
}

/* The root itself: "." or "./" and the like. */
static bool is_root(const char *path)
{
    for (; *path != '\0'; path++) {
        if (*path != '/' && !(*path == '.' && (path[1] == '/' || path[1] == '\0')))
            return false;
    }
    return true;
}

/* `name` below the directory that the archive is unpacked into, newly allocated. */
static char *place_of(const struct unpack_options *options, const char *name)
{
    const char *directory = options->directory == NULL ? "" : options->directory;
    size_t size = strlen(directory) + strlen(name) + 2;
    char *place = malloc(size);
    if (place != NULL)
        snprintf(place, size, "%s/%s", directory, name);
    return place;
}

static int map_owner(struct tar_entry *entry, const struct unpack_options *options,
                     struct unpack_failure *failure)
{
    uint32_t uid = entry->uid, gid = entry->gid;
    bool known = id_map_outside(&options->uids, &uid) == 0;
    if (!known || id_map_outside(&options->gids, &gid) < 0) {
        failure->unmapped = true;
        failure->unmapped_id = known ? entry->gid : entry->uid;
        return -1;
    }
    entry->uid = uid;
    entry->gid = gid;
    return 0;
}

/* Puts names below the directory and owners to what the caller wants. */
static int adjust_entry(struct tar_entry *entry, const struct unpack_options *options,
                        struct unpack_failure *failure)
{
    char *name = place_of(options, entry->name);
    char *link_name = entry->type == '1' ? place_of(options, entry->link_name) : NULL;
    if (name == NULL || (entry->type == '1' && link_name == NULL)) {
        free(name);
        return -1;
    }
    free(entry->name);
    entry->name = name;
    if (link_name != NULL) {
        free(entry->link_name);
        entry->link_name = link_name;
    }
    if (options->has_owner) {
        entry->uid = options->uid;
        entry->gid = options->gid;
    }
    return map_owner(entry, options, failure);
}

/* Set at the end: what is unpacked into a directory changes its time. */
static void remember_time(struct unpacking *unpacking, const char *name, struct timespec mtime)
{
    struct directory_time *fresh = malloc(sizeof *fresh + strlen(name) + 1);
    if (fresh == NULL)
        return;
    fresh->next = unpacking->times;
    fresh->mtime = mtime;
    memcpy(fresh->name, name, strlen(name) + 1);
    unpacking->times = fresh;
}

static int unpack_directory_itself(struct unpacking *unpacking, const struct tar_entry *entry)
{
    const char *directory = unpacking->options->directory;
    if (directory == NULL)
        directory = ".";
    if (entry->type != '5') {
        errno = EINVAL;
        return -1;
    }
    if (unpacking->options->keep_directory)
        return 0;
    struct tar_entry mapped = *entry;
    if (map_owner(&mapped, unpacking->options, unpacking->failure) < 0)
        return -1;
    int fd = open_beneath(unpacking->root_fd, directory, O_RDONLY | O_DIRECTORY, 0);
    int result = fd < 0 ? -1 : set_attributes(fd, &mapped);
    int saved = errno;
    if (result == 0)
        remember_time(unpacking, directory, entry->mtime);
    if (fd >= 0)
        close(fd);
    errno = saved;
    return result;
}

static int unpack_entry(struct unpacking *unpacking, struct tar_entry *entry)
{
    const char *name;
    if (is_root(entry->name))
        return unpack_directory_itself(unpacking, entry);
    if (adjust_entry(entry, unpacking->options, unpacking->failure) < 0)
        return -1;
    int fd = open_place(unpacking->root_fd, entry->name, &name);
    if (fd < 0)
        return -1;
    int result = make_entry(unpacking, entry, fd, name);
    int saved = errno;
    close(fd);
    if (result == 0 && entry->type == '5')
        remember_time(unpacking, entry->name, entry->mtime);
    errno = saved;
    return result;
}

static void set_directory_times(struct unpacking *unpacking)
{
    struct directory_time *list = unpacking->times;
    while (list != NULL) {
        struct directory_time *next = list->next;
        struct timespec times[2] = {list->mtime, list->mtime};
        int fd = open_beneath(unpacking->root_fd, list->name, O_RDONLY | O_DIRECTORY, 0);
        if (fd >= 0) {
            futimens(fd, times);
            close(fd);
        }
        free(list);
        list = next;
    }
}

int read_tar_stream(int in_fd, int root_fd, const struct unpack_options *options,
                    struct unpack_failure *failure)
{
    struct unpacking unpacking = {
        .input.fd = in_fd, .root_fd = root_fd, .options = options, .failure = failure};
    struct tar_entry entry = {0};
    mode_t mask = umask(0);
    uint32_t root_uid = 0, root_gid = 0;
    int result;
    if (id_map_outside(&options->uids, &root_uid) == 0 &&
        id_map_outside(&options->gids, &root_gid) == 0)
        make_directories_for(root_uid, root_gid);
    while ((result = tar_next(&unpacking.input, &entry)) > 0) {
        result = unpack_entry(&unpacking, &entry);
        if (result < 0) {
            snprintf(failure->name, sizeof failure->name, "%s", entry.name);
            break;
        }
    }
    int saved = errno;
    set_directory_times(&unpacking);
    tar_entry_free(&entry);
    umask(mask);
    errno = saved;
    return result < 0 ? -1 : 0;
}

int copy_tree(const char *from, const char *to)
{
    static const struct tar_options options = {0};
    static const struct unpack_options unpack_options = {0};
    struct unpack_failure failure = {0};
    int ends[2], status;
    int from_fd = open(from, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (from_fd < 0 || (mkdir(to, 0755) < 0 && errno != EEXIST))
        return -1;
    int to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to_fd < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        _exit(write_tar_stream(ends[1], from_fd, ".", ".", &options) < 0 ? errno & 0xff : 0);
    }
    close(ends[1]);
    int result = pid < 0 ? -1 : read_tar_stream(ends[0], to_fd, &unpack_options, &failure);
    int saved = errno;
    close(ends[0]);
    close(from_fd);
    close(to_fd);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
        WEXITSTATUS(status) != 0 && result < 0)
        saved = WEXITSTATUS(status);
    errno = saved;
    return result;
}
