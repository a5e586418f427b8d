#include "../path.h"
#include "../tar.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/agent-tar-XXXXXX";

static int memory_file(void)
{
    return memfd_create("tar", MFD_CLOEXEC);
}

static void make_file(int at, const char *name, const char *content)
{
    int fd = openat(at, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0 || write(fd, content, strlen(content)) < 0)
        ok(false, "cannot make %s", name);
    close(fd);
}

static int make_tree(void)
{
    char name[200];
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mkdirat(fd, "from", 0755);
    mkdirat(fd, "to", 0755);
    int from = openat(fd, "from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_file(from, "file", "content");
    memset(name, 'n', 180);
    name[180] = '\0';
    make_file(from, name, "long");
    ok(linkat(from, "file", from, "link", 0) == 0 && symlinkat("../x", from, "symlink") == 0 &&
           mkdirat(from, "dir", 01777) == 0 && fchmodat(from, "dir", 01777, 0) == 0,
       "a tree to archive is made");
    close(from);
    return fd;
}

static void check_copy(int fd)
{
    struct stat file, link;
    char target[16] = "";
    int to = openat(fd, "to/from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok(fstatat(to, "file", &file, 0) == 0 && file.st_size == 7 && (file.st_mode & 0777) == 0640,
       "read_tar_stream() restores size and mode");
    ok(fstatat(to, "link", &link, 0) == 0 && link.st_ino == file.st_ino,
       "read_tar_stream() restores hard links");
    ok(readlinkat(to, "symlink", target, sizeof target) == 4, "and symlinks");
    ok(fstatat(to, "dir", &file, 0) == 0 && (file.st_mode & 07777) == 01777,
       "and the sticky bit of a directory");
    close(to);
}

/* Archives with random bytes changed: any answer will do but a fault or a file outside. */
static void test_mutations(int tar, int root_fd)
{
    struct stat status;
    static const struct unpack_options options = {0};
    struct unpack_failure failure = {0};
    fstat(tar, &status);
    size_t size = (size_t)status.st_size;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL || pread(tar, bytes, size, 0) != (ssize_t)size)
        ok(false, "cannot read the archive");
    srand(2);
    for (int i = 0; i < 1500; i++) {
        int mutated = memory_file();
        uint8_t *copy = malloc(size);
        memcpy(copy, bytes, size);
        for (int change = rand() % 8; change >= 0; change--)
            copy[(size_t)rand() % size] = (uint8_t)rand();
        size_t length = i % 3 == 0 ? (size_t)rand() % size : size;
        if (write(mutated, copy, length) < 0)
            ok(false, "cannot write the archive");
        lseek(mutated, 0, SEEK_SET);
        read_tar_stream(mutated, root_fd, &options, &failure);
        close(mutated);
        free(copy);
    }
    free(bytes);
    ok(true, "read_tar_stream() survives damaged archives");
}

void test_tar(void)
{
    static const struct tar_options options = {0};
    static const struct unpack_options unpack_options = {0};
    struct unpack_failure failure = {0};
    ok(mkdtemp(folder) != NULL, "mkdtemp() makes a folder");
    int fd = make_tree();
    int tar = memory_file();
    ok(write_tar_stream(tar, fd, "from", "from", &options) == 0, "write_tar_stream() writes");
    lseek(tar, 0, SEEK_SET);
    int to = openat(fd, "to", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok(read_tar_stream(tar, to, &unpack_options, &failure) == 0, "read_tar_stream() reads it back");
    check_copy(fd);
    test_mutations(tar, to);
    errno = 0;
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    int junk = memory_file();
    ok(write(junk, "not a tar archive", 17) == 17 && lseek(junk, 0, SEEK_SET) == 0 &&
           read_tar_stream(junk, to, &unpack_options, &failure) < 0 && errno == EBADMSG,
       "read_tar_stream() refuses what is no archive");
    close(zero);
    close(junk);
    close(to);
    close(tar);
    close(fd);
    ok(remove_tree(AT_FDCWD, folder) == 0, "remove_tree() removes it all");
}
