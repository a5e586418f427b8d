/* Tar streams in the PAX format. */
#ifndef TAR_H
#define TAR_H

#include "id_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tar_options {
    /* Whiteouts and opaque directories of overlayfs become `.wh.` names. */
    bool overlay_upper;
    /* Of a directory only what is in it, under names that begin with the entries' own. */
    bool bare;
    /* Files come as if they were empty. */
    bool headers_only;
    /* Owners are told as those of a user namespace. */
    struct id_map uids;
    struct id_map gids;
};

struct unpack_options {
    /* Below the root, where names begin; NULL or empty for the root itself. */
    const char *directory;
    /* A directory never gives way to something else, nor the reverse. */
    bool keep_kinds;
    /* An entry for the directory itself changes nothing of it. */
    bool keep_directory;
    /* Everything gets this owner, whatever the archive says. */
    bool has_owner;
    uid_t uid;
    gid_t gid;
    /* Whoever they are, they are users of a user namespace. */
    struct id_map uids;
    struct id_map gids;
};

struct unpack_failure {
    char name[512];
    /* It is `keep_kinds` that stands in the way. */
    bool kind_kept;
    /* What no ID of the machine stands for, as an owner. */
    bool unmapped;
    uint32_t unmapped_id;
};

/*
 * Writes what `entry` in the directory `parent_fd` is, recursively, under the name `name`. -1 with
 * errno on failure.
 */
int write_tar_stream(int out_fd, int parent_fd, const char *entry, const char *name,
                     const struct tar_options *options);
/*
 * Unpacks into a directory of the root `root_fd`, and nowhere outside the root whatever names and
 * links say. On failure -1 with errno, and why in `failure`.
 */
int read_tar_stream(int in_fd, int root_fd, const struct unpack_options *options,
                    struct unpack_failure *failure);
/* Copies the contents of one directory into another, which is made when it is missing. */
int copy_tree(const char *from, const char *to);

#endif
