#include "files.h"
#include "job_child.h"
#include "operations.h"
#include "path.h"
#include "protocol.h"
#include "tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Copies to the end; fails the job on an error of the file, quietly on one of the stream. */
static void copy_bytes(int from, int to, const char *path)
{
    char buffer[65536];
    ssize_t length;
    while ((length = read(from, buffer, sizeof buffer)) != 0) {
        if (length < 0)
            fail_job(errno, "read", path);
        for (ssize_t done = 0; done < length;) {
            ssize_t written = write(to, buffer + done, (size_t)(length - done));
            if (written < 0)
                fail_job(errno, "write", path);
            done += written;
        }
    }
}

/* Kinds of FIELD_KIND in the order of FileStat in src/guest/guest.ts. */
static uint64_t kind_of(mode_t mode)
{
    static const mode_t types[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK};
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
        if ((mode & S_IFMT) == types[i])
            return i;
    }
    return 0;
}

void stat_file(struct reader body)
{
    uint8_t data[4500];
    char target[4096];
    struct stat status;
    struct writer record = writer_of(data, sizeof data);
    const char *path = text(body, FIELD_PATH);
    int flags = field_number(body, FIELD_KIND, 0) != 0 ? O_PATH : O_PATH | O_NOFOLLOW;
    int fd = open_in_root(text(body, FIELD_ROOT), path, flags, 0);
    if (fd < 0 || fstat(fd, &status) < 0)
        fail_job(errno, "stat", path);
    write_u8(&record, CONTROL_RESULT);
    write_number_field(&record, FIELD_KIND, kind_of(status.st_mode));
    write_number_field(&record, FIELD_MODE, status.st_mode & 07777);
    write_number_field(&record, FIELD_UID, status.st_uid);
    write_number_field(&record, FIELD_GID, status.st_gid);
    write_number_field(&record, FIELD_SIZE, (uint64_t)status.st_size);
    write_number_field(&record, FIELD_MTIME, (uint64_t)status.st_mtim.tv_sec);
    write_number_field(&record, FIELD_NANOSECONDS, (uint64_t)status.st_mtim.tv_nsec);
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
        write_number_field(&record, FIELD_MAJOR, major(status.st_rdev));
        write_number_field(&record, FIELD_MINOR, minor(status.st_rdev));
    }
    if (S_ISLNK(status.st_mode)) {
        ssize_t length = readlinkat(fd, "", target, sizeof target);
        if (length < 0)
            fail_job(errno, "read the link", path);
        write_field(&record, FIELD_TARGET, target, (size_t)length);
    }
    report_record(&record, -1);
}

void read_file(struct reader body)
{
    struct stat status;
    uint64_t size_max = field_number(body, FIELD_SIZE, UINT64_MAX);
    const char *path = text(body, FIELD_PATH);
    /* Without O_NONBLOCK a fifo would keep the job waiting for a writer. */
    int fd = open_in_root(text(body, FIELD_ROOT), path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0 || fstat(fd, &status) < 0)
        fail_job(errno, "open", path);
    if (S_ISDIR(status.st_mode))
        fail_job(EISDIR, "read", path);
    if ((uint64_t)status.st_size > size_max)
        fail_job(EFBIG, "read", path);
    copy_bytes(fd, STDOUT_FILENO, path);
    report_done();
}

