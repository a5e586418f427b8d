/* Writes a tree as a tar stream: names, links and attributes as docker cp and commit need them. */
#include "path.h"
#include "tar.h"
#include "tar_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 65536,
    PAX_SIZE_MAX = 65536,
    OCTAL_SIZE_MAX = 077777777, /* of 8-byte number fields: uid, gid */
    DEPTH_MAX = 256,
};

/* A file with several names, by the first of them. */
struct seen {
    struct seen *next;
    dev_t device;
    ino_t inode;
    char name[];
};

struct archive {
    int fd;
    bool overlay_upper;
    size_t used;
    uint8_t buffer[BUFFER_SIZE];
    size_t pax_used;
    char pax[PAX_SIZE_MAX];
    struct seen *seen[1024];
};

static int flush(struct archive *archive)
{
    size_t done = 0;
    while (done < archive->used) {
        ssize_t written = write(archive->fd, archive->buffer + done, archive->used - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        done += (size_t)written;
    }
    archive->used = 0;
    return 0;
}

static int put(struct archive *archive, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    while (length > 0) {
        size_t part = BUFFER_SIZE - archive->used;
        if (part > length)
            part = length;
        memcpy(archive->buffer + archive->used, bytes, part);
        archive->used += part;
        bytes += part;
        length -= part;
        if (archive->used == BUFFER_SIZE && flush(archive) < 0)
            return -1;
    }
    return 0;
}

static int put_padding(struct archive *archive, uint64_t size)
{
    static const uint8_t zeros[TAR_BLOCK_SIZE];
    return put(archive, zeros, (TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE);
}

static void octal(char *field, size_t size, uint64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%0*" PRIo64, (int)size - 1, value);
    memcpy(field, digits, size - 1);
}

/* Adds "length key=value\n", where the length counts its own digits. */
static void add_pax(struct archive *archive, const char *key, const void *value, size_t length)
{
    size_t rest = strlen(key) + length + 3;
    size_t total = rest + 1;
    for (size_t limit = 10; total >= limit; limit *= 10)
        total++;
    if (total > PAX_SIZE_MAX - archive->pax_used)
        return;
    char *place = archive->pax + archive->pax_used;
    int head = snprintf(place, PAX_SIZE_MAX - archive->pax_used, "%zu %s=", total, key);
    memcpy(place + head, value, length);
    place[total - 1] = '\n';
    archive->pax_used += total;
}

static void add_pax_number(struct archive *archive, const char *key, uint64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    add_pax(archive, key, digits, strlen(digits));
}

static int put_header(struct archive *archive, struct tar_header *header)
{
    char digits[8];
    memcpy(header->magic, "ustar\00000", 8);
    snprintf(digits, sizeof digits, "%06o", tar_checksum(header));
    memcpy(header->checksum, digits, 7);
    header->checksum[7] = ' ';
    return put(archive, header, sizeof *header);
}

static int put_pax(struct archive *archive)
{
    struct tar_header header = {.type = 'x'};
    if (archive->pax_used == 0)
        return 0;
    memcpy(header.name, "PaxHeaders/entry", 17);
    octal(header.mode, sizeof header.mode, 0644);
    octal(header.uid, sizeof header.uid, 0);
    octal(header.gid, sizeof header.gid, 0);
    octal(header.size, sizeof header.size, archive->pax_used);
    octal(header.mtime, sizeof header.mtime, 0);
    if (put_header(archive, &header) < 0 || put(archive, archive->pax, archive->pax_used) < 0 ||
        put_padding(archive, archive->pax_used) < 0)
        return -1;
    archive->pax_used = 0;
    return 0;
}

/* A name or link name: in its field when it fits, and in a pax record otherwise. */
static void set_name(struct archive *archive, char field[100], const char *key, const char *name)
{
    size_t length = strlen(name);
    if (length > 100)
        add_pax(archive, key, name, length);
    memcpy(field, name, length < 100 ? length : 100);
}

static void set_owner(struct archive *archive, char field[8], const char *key, uint32_t id)
{
    if (id >= OCTAL_SIZE_MAX / 8)
        add_pax_number(archive, key, id);
    octal(field, 8, id < OCTAL_SIZE_MAX / 8 ? id : 0);
}

static void set_mtime(struct archive *archive, char field[12], const struct timespec *mtime)
{
    char digits[48];
    int64_t seconds = (int64_t)mtime->tv_sec;
    bool plain = seconds >= 0 && seconds < 077777777777LL;
    if (!plain || mtime->tv_nsec != 0) {
        snprintf(digits, sizeof digits, "%" PRId64 ".%09ld", seconds, (long)mtime->tv_nsec);
        add_pax(archive, "mtime", digits, strlen(digits));
    }
    octal(field, 12, plain ? (uint64_t)seconds : 0);
}

/* Capabilities and what users set; never overlayfs' own marks. */
static bool is_portable_xattr(const char *name)
{
    return strcmp(name, "security.capability") == 0 || strncmp(name, "user.", 5) == 0;
}

static void add_xattrs(struct archive *archive, int fd)
{
    static char names[65536], value[65536];
    char path[32], key[300];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = listxattr(path, names, sizeof names);
    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
        if (!is_portable_xattr(names + at))
            continue;
        ssize_t size = getxattr(path, names + at, value, sizeof value);
        snprintf(key, sizeof key, "SCHILY.xattr.%.255s", names + at);
        if (size >= 0)
            add_pax(archive, key, value, (size_t)size);
    }
}

/* The first name of a file that was archived before, or NULL after remembering this one. */
static const char *first_name(struct archive *archive, const struct stat *status, const char *name)
{
    struct seen **place = &archive->seen[status->st_ino % 1024];
    for (struct seen *seen = *place; seen != NULL; seen = seen->next) {
        if (seen->inode == status->st_ino && seen->device == status->st_dev)
            return seen->name;
    }
    struct seen *fresh = malloc(sizeof *fresh + strlen(name) + 1);
    if (fresh == NULL)
        return NULL;
    fresh->next = *place;
    fresh->device = status->st_dev;
    fresh->inode = status->st_ino;
    memcpy(fresh->name, name, strlen(name) + 1);
    *place = fresh;
    return NULL;
}

/* The content, exactly as long as the header says, whatever the file does meanwhile. */
static int put_content(struct archive *archive, int path_fd, uint64_t size)
{
    static uint8_t chunk[BUFFER_SIZE];
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", path_fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = 0;
    for (uint64_t left = size; left > 0 && result == 0;) {
        ssize_t length = read(fd, chunk, left < sizeof chunk ? (size_t)left : sizeof chunk);
        if (length < 0) {
            result = -1;
        } else {
            if (length == 0)
                memset(chunk, 0, sizeof chunk);
            size_t part =
                length > 0 ? (size_t)length : (left < sizeof chunk ? (size_t)left : sizeof chunk);
            result = put(archive, chunk, part);
            left -= part;
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result < 0 ? -1 : put_padding(archive, size);
}

static int put_whiteout(struct archive *archive, const char *name)
{
    struct tar_header header = {.type = '0'};
    char whiteout[8192];
    const char *slash = strrchr(name, '/');
    int directory = slash == NULL ? 0 : (int)(slash + 1 - name);
    snprintf(whiteout, sizeof whiteout, "%.*s.wh.%s", directory, name, name + directory);
    set_name(archive, header.name, "path", whiteout);
    octal(header.mode, sizeof header.mode, 0);
    octal(header.uid, sizeof header.uid, 0);
    octal(header.gid, sizeof header.gid, 0);
    octal(header.size, sizeof header.size, 0);
    octal(header.mtime, sizeof header.mtime, 0);
    return put_pax(archive) < 0 ? -1 : put_header(archive, &header);
}

static int set_kind(struct archive *archive, struct tar_header *header, int fd,
                    const struct stat *status, const char *name)
{
    char target[4096];
    const char *first = status->st_nlink > 1 && !S_ISDIR(status->st_mode)
                            ? first_name(archive, status, name)
                            : NULL;
    header->type = S_ISDIR(status->st_mode)    ? '5'
                   : S_ISLNK(status->st_mode)  ? '2'
                   : S_ISCHR(status->st_mode)  ? '3'
                   : S_ISBLK(status->st_mode)  ? '4'
                   : S_ISFIFO(status->st_mode) ? '6'
                                               : '0';
    if (first != NULL) {
        header->type = '1';
        set_name(archive, header->link_name, "linkpath", first);
    } else if (S_ISLNK(status->st_mode)) {
        ssize_t length = readlinkat(fd, "", target, sizeof target - 1);
        if (length < 0)
            return -1;
        target[length] = '\0';
        set_name(archive, header->link_name, "linkpath", target);
    } else if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
        octal(header->major, sizeof header->major, major(status->st_rdev));
        octal(header->minor, sizeof header->minor, minor(status->st_rdev));
    }
    return 0;
}

static int put_entry(struct archive *archive, int fd, const struct stat *status, const char *name)
{
    struct tar_header header = {0};
    char with_slash[8192];
    if (set_kind(archive, &header, fd, status, name) < 0)
        return -1;
    uint64_t size = header.type == '0' ? (uint64_t)status->st_size : 0;
    snprintf(with_slash, sizeof with_slash, "%s%s", name, header.type == '5' ? "/" : "");
    set_name(archive, header.name, "path", with_slash);
    octal(header.mode, sizeof header.mode, status->st_mode & 07777);
    set_owner(archive, header.uid, "uid", status->st_uid);
    set_owner(archive, header.gid, "gid", status->st_gid);
    if (size >= 077777777777ULL)
        add_pax_number(archive, "size", size);
    octal(header.size, sizeof header.size, size < 077777777777ULL ? size : 0);
    set_mtime(archive, header.mtime, &status->st_mtim);
    if (header.type == '0' || header.type == '5')
        add_xattrs(archive, fd);
    if (put_pax(archive) < 0 || put_header(archive, &header) < 0)
        return -1;
    return size > 0 ? put_content(archive, fd, size) : 0;
}

static bool is_opaque(int fd)
{
    char path[32], value[2];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return getxattr(path, "trusted.overlay.opaque", value, sizeof value) == 1 && value[0] == 'y';
}

static int put_tree(struct archive *archive, int parent_fd, const char *entry, const char *name,
                    int depth);

static int put_children(struct archive *archive, int fd, const char *name, int depth)
{
    struct dirent *entry;
    int result = 0;
    int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = readable < 0 ? NULL : fdopendir(readable);
    if (directory == NULL)
        return -1;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        char child[8192];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(child, sizeof child, "%s/%s", name, entry->d_name) >= 7168) {
            errno = ENAMETOOLONG;
            result = -1;
        } else {
            result = put_tree(archive, fd, entry->d_name, child, depth);
        }
    }
    int saved = errno;
    closedir(directory);
    errno = saved;
    return result;
}

