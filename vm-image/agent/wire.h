/* Reading and writing the protocol's bytes. Readers never run past their end: they turn `bad`. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *data;
    size_t left;
    bool bad;
};

/* One field of a body. */
struct field_view {
    uint8_t tag;
    struct reader value;
};

struct reader reader_of(const void *data, size_t length);
uint8_t read_u8(struct reader *reader);
uint16_t read_u16(struct reader *reader);
uint32_t read_u32(struct reader *reader);
const uint8_t *read_bytes(struct reader *reader, size_t length);

/* The next field; false at the end, or with `bad` set when the rest is no field. */
bool read_field(struct reader *reader, struct field_view *field);
/* The first field with that tag; its value is empty and the result false when there is none. */
bool find_field(struct reader body, uint8_t tag, struct reader *value);
/* An integer field of 1, 2, 4 or 8 bytes, or `missing` when there is none. */
uint64_t field_number(struct reader body, uint8_t tag, uint64_t missing);
/*
 * A string field as a newly allocated C string, NULL when it is missing, holds a zero byte or
 * memory is short. The caller frees it.
 */
char *field_string(struct reader body, uint8_t tag);
/* All string fields with that tag as a NULL-terminated list in one allocation, or NULL. */
char **field_strings(struct reader body, uint8_t tag);

/* Appends to a fixed buffer; what does not fit turns it `full`. */
struct writer {
    uint8_t *data;
    size_t size;
    size_t used;
    bool full;
};

struct writer writer_of(void *data, size_t size);
void write_u8(struct writer *writer, uint8_t value);
void write_u16(struct writer *writer, uint16_t value);
void write_u32(struct writer *writer, uint32_t value);
void write_bytes(struct writer *writer, const void *data, size_t length);
void write_field(struct writer *writer, uint8_t tag, const void *data, size_t length);
void write_number_field(struct writer *writer, uint8_t tag, uint64_t value);
void write_string_field(struct writer *writer, uint8_t tag, const char *text);

#endif
