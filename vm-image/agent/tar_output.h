/* The writing end of a tar stream: a buffer, headers, and pax records for what headers cannot say.
 */
#ifndef TAR_OUTPUT_H
#define TAR_OUTPUT_H

#include "tar_format.h"

#include <time.h>

enum { TAR_BUFFER_SIZE = 65536, TAR_PAX_SIZE_MAX = 65536 };

struct tar_output {
    int fd;
    size_t used;
    uint8_t buffer[TAR_BUFFER_SIZE];
    size_t pax_used;
    char pax[TAR_PAX_SIZE_MAX];
};

/* 0, or -1 with errno, as all that returns int here. */
int tar_flush(struct tar_output *output);
int tar_put(struct tar_output *output, const void *data, size_t length);
/* Zeros up to the next block after a content of so many bytes. */
int tar_put_padding(struct tar_output *output, uint64_t size);
/* Completes and writes a header; the pax records added before it come first. */
int tar_put_header(struct tar_output *output, struct tar_header *header);
int tar_put_pax(struct tar_output *output);

void tar_set_octal(char *field, size_t size, uint64_t value);
/* Adds a record for the next header. */
void tar_add_pax(struct tar_output *output, const char *key, const void *value, size_t length);
void tar_add_pax_number(struct tar_output *output, const char *key, uint64_t value);
/* A name or link name: in its field when it fits, and in a pax record otherwise. */
void tar_set_name(struct tar_output *output, char field[100], const char *key, const char *name);
void tar_set_owner(struct tar_output *output, char field[8], const char *key, uint32_t id);
void tar_set_mtime(struct tar_output *output, char field[12], const struct timespec *mtime);

#endif
