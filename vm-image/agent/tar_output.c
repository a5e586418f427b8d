#include "tar_output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OCTAL_SIZE_MAX = 077777777 /* of 8-byte number fields: uid, gid */ };

int tar_flush(struct tar_output *output)
{
    size_t done = 0;
    while (done < output->used) {
        ssize_t written = write(output->fd, output->buffer + done, output->used - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        done += (size_t)written;
    }
    output->used = 0;
    return 0;
}

int tar_put(struct tar_output *output, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    while (length > 0) {
        size_t part = TAR_BUFFER_SIZE - output->used;
        if (part > length)
            part = length;
        memcpy(output->buffer + output->used, bytes, part);
        output->used += part;
        bytes += part;
        length -= part;
        if (output->used == TAR_BUFFER_SIZE && tar_flush(output) < 0)
            return -1;
    }
    return 0;
}

int tar_put_padding(struct tar_output *output, uint64_t size)
{
    static const uint8_t zeros[TAR_BLOCK_SIZE];
    return tar_put(output, zeros, (TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE);
}

void tar_set_octal(char *field, size_t size, uint64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%0*" PRIo64, (int)size - 1, value);
    memcpy(field, digits, size - 1);
}

/* The record is "length key=value\n", where the length counts its own digits. */
void tar_add_pax(struct tar_output *output, const char *key, const void *value, size_t length)
{
    size_t rest = strlen(key) + length + 3;
    size_t total = rest + 1;
    for (size_t limit = 10; total >= limit; limit *= 10)
        total++;
    if (total > TAR_PAX_SIZE_MAX - output->pax_used)
        return;
    char *place = output->pax + output->pax_used;
    int head = snprintf(place, TAR_PAX_SIZE_MAX - output->pax_used, "%zu %s=", total, key);
    memcpy(place + head, value, length);
    place[total - 1] = '\n';
    output->pax_used += total;
}

void tar_add_pax_number(struct tar_output *output, const char *key, uint64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    tar_add_pax(output, key, digits, strlen(digits));
}

int tar_put_header(struct tar_output *output, struct tar_header *header)
{
    char digits[8];
    memcpy(header->magic, "ustar\00000", 8);
    snprintf(digits, sizeof digits, "%06o", tar_checksum(header));
    memcpy(header->checksum, digits, 7);
    header->checksum[7] = ' ';
    return tar_put(output, header, sizeof *header);
}

int tar_put_pax(struct tar_output *output)
{
    struct tar_header header = {.type = 'x'};
    if (output->pax_used == 0)
        return 0;
    memcpy(header.name, "PaxHeaders/entry", 17);
    tar_set_octal(header.mode, sizeof header.mode, 0644);
    tar_set_octal(header.uid, sizeof header.uid, 0);
    tar_set_octal(header.gid, sizeof header.gid, 0);
    tar_set_octal(header.size, sizeof header.size, output->pax_used);
    tar_set_octal(header.mtime, sizeof header.mtime, 0);
    if (tar_put_header(output, &header) < 0 || tar_put(output, output->pax, output->pax_used) < 0 ||
        tar_put_padding(output, output->pax_used) < 0)
        return -1;
    output->pax_used = 0;
    return 0;
}

/* A name or link name: in its field when it fits, and in a pax record otherwise. */
void tar_set_name(struct tar_output *output, char field[100], const char *key, const char *name)
{
    size_t length = strlen(name);
    if (length > 100)
        tar_add_pax(output, key, name, length);
    memcpy(field, name, length < 100 ? length : 100);
}

void tar_set_owner(struct tar_output *output, char field[8], const char *key, uint32_t id)
{
    if (id >= OCTAL_SIZE_MAX / 8)
        tar_add_pax_number(output, key, id);
    tar_set_octal(field, 8, id < OCTAL_SIZE_MAX / 8 ? id : 0);
}

void tar_set_mtime(struct tar_output *output, char field[12], const struct timespec *mtime)
{
    char digits[48];
    int64_t seconds = (int64_t)mtime->tv_sec;
    bool plain = seconds >= 0 && seconds < 077777777777LL;
    if (!plain || mtime->tv_nsec != 0) {
        snprintf(digits, sizeof digits, "%" PRId64 ".%09ld", seconds, (long)mtime->tv_nsec);
        tar_add_pax(output, "mtime", digits, strlen(digits));
    }
    tar_set_octal(field, 12, plain ? (uint64_t)seconds : 0);
}
