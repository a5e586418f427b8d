#include "../path.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/agent-path-XXXXXX";

static void test_resolution(int root)
{
    char path[] = "a/b/", dots[] = "a/..", bare[] = "//";
    const char *name;
    mkdirat(root, "a", 0755);
    ok(symlinkat("/", root, "abs") == 0 && symlinkat("../../../..", root, "rel") == 0,
       "links that lead out are made");
    int fd = open_beneath(root, "abs/a", O_PATH, 0);
    ok(fd >= 0, "open_beneath() takes / for the root");
    close(fd);
    fd = open_beneath(root, "rel/../a", O_PATH, 0);
    ok(fd >= 0, "open_beneath() does not go above the root");
    close(fd);
    fd = open_beneath(root, "rel/etc/passwd", O_PATH, 0);
    ok(fd < 0 && errno == ENOENT, "open_beneath() finds nothing of outside");
    fd = open_parent(root, path, &name);
    ok(fd >= 0 && strcmp(name, "b") == 0, "open_parent() cuts trailing slashes");
    close(fd);
    ok(open_parent(root, dots, &name) < 0 && errno == EINVAL, "open_parent() refuses ..");
    ok(open_parent(root, bare, &name) < 0 && errno == EINVAL, "open_parent() refuses the root");
}

static void test_directories(int root)
{
    struct stat status;
    ok(make_directories(root, "/x//y/z", 0700) == 0 && fstatat(root, "x/y/z", &status, 0) == 0,
       "make_directories() makes parents");
    ok(make_directories(root, "x/y", 0700) == 0, "make_directories() accepts what is there");
    ok(symlinkat("nowhere", root, "dangling") == 0 &&
           make_directories(root, "dangling/x", 0700) < 0,
       "make_directories() fails at a dangling link");
}

static void test_removal(int root)
{
    int at = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 600; i++) {
        mkdirat(at, "deep", 0755);
        int next = openat(at, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = next;
    }
    close(at);
    ok(remove_tree(root, "deep") == 0, "remove_tree() removes a very deep tree");
    ok(remove_tree(root, "missing") == 0, "remove_tree() does not mind a missing path");
    ok(remove_tree(root, "rel") == 0 && access("/etc", F_OK) == 0,
       "remove_tree() removes a link, not where it leads");
}

void test_paths(void)
{
    ok(mkdtemp(folder) != NULL, "mkdtemp() makes a folder");
    int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    test_resolution(root);
    test_directories(root);
    test_removal(root);
    close(root);
    ok(remove_tree(AT_FDCWD, folder) == 0, "remove_tree() removes the folder");
}
