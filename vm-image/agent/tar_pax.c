#include "tar_pax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int malformed(void)
{
    errno = EBADMSG;
    return -1;
}

char *tar_copy_text(const char *text, size_t size_max)
{
    size_t length = strnlen(text, size_max);
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void tar_replace(char **place, char *text)
{
    free(*place);
    *place = text;
}

static void add_xattr(struct tar_entry *entry, const char *name, const char *value, size_t size)
{
    /* Never what overlayfs or the kernel's security modules would believe. */
    if (strcmp(name, "security.capability") != 0 && strncmp(name, "user.", 5) != 0)
        return;
    if (entry->xattr_count == TAR_XATTRS_MAX)
        return;
    struct tar_xattr *xattr = &entry->xattrs[entry->xattr_count];
    xattr->name = strdup(name);
    xattr->value = malloc(size + 1);
    if (xattr->name == NULL || xattr->value == NULL) {
        free(xattr->name);
        free(xattr->value);
        return;
    }
    memcpy(xattr->value, value, size);
    xattr->size = size;
    entry->xattr_count++;
}

static struct timespec parse_time(const char *value)
{
    char *end;
    struct timespec time = {.tv_sec = (time_t)strtoll(value, &end, 10)};
    long scale = 100000000;
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9' && scale > 0; end++, scale /= 10)
            time.tv_nsec += (*end - '0') * scale;
    }
    return time;
}

/* `value` is followed by a zero byte, but may hold others. */
static void take_record(struct tar_overrides *overrides, const char *key, const char *value,
                        size_t size)
{
    struct tar_entry *entry = &overrides->entry;
    if (strcmp(key, "path") == 0) {
        tar_replace(&entry->name, tar_copy_text(value, size));
    } else if (strcmp(key, "linkpath") == 0) {
        tar_replace(&entry->link_name, tar_copy_text(value, size));
    } else if (strcmp(key, "size") == 0) {
        entry->size = strtoull(value, NULL, 10);
        overrides->has_size = true;
    } else if (strcmp(key, "uid") == 0) {
        entry->uid = (uid_t)strtoul(value, NULL, 10);
        overrides->has_uid = true;
    } else if (strcmp(key, "gid") == 0) {
        entry->gid = (gid_t)strtoul(value, NULL, 10);
        overrides->has_gid = true;
    } else if (strcmp(key, "mtime") == 0) {
        entry->mtime = parse_time(value);
        overrides->has_mtime = true;
    } else if (strncmp(key, "SCHILY.xattr.", 13) == 0) {
        add_xattr(entry, key + 13, value, size);
    }
}

int tar_parse_pax(struct tar_overrides *overrides, char *data, size_t size)
{
    while (size > 0) {
        char *end;
        unsigned long length = strtoul(data, &end, 10);
        if (length > size || *end != ' ' || length < (size_t)(end - data) + 4 ||
            data[length - 1] != '\n')
            return malformed();
        char *key = end + 1;
        char *equals = memchr(key, '=', (size_t)(data + length - key));
        if (equals == NULL)
            return malformed();
        *equals = '\0';
        data[length - 1] = '\0';
        take_record(overrides, key, equals + 1, (size_t)(data + length - 1 - (equals + 1)));
        data += length;
        size -= length;
    }
    return 0;
}
