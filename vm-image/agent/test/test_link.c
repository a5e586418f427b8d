#include "../link.h"
#include "../loop.h"
#include "../protocol.h"
#include "../requests.h"
#include "../stream.h"
#include "fake_nic.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = ETHERNET_HEADER_SIZE + LINK_HEADER_SIZE };

static uint32_t reset_errno(uint32_t stream)
{
    size_t length;
    const uint8_t *body = fake_find(stream, MESSAGE_RESET, &length);
    return body == NULL ? 0 : (uint32_t)field_number(reader_of(body, length), FIELD_ERRNO, 0);
}

static uint8_t sent_kind(size_t index)
{
    return index < fake_sent_count ? fake_sent[index].bytes[ETHERNET_HEADER_SIZE + 1] : 0xff;
}

static void test_window(void)
{
    static uint8_t bulk[(LINK_WINDOW_FRAMES + 10) * (FAKE_FRAME_SIZE - HEADERS - 8)];
    fake_host_hello();
    link_message(2, MESSAGE_DATA, CHANNEL_STDOUT, bulk, sizeof bulk);
    link_flush();
    ok(fake_sent_count == LINK_WINDOW_FRAMES, "link_message() stops at the window");
    fake_host_frame(FRAME_ACK, 0, 5, NULL, 0);
    for (int i = 0; i < 3; i++)
        loop_round(0);
    ok(fake_sent_count == LINK_WINDOW_FRAMES + 5, "an acknowledgement opens the window");
    fake_host_frame(FRAME_ACK, 0, 1000, NULL, 0);
    for (int i = 0; i < 3; i++)
        loop_round(0);
    ok(fake_sent_count == LINK_WINDOW_FRAMES + 5,
       "an acknowledgement of what was never sent is ignored");
}

static void test_frame(void)
{
    fake_host_hello();
    link_message(2, MESSAGE_DATA, CHANNEL_STDOUT, "hi", 2);
    link_flush();
    ok(fake_sent_count == 1 && is_vector("data-frame", fake_sent[0].bytes + ETHERNET_HEADER_SIZE,
                                         fake_sent[0].length - ETHERNET_HEADER_SIZE),
       "link_message() sends the bytes of vector data-frame");
}

static void test_gap(void)
{
    fake_host_hello();
    fake_host_frame(FRAME_DATA, 3, 0, NULL, 0);
    loop_round(0);
    ok(sent_kind(0) == FRAME_FAIL, "a missing frame is reported as the end of the link");
}

static void test_acknowledgements(void)
{
    fake_host_hello();
    for (int i = 0; i < LINK_ACK_FRAMES; i++)
        fake_host_data(NULL, 0);
    loop_round(0);
    link_flush();
    ok(fake_sent_count == 1 && sent_kind(0) == FRAME_ACK,
       "received frames are acknowledged in batches");
}

static void test_junk(void)
{
    uint8_t junk[FAKE_FRAME_SIZE];
    fake_host_hello();
    srand(1);
    for (int i = 0; i < 20000; i++) {
        size_t length = (size_t)rand() % sizeof junk;
        for (size_t at = 0; at < length; at++)
            junk[at] = (uint8_t)rand();
        /* Half of them with a good link header, so that the layers above see the junk too. */
        if (i % 2 == 0 && length < FAKE_FRAME_SIZE - HEADERS) {
            if (length > 6)
                memcpy(junk, (uint8_t[]){(uint8_t)(2 + i % 6), 0, 0, 0}, 4);
            fake_host_data(junk, length);
        } else {
            fake_host_raw(junk, length);
        }
        if (i % 64 == 63) {
            fake_run(0);
            fake_clear();
        }
    }
    fake_host_hello();
    fake_host_message(4, MESSAGE_OPEN, 0, (uint8_t[]){0xee}, 1);
    fake_run(0);
    ok(reset_errno(4) == EOPNOTSUPP, "twenty thousand frames of junk do no harm");
}

void test_link(void)
{
    loop_start();
    stream_start(serve_request);
    test_frame();
    test_window();
    test_gap();
    test_acknowledgements();
    test_junk();
}