static int put_directory(struct archive *archive, int fd, const char *name, int depth)
{
    if (depth >= DEPTH_MAX) {
        errno = ELOOP;
        return -1;
    }
    if (archive->overlay_upper && is_opaque(fd)) {
        char mark[8192];
        snprintf(mark, sizeof mark, "%s/.wh..opq", name);
        if (put_whiteout(archive, mark) < 0)
            return -1;
    }
    return put_children(archive, fd, name, depth + 1);
}

static int put_tree(struct archive *archive, int parent_fd, const char *entry, const char *name,
                    int depth)
{
    struct stat status;
    int fd = openat(parent_fd, entry, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        if (fd >= 0)
            close(fd);
        /* Removed since the directory was listed. */
        return errno == ENOENT && depth > 0 ? 0 : -1;
    }
    int result = 0;
    if (archive->overlay_upper && S_ISCHR(status.st_mode) && status.st_rdev == 0)
        result = put_whiteout(archive, name);
    else if (!S_ISSOCK(status.st_mode))
        result = put_entry(archive, fd, &status, name);
    if (result == 0 && S_ISDIR(status.st_mode))
        result = put_directory(archive, fd, name, depth);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

int write_tar_stream(int out_fd, int parent_fd, const char *name, const struct tar_options *options)
{
    static const uint8_t end[2 * TAR_BLOCK_SIZE];
    struct archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL)
        return -1;
    archive->fd = out_fd;
    archive->overlay_upper = options->overlay_upper;
    int result = put_tree(archive, parent_fd, name, name, 0);
    if (result == 0)
        result = put(archive, end, sizeof end);
    if (result == 0)
        result = flush(archive);
    for (int i = 0; i < 1024; i++) {
        while (archive->seen[i] != NULL) {
            struct seen *next = archive->seen[i]->next;
            free(archive->seen[i]);
            archive->seen[i] = next;
        }
    }
    int saved = errno;
    free(archive);
    errno = saved;
    return result;
}
