/* Writes a tree as a tar stream: names, links and attributes as docker cp and commit need them. */
#include "path.h"
#include "tar.h"
#include "tar_output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
    SEEN_BUCKETS = 1024,
    DEPTH_MAX = 256,
    /* Entries of one directory. */
    NAMES_MAX = 1 << 20,
};

/* A file with several names, by the first of them. */
struct seen {
    struct seen *next;
    dev_t device;
    ino_t inode;
    char name[];
};

struct archive {
    struct tar_output output;
    struct tar_options options;
    struct seen *seen[SEEN_BUCKETS];
};

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
            tar_add_pax(&archive->output, key, value, (size_t)size);
    }
}

/* The first name of a file that was archived before, or NULL after remembering this one. */
static const char *first_name(struct archive *archive, const struct stat *status, const char *name)
{
    struct seen **place = &archive->seen[status->st_ino % SEEN_BUCKETS];
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
    static uint8_t chunk[TAR_BUFFER_SIZE];
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
            result = tar_put(&archive->output, chunk, part);
            left -= part;
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result < 0 ? -1 : tar_put_padding(&archive->output, size);
}

static int put_whiteout(struct archive *archive, const char *name)
{
    struct tar_header header = {.type = '0'};
    char whiteout[8192];
    const char *slash = strrchr(name, '/');
    int directory = slash == NULL ? 0 : (int)(slash + 1 - name);
    snprintf(whiteout, sizeof whiteout, "%.*s.wh.%s", directory, name, name + directory);
    tar_set_name(&archive->output, header.name, "path", whiteout);
    tar_set_octal(header.mode, sizeof header.mode, 0);
    tar_set_octal(header.uid, sizeof header.uid, 0);
    tar_set_octal(header.gid, sizeof header.gid, 0);
    tar_set_octal(header.size, sizeof header.size, 0);
    tar_set_octal(header.mtime, sizeof header.mtime, 0);
    return tar_put_pax(&archive->output) < 0 ? -1 : tar_put_header(&archive->output, &header);
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
        tar_set_name(&archive->output, header->link_name, "linkpath", first);
    } else if (S_ISLNK(status->st_mode)) {
        ssize_t length = readlinkat(fd, "", target, sizeof target - 1);
        if (length < 0)
            return -1;
        target[length] = '\0';
        tar_set_name(&archive->output, header->link_name, "linkpath", target);
    } else if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
        tar_set_octal(header->major, sizeof header->major, major(status->st_rdev));
        tar_set_octal(header->minor, sizeof header->minor, minor(status->st_rdev));
    }
    return 0;
}

static int put_entry(struct archive *archive, int fd, const struct stat *status, const char *name)
{
    struct tar_header header = {0};
    char with_slash[8192];
    if (set_kind(archive, &header, fd, status, name) < 0)
        return -1;
    bool has_content = header.type == '0' && !archive->options.headers_only;
    uint64_t size = has_content ? (uint64_t)status->st_size : 0;
    snprintf(with_slash, sizeof with_slash, "%s%s", name, header.type == '5' ? "/" : "");
    tar_set_name(&archive->output, header.name, "path", with_slash);
    tar_set_octal(header.mode, sizeof header.mode, status->st_mode & 07777);
    uint32_t uid = status->st_uid, gid = status->st_gid;
    if (id_map_inside(&archive->options.uids, &uid) < 0 ||
        id_map_inside(&archive->options.gids, &gid) < 0)
        return -1;
    tar_set_owner(&archive->output, header.uid, "uid", uid);
    tar_set_owner(&archive->output, header.gid, "gid", gid);
    if (size >= 077777777777ULL)
        tar_add_pax_number(&archive->output, "size", size);
    tar_set_octal(header.size, sizeof header.size, size < 077777777777ULL ? size : 0);
    tar_set_mtime(&archive->output, header.mtime, &status->st_mtim);
    if (header.type == '0' || header.type == '5')
        add_xattrs(archive, fd);
    if (tar_put_pax(&archive->output) < 0 || tar_put_header(&archive->output, &header) < 0)
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

/* What a directory holds, in byte order, so that the same files give the same archive. */
struct names {
    char **list;
    size_t count;
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void free_names(struct names *names)
{
    while (names->count > 0)
        free(names->list[--names->count]);
    free(names->list);
}

static int add_name(struct names *names, const char *name)
{
    if (names->count >= NAMES_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    /* Grown whenever the count reaches a power of two. */
    if ((names->count & (names->count - 1)) == 0) {
        size_t room = names->count == 0 ? 1 : 2 * names->count;
        char **grown = realloc(names->list, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        names->list = grown;
    }
    char *copy = strdup(name);
    if (copy == NULL)
        return -1;
    names->list[names->count++] = copy;
    return 0;
}

static int read_names(int fd, struct names *names)
{
    struct dirent *entry;
    int result = 0;
    int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = readable < 0 ? NULL : fdopendir(readable);
    if (directory == NULL)
        return -1;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = add_name(names, entry->d_name);
    }
    int saved = errno;
    closedir(directory);
    errno = saved;
    if (names->count > 0)
        qsort(names->list, names->count, sizeof *names->list, compare_names);
    return result;
}

static int put_children(struct archive *archive, int fd, const char *name, int depth)
{
    struct names names = {0};
    bool top = depth == 1 && archive->options.bare;
    int result = read_names(fd, &names);
    for (size_t i = 0; result == 0 && i < names.count; i++) {
        char child[8192];
        if (snprintf(child, sizeof child, "%s%s%s", top ? "" : name, top ? "" : "/",
                     names.list[i]) >= 7168) {
            errno = ENAMETOOLONG;
            result = -1;
        } else {
            result = put_tree(archive, fd, names.list[i], child, depth);
        }
    }
    int saved = errno;
    free_names(&names);
    errno = saved;
    return result;
}

static int put_directory(struct archive *archive, int fd, const char *name, int depth)
{
    if (depth >= DEPTH_MAX) {
        errno = ELOOP;
        return -1;
    }
    if (archive->options.overlay_upper && is_opaque(fd)) {
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
    if (archive->options.overlay_upper && S_ISCHR(status.st_mode) && status.st_rdev == 0)
        result = put_whiteout(archive, name);
    else if (!S_ISSOCK(status.st_mode) && !(depth == 0 && archive->options.bare))
        result = put_entry(archive, fd, &status, name);
    if (result == 0 && S_ISDIR(status.st_mode))
        result = put_directory(archive, fd, name, depth);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

int write_tar_stream(int out_fd, int parent_fd, const char *entry, const char *name,
                     const struct tar_options *options)
{
    static const uint8_t end[2 * TAR_BLOCK_SIZE];
    struct archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL)
        return -1;
    archive->output.fd = out_fd;
    archive->options = *options;
    int result = put_tree(archive, parent_fd, entry, name, 0);
    if (result == 0)
        result = tar_put(&archive->output, end, sizeof end);
    if (result == 0)
        result = tar_flush(&archive->output);
    for (int i = 0; i < SEEN_BUCKETS; i++) {
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