static bool put_bytes(const void *data, size_t length)
{
    const char *bytes = data;
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* For files of the kernel's, which are short and say what is so at one moment. */
void read_files(struct reader body)
{
    enum { MISSING = -1 };
    static char content[65536];
    char **paths = field_strings(body, FIELD_PATH);
    for (char **path = paths; path != NULL && *path != NULL; path++) {
        int32_t length = MISSING;
        int fd = open(*path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        for (ssize_t got = 1; fd >= 0 && got > 0; length += (int32_t)got) {
            if (length < 0)
                length = 0;
            got = read(fd, content + length, sizeof content - (size_t)length);
            if (got < 0)
                got = 0;
        }
        if (fd >= 0)
            close(fd);
        if (!put_bytes(&length, sizeof length) ||
            (length > 0 && !put_bytes(content, (size_t)length)))
            fail_job(errno, "read", *path);
    }
    report_done();
}

void write_file(struct reader body)
{
    enum { APPEND = 1 };
    mode_t mode = (mode_t)field_number(body, FIELD_MODE, 0644) & 07777;
    int start = (field_number(body, FIELD_FLAGS, 0) & APPEND) != 0 ? O_APPEND : O_TRUNC;
    const char *path = text(body, FIELD_PATH);
    umask(0);
    int fd =
        open_in_root(text(body, FIELD_ROOT), path, O_WRONLY | O_CREAT | start | O_NONBLOCK, mode);
    if (fd < 0)
        fail_job(errno, "open", path);
    copy_bytes(STDIN_FILENO, fd, path);
    if (close(fd) < 0)
        fail_job(errno, "write", path);
    report_done();
}

void read_directory(struct reader body)
{
    struct dirent *entry;
    const char *path = text(body, FIELD_PATH);
    int fd = open_in_root(text(body, FIELD_ROOT), path, O_RDONLY | O_DIRECTORY, 0);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL)
        fail_job(errno, "open", path);
    while ((entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (write(STDOUT_FILENO, name, strlen(name) + 1) < 0)
            fail_job(errno, "list", path);
    }
    report_done();
}

void read_tar(struct reader body)
{
    const char *path = text(body, FIELD_PATH);
    char *copy = strdup(path);
    const char *name;
    int root_fd = open_root(text(body, FIELD_ROOT));
    if (root_fd < 0 || copy == NULL)
        fail_job(errno, "open", path);
    enum { BARE = 1, HEADERS_ONLY = 2 };
    uint64_t flags = field_number(body, FIELD_FLAGS, 0);
    struct tar_options options = {.overlay_upper = field_number(body, FIELD_KIND, 0) != 0,
                                  .bare = (flags & BARE) != 0,
                                  .headers_only = (flags & HEADERS_ONLY) != 0};
    if (id_map_parse(&options.uids, text(body, FIELD_UID_MAP)) < 0 ||
        id_map_parse(&options.gids, text(body, FIELD_GID_MAP)) < 0)
        fail_job(errno, "archive", path);
    size_t length = strlen(copy);
    /* "x/." and "/" mean the contents, whose names then begin with "./". */
    bool contents = length == 0 || strcmp(copy, "/") == 0 ||
                    (length >= 2 && strcmp(copy + length - 2, "/.") == 0) || strcmp(copy, ".") == 0;
    int fd = contents ? open_beneath(root_fd, copy, O_PATH | O_DIRECTORY, 0)
                      : open_parent(root_fd, copy, &name);
    if (fd < 0)
        fail_job(errno, "open", path);
    const char *entry = contents ? "." : name;
    struct reader renamed;
    const char *archived = find_field(body, FIELD_NAME, &renamed) ? text(body, FIELD_NAME) : entry;
    if (write_tar_stream(STDOUT_FILENO, fd, entry, archived, &options) < 0)
        fail_job(errno, "archive", path);
    report_done();
}

/*
 * Without a root, the directory is one, so that no link of the archive leads out of it. With a
 * root, links lead where they lead in there.
 */
void write_tar(struct reader body)
{
    enum { KEEP_KINDS = 1 };
    const char *path = text(body, FIELD_PATH);
    const char *root = text(body, FIELD_ROOT);
    bool in_root = *root != '\0';
    struct reader owner;
    struct unpack_failure failure = {0};
    struct unpack_options options = {
        .directory = in_root ? path : NULL,
        .keep_directory = in_root,
        .keep_kinds = (field_number(body, FIELD_FLAGS, 0) & KEEP_KINDS) != 0,
        .has_owner = find_field(body, FIELD_UID, &owner),
        .uid = (uid_t)field_number(body, FIELD_UID, 0),
        .gid = (gid_t)field_number(body, FIELD_GID, 0),
    };
    if (id_map_parse(&options.uids, text(body, FIELD_UID_MAP)) < 0 ||
        id_map_parse(&options.gids, text(body, FIELD_GID_MAP)) < 0)
        fail_job(errno, "unpack", path);
    int fd = in_root ? open_root(root) : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fail_job(errno, "open", path);
    bool unpacked = read_tar_stream(STDIN_FILENO, fd, &options, &failure) == 0;
    if (failure.unmapped) {
        char id[16];
        snprintf(id, sizeof id, "%u", failure.unmapped_id);
        fail_job(EOVERFLOW, "map the owner", id);
    }
    if (!unpacked)
        fail_job(errno, failure.kind_kept ? "replace" : "unpack",
                 *failure.name == '\0' ? path : failure.name);
    report_done();
}
