/* The blocks of a tar archive, POSIX.1-2001 (pax) with what GNU tar reads too. */
#ifndef TAR_FORMAT_H
#define TAR_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK_SIZE = 512 };

struct tar_header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link_name[100];
    char magic[8];
    char user_name[32];
    char group_name[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char padding[12];
};

_Static_assert(sizeof(struct tar_header) == TAR_BLOCK_SIZE, "a header is one block");

/* The sum over a header with its own field as spaces. */
static inline unsigned tar_checksum(const struct tar_header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    size_t begin = offsetof(struct tar_header, checksum);
    unsigned sum = 0;
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
        sum += i >= begin && i < begin + sizeof header->checksum ? ' ' : bytes[i];
    return sum;
}

#endif
