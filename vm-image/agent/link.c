#include "link.h"
#include "die.h"
#include "loop.h"
#include "nic.h"
#include "protocol.h"
#include "wake.h"
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

enum {
    /* Frames waiting for the window before readers are told to wait. */
    QUEUE_FRAMES_CONGESTED = 32,
    /* More than this can only be a fault: the link is given up. */
    QUEUE_FRAMES_MAX = 4096,
    RECEIVE_FRAMES_PER_ROUND = 64,
    GREETING_INTERVAL_MS = 250,
    FRAME_OVERHEAD = ETHERNET_HEADER_SIZE + LINK_HEADER_SIZE,
    FRAME_SIZE_MAX = 65536,
};

struct queued_frame {
    struct queued_frame *next;
    size_t length;
    uint8_t bytes[];
};

static struct {
    struct watch watch;
    link_receiver *receiver;
    void (*lost)(void);
    size_t frame_size;
    uint32_t instance;
    bool answered;
    uint32_t sent;         /* sequence number of the next data frame */
    uint32_t acknowledged; /* first number the peer has not acknowledged */
    uint32_t expected;     /* next number from the peer */
    uint32_t unreported;   /* received and not acknowledged */
    struct queued_frame *first;
    struct queued_frame **last;
    size_t queued;
    size_t used; /* bytes in `frame`, header included */
    uint8_t frame[FRAME_SIZE_MAX];
    uint8_t incoming[FRAME_SIZE_MAX];
} wire;

static void transmit(uint8_t *frame, size_t length, uint8_t kind, uint32_t sequence)
{
    struct writer header = writer_of(frame + ETHERNET_HEADER_SIZE, LINK_HEADER_SIZE);
    write_u8(&header, LINK_VERSION);
    write_u8(&header, kind);
    write_u16(&header, (uint16_t)(length - FRAME_OVERHEAD));
    write_u32(&header, sequence);
    write_u32(&header, wire.expected);
    wire.unreported = 0;
    if (nic_send(wire.watch.fd, frame, length) < 0)
        say("Cannot send a frame of %zu bytes: %s", length, strerror(errno));
}

static bool window_open(void)
{
    return wire.sent - wire.acknowledged < LINK_WINDOW_FRAMES;
}

static void reset_link(void)
{
    while (wire.first != NULL) {
        struct queued_frame *next = wire.first->next;
        free(wire.first);
        wire.first = next;
    }
    wire.last = &wire.first;
    wire.queued = 0;
    wire.used = FRAME_OVERHEAD;
    wire.sent = wire.acknowledged = wire.expected = wire.unreported = 0;
    wire.lost();
    /* Closing the streams may have queued words for a peer that no longer knows them. */
    wire.used = FRAME_OVERHEAD;
    loop_resume();
}

static void send_hello(void)
{
    struct utsname name;
    uint8_t frame[FRAME_OVERHEAD + 256];
    struct writer body = writer_of(frame + FRAME_OVERHEAD, 256);
    uname(&name);
    write_number_field(&body, FIELD_VERSION, LINK_VERSION);
    write_number_field(&body, FIELD_INSTANCE, wire.instance);
    write_number_field(&body, FIELD_SIZE, wire.frame_size);
    write_string_field(&body, FIELD_RELEASE, name.release);
    transmit(frame, FRAME_OVERHEAD + body.used, FRAME_HELLO, 0);
}

static void fail_link(uint32_t got)
{
    uint8_t frame[FRAME_OVERHEAD];
    say("Frame %u is missing, got %u", wire.expected, got);
    transmit(frame, sizeof frame, FRAME_FAIL, got);
    wire.answered = false;
    reset_link();
}

static void finish_frame(void)
{
    if (wire.used == FRAME_OVERHEAD)
        return;
    if (wire.first == NULL && window_open()) {
        transmit(wire.frame, wire.used, FRAME_DATA, wire.sent++);
    } else {
        struct queued_frame *copy = malloc(sizeof *copy + wire.used);
        if (copy == NULL || wire.queued >= QUEUE_FRAMES_MAX) {
            free(copy);
            fail_link(wire.expected);
            return;
        }
        copy->next = NULL;
        copy->length = wire.used;
        memcpy(copy->bytes, wire.frame, wire.used);
        *wire.last = copy;
        wire.last = &copy->next;
        wire.queued++;
    }
    wire.used = FRAME_OVERHEAD;
}

static void send_queued(void)
{
    bool congested = link_congested();
    while (wire.first != NULL && window_open()) {
        struct queued_frame *frame = wire.first;
        wire.first = frame->next;
        if (wire.first == NULL)
            wire.last = &wire.first;
        wire.queued--;
        transmit(frame->bytes, frame->length, FRAME_DATA, wire.sent++);
        free(frame);
    }
    if (congested && !link_congested())
        loop_resume();
}

