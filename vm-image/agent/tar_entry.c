#include "tar_entry.h"
#include "tar_format.h"
#include "tar_pax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* Of a pax header or a GNU long name; real ones are far below. */
    EXTENSION_SIZE_MAX = 1024 * 1024,
};

static int bad_archive(void)
{
    errno = EBADMSG;
    return -1;
}

/* Fewer bytes only at the end of the stream. */
static ssize_t read_fully(int fd, uint8_t *data, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t part = read(fd, data + done, length - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return -1;
        if (part == 0)
            break;
        done += (size_t)part;
    }
    return (ssize_t)done;
}

int tar_read_bytes(struct tar_input *input, void *data, size_t length)
{
    ssize_t got = read_fully(input->fd, data, length);
    if (got < 0)
        return -1;
    return (size_t)got == length ? 0 : bad_archive();
}

static int skip_bytes(struct tar_input *input, uint64_t length)
{
    static uint8_t waste[8192];
    while (length > 0) {
        size_t part = length < sizeof waste ? (size_t)length : sizeof waste;
        if (tar_read_bytes(input, waste, part) < 0)
            return -1;
        length -= part;
    }
    return 0;
}

/* Octal digits, or GNU's big-endian binary marked by the highest bit. */
static uint64_t parse_number(const char *field, size_t size)
{
    uint64_t value = 0;
    if (((uint8_t)field[0] & 0x80) != 0) {
        value = (uint8_t)field[0] & 0x7f;
        for (size_t i = 1; i < size; i++)
            value = value << 8 | (uint8_t)field[i];
        return value;
    }
    for (size_t i = 0; i < size; i++) {
        if (field[i] >= '0' && field[i] <= '7')
            value = value << 3 | (uint64_t)(field[i] - '0');
        else if (field[i] != ' ' || value != 0)
            break;
    }
    return value;
}

void tar_entry_free(struct tar_entry *entry)
{
    free(entry->name);
    free(entry->link_name);
    for (size_t i = 0; i < entry->xattr_count; i++) {
        free(entry->xattrs[i].name);
        free(entry->xattrs[i].value);
    }
    *entry = (struct tar_entry){0};
}

/* Reads the content of an extension header and applies it to the entry to come. */
static int take_extension(struct tar_input *input, struct tar_overrides *overrides, char type,
                          uint64_t size)
{
    if (size > EXTENSION_SIZE_MAX)
        return bad_archive();
    char *data = calloc(1, (size_t)size + 1);
    if (data == NULL)
        return -1;
    uint64_t padding = (TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE;
    int result = tar_read_bytes(input, data, (size_t)size);
    if (result == 0)
        result = skip_bytes(input, padding);
    if (result == 0 && type == 'x')
        result = tar_parse_pax(overrides, data, (size_t)size);
    else if (result == 0 && type == 'L')
        tar_replace(&overrides->entry.name, tar_copy_text(data, (size_t)size));
    else if (result == 0 && type == 'K')
        tar_replace(&overrides->entry.link_name, tar_copy_text(data, (size_t)size));
    int saved = errno;
    free(data);
    errno = saved;
    return result;
}

static char *header_name(const struct tar_header *header)
{
    if (memcmp(header->magic, "ustar", 6) != 0 || header->prefix[0] == '\0')
        return tar_copy_text(header->name, sizeof header->name);
    size_t prefix = strnlen(header->prefix, sizeof header->prefix);
    size_t name = strnlen(header->name, sizeof header->name);
    char *joined = malloc(prefix + name + 2);
    if (joined == NULL)
        return NULL;
    memcpy(joined, header->prefix, prefix);
    joined[prefix] = '/';
    memcpy(joined + prefix + 1, header->name, name);
    joined[prefix + 1 + name] = '\0';
    return joined;
}

static int fill_entry(struct tar_entry *entry, const struct tar_header *header,
                      const struct tar_overrides *overrides)
{
    *entry = overrides->entry;
    entry->type = header->type == '\0' ? '0' : header->type;
    if (entry->name == NULL)
        entry->name = header_name(header);
    if (entry->link_name == NULL)
        entry->link_name = tar_copy_text(header->link_name, sizeof header->link_name);
    if (entry->name == NULL || entry->link_name == NULL)
        return -1;
    entry->mode = (mode_t)parse_number(header->mode, sizeof header->mode) & 07777;
    if (!overrides->has_uid)
        entry->uid = (uid_t)parse_number(header->uid, sizeof header->uid);
    if (!overrides->has_gid)
        entry->gid = (gid_t)parse_number(header->gid, sizeof header->gid);
    if (!overrides->has_size)
        entry->size = parse_number(header->size, sizeof header->size);
    if (!overrides->has_mtime)
        entry->mtime.tv_sec = (time_t)parse_number(header->mtime, sizeof header->mtime);
    entry->major = (unsigned)parse_number(header->major, sizeof header->major);
    entry->minor = (unsigned)parse_number(header->minor, sizeof header->minor);
    size_t length = strlen(entry->name);
    /* Old archives mark directories by the slash alone. */
    if (entry->type == '0' && length > 0 && entry->name[length - 1] == '/')
        entry->type = '5';
    return 1;
}

static bool is_zero(const struct tar_header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* The next header that is no extension; 0 at the end of the archive. */
static int next_header(struct tar_input *input, struct tar_overrides *overrides,
                       struct tar_header *header)
{
    while (true) {
        ssize_t got = read_fully(input->fd, (uint8_t *)header, TAR_BLOCK_SIZE);
        if (got < 0)
            return -1;
        if (got == 0 || (got == TAR_BLOCK_SIZE && is_zero(header)))
            return 0;
        if (got != TAR_BLOCK_SIZE ||
            parse_number(header->checksum, sizeof header->checksum) != tar_checksum(header))
            return bad_archive();
        char type = header->type;
        if (type != 'x' && type != 'g' && type != 'L' && type != 'K')
            return 1;
        if (take_extension(input, overrides, type,
                           parse_number(header->size, sizeof header->size)) < 0)
            return -1;
    }
}

/* Reads what comes after the end, so that the writer is not cut off. */
static int drain(struct tar_input *input)
{
    static uint8_t waste[8192];
    ssize_t got;
    while ((got = read(input->fd, waste, sizeof waste)) > 0)
        ;
    return got < 0 ? -1 : 0;
}

int tar_next(struct tar_input *input, struct tar_entry *entry)
{
    struct tar_overrides overrides = {0};
    struct tar_header header;
    if (skip_bytes(input, input->left) < 0 || skip_bytes(input, input->padding) < 0)
        return -1;
    tar_entry_free(entry);
    input->left = input->padding = 0;
    int result = next_header(input, &overrides, &header);
    if (result > 0)
        result = fill_entry(entry, &header, &overrides);
    else
        tar_entry_free(&overrides.entry);
    if (result == 0)
        return drain(input);
    if (result < 0)
        return -1;
    /* Links have no content, even where the header repeats the size of the file. */
    input->left = entry->type == '0' || entry->type == '7' ? entry->size : 0;
    input->padding = (TAR_BLOCK_SIZE - input->left % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE;
    return 1;
}
