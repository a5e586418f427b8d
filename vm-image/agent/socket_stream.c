#include "socket_stream.h"
#include "job_child.h"
#include "netns.h"
#include "protocol.h"

void report_socket(uint8_t record, int fd)
{
    struct writer writer = {.data = &record, .size = 1, .used = 1};
    report_record(&writer, fd);
}

void tell_socket(struct stream *stream, int fd)
{
    uint8_t body[32];
    char host[INET6_ADDRSTRLEN];
    uint16_t port = 0;
    union address local = {0};
    socklen_t length = sizeof local;
    struct writer writer = writer_of(body, sizeof body);
    getsockname(fd, &local.any, &length);
    write_address(&local, host, &port);
    write_u8(&writer, CONTROL_RESULT);
    write_number_field(&writer, FIELD_PORT, port);
    stream_control(stream, body, writer.used);
}

void ignore_data(struct stream *stream, uint8_t channel, const uint8_t *data, size_t length)
{
    (void)data;
    stream_consumed(stream, channel, length);
}

void ignore_channel(struct stream *stream, uint8_t channel)
{
    (void)stream;
    (void)channel;
}

void ignore_control(struct stream *stream, struct reader body)
{
    (void)stream;
    (void)body;
}
