/* Paths: resolved inside a root, made with their parents, removed with their contents. */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Opens `path` inside `root`, symlinks included; an empty or missing root is the process's own.
 * Returns a descriptor or -1 with errno.
 */
int open_in_root(const char *root, const char *path, int flags, mode_t mode);
/* The same with the root given as a descriptor. */
int open_beneath(int root_fd, const char *path, int flags, mode_t mode);
/*
 * Opens the directory that holds the last component of `path`, which is returned in `*name` (it
 * points into `path`, whose trailing slashes are cut).
 */
int open_parent(int root_fd, char *path, const char **name);
/* mkdir -p inside a root. */
int make_directories(int root_fd, const char *path, mode_t mode);
/* Who the directories that make_directories() makes from now on belong to; root at first. */
void make_directories_for(uid_t uid, gid_t gid);
/* rm -rf that crosses no mount; a missing path is no error. */
int remove_tree(int parent_fd, const char *name);
/* The descriptor of a root directory; the process's own when it is missing or empty. */
int open_root(const char *root);

#endif
