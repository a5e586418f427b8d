#include "../protocol.h"
#include "../queue.h"
#include "../wire.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes that both sides agree on, by name; see vectors.txt. */
static size_t read_vector(const char *name, uint8_t *bytes)
{
    char line[1024];
    size_t count = 0, length = strlen(name);
    FILE *file = fopen(VECTORS_PATH, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned byte;
        int used;
        if (strncmp(line, name, length) != 0 || line[length] != ':')
            continue;
        for (char *rest = line + length + 1; sscanf(rest, " %2x%n", &byte, &used) == 1;
             rest += used)
            bytes[count++] = (uint8_t)byte;
    }
    fclose(file);
    return count;
}

bool is_vector(const char *name, const uint8_t *bytes, size_t length)
{
    uint8_t expected[512];
    size_t size = read_vector(name, expected);
    return size > 0 && size == length && memcmp(expected, bytes, length) == 0;
}

static void check_vector(const char *name, const struct writer *writer)
{
    ok(is_vector(name, writer->data, writer->used), "write_field() writes the bytes of vector %s",
       name);
}

static void test_vectors(void)
{
    uint8_t data[512];
    struct writer writer = writer_of(data, sizeof data);
    write_number_field(&writer, FIELD_PID, 300);
    check_vector("number", &writer);
    writer.used = 0;
    write_number_field(&writer, FIELD_SIZE, 0x123456789aULL);
    check_vector("long-number", &writer);
    writer.used = 0;
    write_string_field(&writer, FIELD_PATH, "/\xc3\xa9");
    check_vector("text", &writer);
    writer.used = 0;
    write_u8(&writer, OPEN_STAT);
    write_string_field(&writer, FIELD_PATH, "/etc");
    write_string_field(&writer, FIELD_ROOT, "/r");
    check_vector("stat-request", &writer);
}

static void test_bounds(void)
{
    static const uint8_t lying[] = {FIELD_PATH, 0xff, 0xff, 0xff, 0xff, 'x'};
    struct field_view field;
    struct reader value, body = reader_of(lying, sizeof lying);
    ok(!read_field(&body, &field) && body.bad, "read_field() refuses a length beyond the end");
    for (size_t length = 0; length < 5; length++) {
        body = reader_of(lying, length);
        ok(!read_field(&body, &field), "read_field() refuses %zu bytes", length);
    }
    ok(!find_field(reader_of(lying, sizeof lying), FIELD_PATH, &value) && value.left == 0,
       "find_field() finds nothing in what is cut off");
    body = reader_of("abc", 3);
    ok(read_u32(&body) == 0 && body.bad && read_u8(&body) == 0,
       "read_u32() turns bad and stays so");
}

static void test_strings(void)
{
    uint8_t data[128];
    struct writer writer = writer_of(data, sizeof data);
    write_field(&writer, FIELD_PATH, "a\0b", 3);
    write_string_field(&writer, FIELD_ARGUMENT, "one");
    write_string_field(&writer, FIELD_ARGUMENT, "");
    struct reader body = reader_of(data, writer.used);
    ok(field_string(body, FIELD_PATH) == NULL, "field_string() refuses a zero byte");
    char **list = field_strings(body, FIELD_ARGUMENT);
    ok(list != NULL && strcmp(list[0], "one") == 0 && *list[1] == '\0' && list[2] == NULL,
       "field_strings() keeps order and empty strings");
    free(list);
    writer = writer_of(data, 8);
    write_string_field(&writer, FIELD_PATH, "too long");
    ok(writer.full && writer.used == 0, "write_field() writes all or nothing");
}

void test_wire(void)
{
    test_vectors();
    test_bounds();
    test_strings();
}

void test_queue(void)
{
    struct queue queue = {0};
    uint8_t out[10000], in[10000];
    size_t written = 0, read = 0;
    bool same = true;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 7);
    while (read < sizeof in) {
        size_t part = 1 + written % 997;
        if (part > sizeof in - written)
            part = sizeof in - written;
        same = same && queue_put(&queue, in + written, part);
        written += part;
        part = queue.used < 500 ? queue.used : 500;
        memcpy(out + read, queue_head(&queue), part);
        queue_drop(&queue, part);
        read += part;
    }
    ok(same && memcmp(in, out, sizeof in) == 0, "queue_put() and queue_drop() keep the order");
    ok(queue.data != NULL && queue.used == 0,
       "queue_drop() keeps a small buffer for the next time");
    ok(queue_put(&queue, in, sizeof in), "queue_put() makes room for much");
    queue_drop(&queue, sizeof in);
    ok(queue.data == NULL, "queue_drop() frees a large buffer when it is empty");
    queue_put(&queue, in, 10);
    queue_free(&queue);
    ok(queue.data == NULL && queue.used == 0, "queue_free() frees what is left");
}