bool link_congested(void)
{
    return wire.queued >= QUEUE_FRAMES_CONGESTED;
}

void link_message(uint32_t stream, uint8_t type, uint8_t channel, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    bool first = true;
    while (first || length > 0) {
        size_t room = wire.frame_size - wire.used;
        /* A sliver at the end of a frame is not worth a fragment. */
        if (room < MESSAGE_HEADER_SIZE + (length < 256 ? length : 256)) {
            finish_frame();
            room = wire.frame_size - wire.used;
        }
        size_t part = room - MESSAGE_HEADER_SIZE;
        if (part > length)
            part = length;
        bool more = part < length && type != MESSAGE_DATA;
        struct writer writer = writer_of(wire.frame + wire.used, room);
        write_u32(&writer, stream);
        write_u8(&writer, more ? (uint8_t)(type | MESSAGE_MORE) : type);
        write_u8(&writer, channel);
        write_u16(&writer, (uint16_t)part);
        write_bytes(&writer, bytes, part);
        wire.used += writer.used;
        bytes += part;
        length -= part;
        first = false;
    }
}

void link_flush(void)
{
    finish_frame();
    if (wire.unreported >= LINK_ACK_FRAMES) {
        uint8_t frame[FRAME_OVERHEAD];
        transmit(frame, sizeof frame, FRAME_ACK, wire.sent);
    }
}

static void take_messages(struct reader payload)
{
    while (payload.left > 0) {
        uint32_t stream = read_u32(&payload);
        uint8_t type = read_u8(&payload);
        uint8_t channel = read_u8(&payload);
        uint16_t length = read_u16(&payload);
        if (payload.bad)
            return;
        bool bad = length > payload.left;
        size_t taken = bad ? payload.left : length;
        wire.receiver(stream, type, channel, read_bytes(&payload, taken), taken, bad);
    }
}

static void take_frame(struct reader frame)
{
    read_bytes(&frame, ETHERNET_HEADER_SIZE);
    uint8_t version = read_u8(&frame);
    uint8_t kind = read_u8(&frame);
    uint16_t length = read_u16(&frame);
    uint32_t sequence = read_u32(&frame);
    uint32_t acknowledgement = read_u32(&frame);
    /* Short frames are padded to Ethernet's minimum, so more than `length` may be there. */
    if (frame.bad || version != LINK_VERSION || length > frame.left)
        return;
    frame.left = length;
    if (kind == FRAME_WAKE) {
        wake(frame);
        return;
    }
    if (kind == FRAME_HELLO || kind == FRAME_FAIL) {
        reset_link();
        wire.answered = kind == FRAME_HELLO;
        send_hello();
        return;
    }
    if (acknowledgement - wire.acknowledged <= wire.sent - wire.acknowledged) {
        wire.acknowledged = acknowledgement;
        wire.answered = true;
        send_queued();
    }
    if (kind != FRAME_DATA)
        return;
    if (sequence != wire.expected) {
        fail_link(sequence);
        return;
    }
    wire.expected++;
    wire.unreported++;
    take_messages(frame);
}

static void receive_frames(struct watch *watch, uint32_t events)
{
    (void)events;
    for (int i = 0; i < RECEIVE_FRAMES_PER_ROUND; i++) {
        ssize_t length = nic_receive(watch->fd, wire.incoming, sizeof wire.incoming);
        if (length < 0)
            break;
        take_frame(reader_of(wire.incoming, (size_t)length));
        if (wire.unreported >= LINK_ACK_FRAMES)
            link_flush();
    }
}

int link_greet(void)
{
    static struct timespec last;
    struct timespec now;
    if (wire.answered)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long passed = (long)(now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000;
    if (last.tv_sec == 0 || passed >= GREETING_INTERVAL_MS) {
        last = now;
        send_hello();
        return GREETING_INTERVAL_MS;
    }
    return (int)(GREETING_INTERVAL_MS - passed);
}

void link_start(link_receiver *receiver, void (*lost)(void))
{
    wire.receiver = receiver;
    wire.lost = lost;
    wire.last = &wire.first;
    wire.used = FRAME_OVERHEAD;
    int fd = nic_open(&wire.frame_size);
    if (wire.frame_size > FRAME_SIZE_MAX - 1)
        wire.frame_size = FRAME_SIZE_MAX - 1;
    if (getrandom(&wire.instance, sizeof wire.instance, GRND_NONBLOCK) < 0)
        wire.instance = (uint32_t)time(NULL);
    loop_add(&wire.watch, fd, EPOLLIN, receive_frames);
}
