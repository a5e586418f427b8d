/* Reads the entries of a tar stream: headers, pax and GNU extensions. */
#ifndef TAR_ENTRY_H
#define TAR_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum { TAR_XATTRS_MAX = 32 };

struct tar_xattr {
    char *name;
    uint8_t *value;
    size_t size;
};

struct tar_entry {
    char type; /* '0' to '7'; others are skipped or refused */
    char *name;
    char *link_name;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    uint64_t size;
    struct timespec mtime;
    unsigned major;
    unsigned minor;
    size_t xattr_count;
    struct tar_xattr xattrs[TAR_XATTRS_MAX];
};

struct tar_input {
    int fd;
    uint64_t left; /* bytes of the current entry not read yet */
    uint64_t padding;
};

/* 1 with the next entry, 0 at the end, -1 with errno: EBADMSG when it is no tar archive. */
int tar_next(struct tar_input *input, struct tar_entry *entry);
/* Exactly so many bytes; -1 with EBADMSG when the stream ends before. */
int tar_read_bytes(struct tar_input *input, void *data, size_t length);
void tar_entry_free(struct tar_entry *entry);

#endif
