#include "../netns.h"
#include "../protocol.h"
#include "../wire.h"
#include "fake_nic.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static const uint8_t *wait_for(uint32_t stream, uint8_t type, size_t *length)
{
    const uint8_t *body = NULL;
    for (int i = 0; i < 100 && body == NULL; i++) {
        fake_run(20);
        body = fake_find(stream, type, length);
    }
    return body;
}

/* Opens a socket on loopback; its port, 0 when there is none. */
static uint16_t open_socket(uint32_t stream, uint8_t kind)
{
    uint8_t request[100];
    size_t length;
    struct writer writer = writer_of(request, sizeof request);
    write_u8(&writer, kind);
    write_string_field(&writer, FIELD_HOST, "127.0.0.1");
    write_number_field(&writer, FIELD_PORT, 0);
    fake_host_message(stream, MESSAGE_OPEN, 0, request, writer.used);
    const uint8_t *body = wait_for(stream, MESSAGE_CONTROL, &length);
    if (body == NULL)
        return 0;
    struct reader fields = reader_of(body, length);
    read_u8(&fields);
    return (uint16_t)field_number(fields, FIELD_PORT, 0);
}

static int connect_to(int type, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The stream of a connection that was accepted; 0 when there is none. */
static uint32_t accepted_stream(struct reader *fields)
{
    /* Those of the guest are odd, and earlier tests have used some. */
    for (uint32_t id = 1; id < 200; id += 2) {
        size_t length;
        const uint8_t *body = fake_find(id, MESSAGE_OPEN, &length);
        *fields = reader_of(body, body == NULL ? 0 : length);
        if (body != NULL && read_u8(fields) == OPEN_ACCEPTED)
            return id;
    }
    return 0;
}

static void test_accept(uint16_t port)
{
    struct reader fields;
    size_t length;
    char text[8] = "";
    int fd = connect_to(SOCK_STREAM, port);
    fake_run(20);
    uint32_t id = accepted_stream(&fields);
    ok(fd >= 0 && id != 0 && field_number(fields, FIELD_STREAM, 0) == 200 &&
           field_number(fields, FIELD_TARGET_PORT, 0) == port,
       "a connection is a stream that names its listener and its destination");
    if (send(fd, "hello", 5, MSG_NOSIGNAL) != 5)
        id = 0;
    const uint8_t *data = wait_for(id, MESSAGE_DATA, &length);
    ok(data != NULL && length == 5 && memcmp(data, "hello", 5) == 0, "it carries what comes");
    fake_host_message(id, MESSAGE_DATA, CHANNEL_STDIN, "world", 5);
    fake_run(20);
    ok(recv(fd, text, sizeof text, MSG_DONTWAIT) == 5 && memcmp(text, "world", 5) == 0,
       "and what the host sends");
    fake_host_message(id, MESSAGE_RESET, 0, NULL, 0);
    fake_run(20);
    ok(recv(fd, text, sizeof text, MSG_DONTWAIT) < 0 && errno == ECONNRESET,
       "a stream that the host resets resets the connection");
    close(fd);
}

static void test_listener(void)
{
    size_t length;
    uint16_t port = open_socket(200, OPEN_LISTEN);
    ok(port != 0, "OPEN_LISTEN answers with the port");
    test_accept(port);
    fake_host_message(200, MESSAGE_CLOSE, 0, NULL, 0);
    fake_run(20);
    ok(connect_to(SOCK_STREAM, port) < 0, "a closed listener takes no connections");
    uint8_t request[100];
    struct writer writer = writer_of(request, sizeof request);
    write_u8(&writer, OPEN_LISTEN);
    write_string_field(&writer, FIELD_HOST, "name.example");
    fake_host_message(202, MESSAGE_OPEN, 0, request, writer.used);
    const uint8_t *body = wait_for(202, MESSAGE_RESET, &length);
    ok(body != NULL && field_number(reader_of(body, length), FIELD_ERRNO, 0) == EINVAL,
       "what is no address resets its stream with EINVAL");
}

static void test_datagrams(void)
{
    uint8_t datagram[64];
    char text[8] = "";
    size_t length;
    uint16_t port = open_socket(204, OPEN_DATAGRAMS);
    int fd = connect_to(SOCK_DGRAM, port);
    if (send(fd, "ping", 4, 0) != 4)
        port = 0;
    const uint8_t *data = wait_for(204, MESSAGE_DATA, &length);
    bool whole = data != NULL && length == DATAGRAM_HEADER_SIZE + 4;
    ok(port != 0 && whole && memcmp(data + DATAGRAM_HEADER_SIZE, "ping", 4) == 0,
       "OPEN_DATAGRAMS carries datagrams with their sender");
    if (!whole)
        return;
    memcpy(datagram, data, length);
    memcpy(datagram + DATAGRAM_HEADER_SIZE, "pong", 4);
    fake_host_message(204, MESSAGE_DATA, CHANNEL_STDIN, datagram, 7);
    fake_host_message(204, MESSAGE_DATA, CHANNEL_STDIN, datagram + 7, length - 7);
    fake_run(20);
    ok(recv(fd, text, sizeof text, MSG_DONTWAIT) == 4 && memcmp(text, "pong", 4) == 0,
       "and sends those of the host, in however many pieces they come");
    fake_host_message(204, MESSAGE_CLOSE, 0, NULL, 0);
    fake_run(20);
    close(fd);
}

static void open_connection(uint32_t stream, uint16_t port)
{
    uint8_t request[100];
    struct writer writer = writer_of(request, sizeof request);
    write_u8(&writer, OPEN_CONNECT);
    write_string_field(&writer, FIELD_HOST, "127.0.0.1");
    write_number_field(&writer, FIELD_PORT, port);
    fake_host_message(stream, MESSAGE_OPEN, 0, request, writer.used);
}

static void test_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    size_t length;
    char text[8] = "";
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 1) < 0 ||
        getsockname(server, (struct sockaddr *)&address, &size) < 0)
        errno = 0;
    open_connection(206, ntohs(address.sin_port));
    const uint8_t *body = wait_for(206, MESSAGE_CONTROL, &length);
    ok(body != NULL && body[0] == CONTROL_RESULT, "OPEN_CONNECT answers when it is connected");
    int fd = accept(server, NULL, NULL);
    if (send(fd, "hello", 5, MSG_NOSIGNAL) != 5)
        fd = -1;
    const uint8_t *data = wait_for(206, MESSAGE_DATA, &length);
    ok(data != NULL && length == 5 && memcmp(data, "hello", 5) == 0, "and carries what comes");
    fake_host_message(206, MESSAGE_DATA, CHANNEL_STDIN, "world", 5);
    fake_host_message(206, MESSAGE_EOF, CHANNEL_STDIN, NULL, 0);
    fake_run(20);
    ok(recv(fd, text, sizeof text, MSG_DONTWAIT) == 5 && memcmp(text, "world", 5) == 0 &&
           recv(fd, text, sizeof text, MSG_DONTWAIT) == 0,
       "and what the host sends, to its end");
    close(fd);
    close(server);
    open_connection(208, ntohs(address.sin_port));
    body = wait_for(208, MESSAGE_RESET, &length);
    ok(body != NULL && field_number(reader_of(body, length), FIELD_ERRNO, 0) == ECONNREFUSED,
       "where nobody listens it is reset with ECONNREFUSED");
}

void test_sockets(void)
{
    fake_host_hello();
    test_listener();
    fake_clear();
    test_datagrams();
    fake_clear();
    test_connect();
}
