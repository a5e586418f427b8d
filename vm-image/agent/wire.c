#include "wire.h"
#include "protocol.h"

#include <stdlib.h>
#include <string.h>

struct reader reader_of(const void *data, size_t length)
{
    return (struct reader){.data = data, .left = length, .bad = false};
}

const uint8_t *read_bytes(struct reader *reader, size_t length)
{
    if (reader->bad || length > reader->left) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->data;
    reader->data += length;
    reader->left -= length;
    return bytes;
}

static uint64_t read_number(struct reader *reader, size_t length)
{
    const uint8_t *bytes = read_bytes(reader, length);
    uint64_t value = 0;
    if (bytes == NULL)
        return 0;
    for (size_t i = length; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

uint8_t read_u8(struct reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint16_t read_u16(struct reader *reader)
{
    return (uint16_t)read_number(reader, 2);
}

uint32_t read_u32(struct reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

bool read_field(struct reader *reader, struct field_view *field)
{
    if (reader->bad || reader->left == 0)
        return false;
    field->tag = read_u8(reader);
    uint32_t length = read_u32(reader);
    const uint8_t *bytes = read_bytes(reader, length);
    field->value = reader_of(bytes, bytes == NULL ? 0 : length);
    return bytes != NULL;
}

bool find_field(struct reader body, uint8_t tag, struct reader *value)
{
    struct field_view field;
    while (read_field(&body, &field)) {
        if (field.tag == tag) {
            *value = field.value;
            return true;
        }
    }
    *value = reader_of(NULL, 0);
    return false;
}

uint64_t field_number(struct reader body, uint8_t tag, uint64_t missing)
{
    struct reader value;
    if (!find_field(body, tag, &value) || value.left == 0 || value.left > 8)
        return missing;
    return read_number(&value, value.left);
}

char *field_string(struct reader body, uint8_t tag)
{
    struct reader value;
    if (!find_field(body, tag, &value) || memchr(value.data, 0, value.left) != NULL)
        return NULL;
    char *text = malloc(value.left + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, value.data, value.left);
    text[value.left] = '\0';
    return text;
}

char **field_strings(struct reader body, uint8_t tag)
{
    struct field_view field;
    size_t count = 0, bytes = 0;
    for (struct reader rest = body; read_field(&rest, &field);) {
        if (field.tag != tag)
            continue;
        if (memchr(field.value.data, 0, field.value.left) != NULL)
            return NULL;
        count++;
        bytes += field.value.left + 1;
    }
    char **list = malloc((count + 1) * sizeof(char *) + bytes);
    if (list == NULL)
        return NULL;
    char *text = (char *)(list + count + 1);
    size_t index = 0;
    for (struct reader rest = body; read_field(&rest, &field);) {
        if (field.tag != tag)
            continue;
        list[index++] = text;
        memcpy(text, field.value.data, field.value.left);
        text[field.value.left] = '\0';
        text += field.value.left + 1;
    }
    list[index] = NULL;
    return list;
}

struct writer writer_of(void *data, size_t size)
{
    return (struct writer){.data = data, .size = size, .used = 0, .full = false};
}

void write_bytes(struct writer *writer, const void *data, size_t length)
{
    if (writer->full || length > writer->size - writer->used) {
        writer->full = true;
        return;
    }
    if (length > 0)
        memcpy(writer->data + writer->used, data, length);
    writer->used += length;
}

static void write_number(struct writer *writer, uint64_t value, size_t length)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    write_bytes(writer, bytes, length);
}

void write_u8(struct writer *writer, uint8_t value)
{
    write_number(writer, value, 1);
}

void write_u16(struct writer *writer, uint16_t value)
{
    write_number(writer, value, 2);
}

void write_u32(struct writer *writer, uint32_t value)
{
    write_number(writer, value, 4);
}

void write_field(struct writer *writer, uint8_t tag, const void *data, size_t length)
{
    if (writer->full || length + FIELD_HEADER_SIZE > writer->size - writer->used) {
        writer->full = true;
        return;
    }
    write_u8(writer, tag);
    write_u32(writer, (uint32_t)length);
    write_bytes(writer, data, length);
}

void write_number_field(struct writer *writer, uint8_t tag, uint64_t value)
{
    uint8_t bytes[8];
    struct writer number = writer_of(bytes, sizeof bytes);
    size_t length = value > UINT32_MAX ? 8 : 4;
    write_number(&number, value, length);
    write_field(writer, tag, bytes, length);
}

void write_string_field(struct writer *writer, uint8_t tag, const char *text)
{
    write_field(writer, tag, text, strlen(text));
}
