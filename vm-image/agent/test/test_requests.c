#include "../protocol.h"
#include "../wire.h"
#include "fake_nic.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/agent-test-XXXXXX";

static size_t path_request(uint8_t *body, size_t size, uint8_t kind, const char *name)
{
    char path[256];
    struct writer writer = writer_of(body, size);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    write_u8(&writer, kind);
    write_string_field(&writer, FIELD_PATH, path);
    return writer.used;
}

static bool wait_for(uint32_t stream, uint8_t type, const uint8_t **body, size_t *length)
{
    for (int i = 0; i < 100; i++) {
        fake_run(20);
        *body = fake_find(stream, type, length);
        if (*body != NULL)
            return true;
    }
    return false;
}

static void test_write_and_read(void)
{
    uint8_t request[300];
    const uint8_t *body;
    size_t length, size;
    size = path_request(request, sizeof request, OPEN_WRITE_FILE, "file");
    fake_host_message(100, MESSAGE_OPEN, 0, request, size);
    fake_host_message(100, MESSAGE_DATA, CHANNEL_STDIN, "content", 7);
    fake_host_message(100, MESSAGE_EOF, CHANNEL_STDIN, NULL, 0);
    ok(wait_for(100, MESSAGE_CLOSE, &body, &length) &&
           fake_find(100, MESSAGE_CONTROL, &length) != NULL,
       "OPEN_WRITE_FILE answers with a result and closes");
    size = path_request(request, sizeof request, OPEN_READ_FILE, "file");
    fake_host_message(102, MESSAGE_OPEN, 0, request, size);
    ok(wait_for(102, MESSAGE_CLOSE, &body, &length), "OPEN_READ_FILE comes to its end");
    body = fake_find(102, MESSAGE_DATA, &length);
    ok(body != NULL && length == 7 && memcmp(body, "content", 7) == 0,
       "OPEN_READ_FILE carries the content");
    size = path_request(request, sizeof request, OPEN_READ_FILE, "missing");
    fake_host_message(104, MESSAGE_OPEN, 0, request, size);
    bool found = wait_for(104, MESSAGE_RESET, &body, &length);
    ok(found && field_number(reader_of(body, length), FIELD_ERRNO, 0) == ENOENT,
       "a missing file resets its stream with ENOENT");
}

static size_t add_exec(uint8_t *section, size_t size, const char *program, const char *script)
{
    uint8_t step[256];
    struct writer writer = writer_of(step, sizeof step);
    struct writer outer = writer_of(section, size);
    write_u8(&writer, OPERATION_EXEC);
    write_string_field(&writer, FIELD_PATH, program);
    write_string_field(&writer, FIELD_ARGUMENT, "sh");
    write_string_field(&writer, FIELD_ARGUMENT, "-c");
    write_string_field(&writer, FIELD_ARGUMENT, script);
    write_string_field(&writer, FIELD_ENVIRONMENT, "X=y");
    write_field(&outer, FIELD_STEP, step, writer.used);
    return outer.used;
}

static size_t run_request(uint8_t *body, size_t size, const char *program, const char *script)
{
    uint8_t section[300] = {SECTION_CHILD};
    struct writer writer = writer_of(body, size);
    size_t used = 1 + add_exec(section + 1, sizeof section - 1, program, script);
    write_u8(&writer, OPEN_RUN);
    write_number_field(&writer, FIELD_STDIO, 2);
    write_field(&writer, FIELD_SECTION, section, used);
    return writer.used;
}

static void test_run(void)
{
    uint8_t request[400];
    const uint8_t *body;
    size_t length;
    size_t size = run_request(request, sizeof request, "/bin/sh", "echo $X; exit 3");
    fake_host_message(110, MESSAGE_OPEN, 0, request, size);
    bool closed = wait_for(110, MESSAGE_CLOSE, &body, &length);
    body = fake_find(110, MESSAGE_DATA, &length);
    ok(closed && body != NULL && length == 2 && memcmp(body, "y\n", 2) == 0,
       "OPEN_RUN runs a program with its environment");
    size = run_request(request, sizeof request, "/proc/no/such/program", "");
    fake_host_message(112, MESSAGE_OPEN, 0, request, size);
    closed = wait_for(112, MESSAGE_CLOSE, &body, &length);
    body = fake_find(112, MESSAGE_CONTROL, &length);
    struct reader fields = reader_of(body, body == NULL ? 0 : length);
    ok(closed && read_u8(&fields) == CONTROL_FAILURE &&
           field_number(fields, FIELD_ERRNO, 0) == ENOENT &&
           field_number(fields, FIELD_OPERATION, 0) == OPERATION_EXEC,
       "a program that is not there is a failure of exec");
}

/* Counts the messages; true when they carry 300 lines of two bytes in their order. */
static bool read_lines(uint32_t stream, size_t *count)
{
    const uint8_t *body;
    size_t length, total = 0;
    bool same = true;
    for (*count = 0; (body = fake_find_at(stream, MESSAGE_DATA, *count, &length)) != NULL;
         ++*count) {
        for (size_t i = 0; i < length; i++)
            same = same && body[i] == ((total + i) % 2 == 0 ? 'y' : '\n');
        total += length;
    }
    return same && total == 600;
}

static void test_gathering(void)
{
    uint8_t request[400];
    const uint8_t *body;
    size_t length, count;
    size_t size = run_request(request, sizeof request, "/bin/sh",
                              "i=0; while [ $i -lt 300 ]; do echo $X; i=$((i + 1)); done");
    fake_host_message(114, MESSAGE_OPEN, 0, request, size);
    bool closed = wait_for(114, MESSAGE_CLOSE, &body, &length);
    ok(closed && read_lines(114, &count), "what is written line by line arrives whole");
    ok(count <= 100, "lines of a burst share messages: %zu for 300 lines", count);
}

void test_requests(void)
{
    char command[300];
    ok(mkdtemp(folder) != NULL, "mkdtemp() makes a folder");
    fake_host_hello();
    test_write_and_read();
    /* clone3 with CLONE_PARENT is refused to the init of a pid namespace only. */
    test_run();
    test_gathering();
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ok(system(command) == 0, "the folder is removed");
}