static void test_malformed(void)
{
    uint8_t payload[32];
    struct writer writer = writer_of(payload, sizeof payload);
    fake_host_hello();
    fake_host_message(10, MESSAGE_DATA, CHANNEL_STDIN, "x", 1);
    fake_run(0);
    ok(reset_errno(10) == ENOENT, "data of an unknown stream is answered with a reset");
    fake_clear();
    fake_host_message(10, MESSAGE_RESET, 0, NULL, 0);
    fake_host_message(10, MESSAGE_CREDIT, 1, "\1\0\0\0", 4);
    fake_run(0);
    ok(reset_errno(10) == 0, "a reset or credit of an unknown stream is not answered");
    write_u32(&writer, 12);
    write_u8(&writer, MESSAGE_OPEN);
    write_u8(&writer, 0);
    write_u16(&writer, 500);
    write_u8(&writer, OPEN_STAT);
    fake_host_data(payload, writer.used);
    fake_run(0);
    ok(reset_errno(12) == EBADMSG, "a message longer than its frame resets its stream");
    fake_host_message(13, MESSAGE_OPEN, 0, (uint8_t[]){OPEN_STAT}, 1);
    fake_run(0);
    ok(reset_errno(13) == ENOENT, "the host cannot open a stream with an odd number");
    fake_host_message(0, MESSAGE_OPEN, 0, (uint8_t[]){OPEN_STAT}, 1);
    fake_run(0);
    ok(reset_errno(0) == ENOENT, "the host cannot open stream 0");
}

static void test_credit(void)
{
    uint8_t body[64];
    struct writer writer = writer_of(body, sizeof body);
    fake_host_hello();
    write_u8(&writer, OPEN_WRITE_FILE);
    write_string_field(&writer, FIELD_PATH, "/dev/null");
    fake_host_message(20, MESSAGE_OPEN, 0, body, writer.used);
    fake_host_message(20, MESSAGE_CREDIT, CHANNEL_STDOUT, "\1\0\0\0", 4);
    fake_run(0);
    ok(reset_errno(20) == EBADMSG, "more credit than the window resets the stream");
    fake_host_message(22, MESSAGE_OPEN, 0, body, writer.used);
    fake_host_message(22, MESSAGE_OPEN, 0, body, writer.used);
    fake_run(0);
    ok(reset_errno(22) == EBADMSG, "a second opening resets the stream");
    fake_host_message(24, MESSAGE_OPEN, 0, body, writer.used);
    fake_host_message(24, MESSAGE_DATA, 9, "x", 1);
    fake_run(0);
    ok(reset_errno(24) == EBADMSG, "an unknown channel resets the stream");
}

static void test_too_long(void)
{
    uint8_t part[500] = {OPEN_STAT};
    fake_host_hello();
    for (size_t sent = 0; sent < MESSAGE_SIZE_MAX + sizeof part; sent += sizeof part) {
        fake_host_message(30, MESSAGE_OPEN | MESSAGE_MORE, 0, part, sizeof part);
        if (sent % (64 * sizeof part) == 0)
            fake_run(0);
    }
    fake_run(0);
    ok(reset_errno(30) == EBADMSG, "a message without end resets its stream");
}

static void test_too_many(void)
{
    fake_host_hello();
    for (uint32_t i = 0; i <= STREAM_COUNT_MAX; i++) {
        fake_host_message(1000 + 2 * i, MESSAGE_OPEN | MESSAGE_MORE, 0, "\4", 1);
        if (i % 64 == 0)
            fake_run(0);
    }
    fake_run(0);
    ok(reset_errno(1000 + 2 * STREAM_COUNT_MAX) == EMFILE, "one stream too many is refused");
    fake_host_hello();
    fake_host_message(2, MESSAGE_OPEN, 0, (uint8_t[]){0xee}, 1);
    fake_run(0);
    ok(reset_errno(2) == EOPNOTSUPP, "hello forgets all streams");
}

void test_streams(void)
{
    test_malformed();
    test_credit();
    test_too_long();
    test_too_many();
}
