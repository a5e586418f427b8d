/* Tar streams in the PAX format. */
#ifndef TAR_H
#define TAR_H

#include <stdbool.h>
#include <stddef.h>

struct tar_options {
    /* Whiteouts and opaque directories of overlayfs become `.wh.` names. */
    bool overlay_upper;
};

/* Writes what `name` in the directory `parent_fd` is, recursively. -1 with errno on failure. */
int write_tar_stream(int out_fd, int parent_fd, const char *name,
                     const struct tar_options *options);
/*
 * Unpacks into the directory `root_fd`, and nowhere else whatever names and links say. On failure
 * -1 with errno, and the entry's name in `failed`.
 */
int read_tar_stream(int in_fd, int root_fd, char *failed, size_t failed_size);
/* Copies the contents of one directory into another, which is made when it is missing. */
int copy_tree(const char *from, const char *to);

#endif
