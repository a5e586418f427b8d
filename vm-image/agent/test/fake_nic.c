#include "fake_nic.h"
#include "../job.h"
#include "../link.h"
#include "../loop.h"
#include "../nic.h"
#include "../protocol.h"
#include "../wire.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEADERS = ETHERNET_HEADER_SIZE + LINK_HEADER_SIZE };

struct fake_frame fake_sent[FAKE_FRAMES_MAX];
size_t fake_sent_count;

static struct fake_frame incoming[FAKE_FRAMES_MAX];
static size_t incoming_count, incoming_taken;
static uint32_t host_sequence, host_expected;
static int event_fd = -1;

int nic_open(size_t *frame_size_max)
{
    *frame_size_max = FAKE_FRAME_SIZE;
    event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event_fd;
}

ssize_t nic_send(int fd, uint8_t *frame, size_t length)
{
    (void)fd;
    if (length > FAKE_FRAME_SIZE || fake_sent_count == FAKE_FRAMES_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    if (frame[ETHERNET_HEADER_SIZE + 1] == FRAME_DATA)
        host_expected++;
    struct fake_frame *copy = &fake_sent[fake_sent_count++];
    copy->length = length;
    memcpy(copy->bytes, frame, length);
    return (ssize_t)length;
}

ssize_t nic_receive(int fd, uint8_t *frame, size_t size)
{
    uint64_t waste;
    if (incoming_taken == incoming_count) {
        incoming_taken = incoming_count = 0;
        if (read(fd, &waste, sizeof waste) < 0)
            return -1;
        errno = EAGAIN;
        return -1;
    }
    struct fake_frame *next = &incoming[incoming_taken++];
    if (next->length > size)
        return 0;
    memcpy(frame, next->bytes, next->length);
    return (ssize_t)next->length;
}

void fake_clear(void)
{
    fake_sent_count = 0;
}

void fake_host_raw(const void *bytes, size_t length)
{
    uint64_t one = 1;
    struct fake_frame *next = &incoming[incoming_count++];
    next->length = length;
    memcpy(next->bytes, bytes, length);
    if (write(event_fd, &one, sizeof one) < 0)
        incoming_count = 0;
}

void fake_host_frame(uint8_t kind, uint32_t sequence, uint32_t acknowledgement, const void *payload,
                     size_t length)
{
    uint8_t frame[FAKE_FRAME_SIZE] = {0};
    struct writer writer = writer_of(frame, sizeof frame);
    writer.used = ETHERNET_HEADER_SIZE;
    write_u8(&writer, LINK_VERSION);
    write_u8(&writer, kind);
    write_u16(&writer, (uint16_t)length);
    write_u32(&writer, sequence);
    write_u32(&writer, acknowledgement);
    write_bytes(&writer, payload, length);
    fake_host_raw(frame, writer.used);
}

void fake_host_data(const void *payload, size_t length)
{
    fake_host_frame(FRAME_DATA, host_sequence++, host_expected, payload, length);
}

void fake_host_hello(void)
{
    host_sequence = 0;
    fake_host_frame(FRAME_HELLO, 0, 0, NULL, 0);
    fake_run(0);
    host_expected = 0;
    fake_clear();
}

void fake_host_message(uint32_t stream, uint8_t type, uint8_t channel, const void *bytes,
                       size_t length)
{
    uint8_t payload[FAKE_FRAME_SIZE - HEADERS];
    struct writer writer = writer_of(payload, sizeof payload);
    write_u32(&writer, stream);
    write_u8(&writer, type);
    write_u8(&writer, channel);
    write_u16(&writer, (uint16_t)length);
    write_bytes(&writer, bytes, length);
    fake_host_data(payload, writer.used);
}

void fake_host_acknowledge(void)
{
    fake_host_frame(FRAME_ACK, host_sequence, host_expected, NULL, 0);
}

void fake_run(int quiet_ms)
{
    int status;
    size_t before;
    do {
        before = fake_sent_count;
        for (int i = 0; i < 4; i++) {
            link_flush();
            loop_round(quiet_ms / 4);
            link_flush();
        }
        job_read_all();
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
            job_reaped(pid, status);
        link_flush();
        if (fake_sent_count != before)
            fake_host_acknowledge();
    } while (fake_sent_count != before);
}

const uint8_t *fake_find(uint32_t stream, uint8_t type, size_t *length)
{
    return fake_find_at(stream, type, 0, length);
}

const uint8_t *fake_find_at(uint32_t stream, uint8_t type, size_t index, size_t *length)
{
    for (size_t i = 0; i < fake_sent_count; i++) {
        struct reader rest = reader_of(fake_sent[i].bytes, fake_sent[i].length);
        read_bytes(&rest, ETHERNET_HEADER_SIZE + 1);
        uint8_t kind = read_u8(&rest);
        read_bytes(&rest, LINK_HEADER_SIZE - 2);
        while (kind == FRAME_DATA && rest.left > 0 && !rest.bad) {
            uint32_t id = read_u32(&rest);
            uint8_t found = read_u8(&rest);
            read_u8(&rest);
            *length = read_u16(&rest);
            const uint8_t *bytes = read_bytes(&rest, *length);
            if (id == stream && found == type && index-- == 0)
                return bytes;
        }
    }
    return NULL;
}
