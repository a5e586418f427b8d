/* Records of a pax header: what they say of the entry that follows. */
#ifndef TAR_PAX_H
#define TAR_PAX_H

#include "tar_entry.h"

/* Fields of the entry to come, and which numbers among them were given. */
struct tar_overrides {
    bool has_size, has_uid, has_gid, has_mtime;
    struct tar_entry entry;
};

/* -1 with EBADMSG when it is no row of records. Changes `data`, which ends with a zero byte. */
int tar_parse_pax(struct tar_overrides *overrides, char *data, size_t size);
/* A new C string of at most so many bytes; NULL when memory is short. */
char *tar_copy_text(const char *text, size_t size_max);
/* Frees what is there and puts `text` in its place. */
void tar_replace(char **place, char *text);

#endif
