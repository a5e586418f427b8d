#include "watch.h"
#include "loop.h"
#include "protocol.h"
#include "socket_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { CONTENT_SIZE_MAX = 4096 };

struct file_watch {
    struct watch watch;
    struct stream *stream;
    int fd;
    size_t last_length;
    uint8_t last[CONTENT_SIZE_MAX];
};

static void release(struct file_watch *file)
{
    loop_remove(&file->watch);
    close(file->fd);
    loop_free(file);
}

/* Tells the content unless it is what was told last. */
static bool tell(struct file_watch *file)
{
    uint8_t content[CONTENT_SIZE_MAX];
    uint8_t body[CONTENT_SIZE_MAX + 16];
    struct writer writer = writer_of(body, sizeof body);
    ssize_t length = pread(file->fd, content, sizeof content, 0);
    if (length < 0)
        return false;
    if ((size_t)length == file->last_length && memcmp(content, file->last, (size_t)length) == 0)
        return true;
    memcpy(file->last, content, (size_t)length);
    file->last_length = (size_t)length;
    write_u8(&writer, CONTROL_CONTENT);
    write_field(&writer, FIELD_CONTENT, content, (size_t)length);
    stream_control(file->stream, body, writer.used);
    return true;
}

static void watch_ready(struct watch *watch, uint32_t events)
{
    struct file_watch *file = OWNER_OF(watch, struct file_watch, watch);
    char notices[1024];
    (void)events;
    while (read(watch->fd, notices, sizeof notices) > 0)
        ;
    /* ENODEV: the cgroup is gone. */
    if (!tell(file)) {
        stream_close(file->stream);
        release(file);
    }
}

static void watch_closed(struct stream *stream)
{
    release(stream->owner);
}

static const struct stream_handlers handlers = {
    .data = ignore_data,
    .eof = ignore_channel,
    .credit = ignore_channel,
    .control = ignore_control,
    .closed = watch_closed,
};

void watch_file(struct stream *stream, struct reader body)
{
    uint8_t result[1] = {CONTROL_RESULT};
    char *path = field_string(body, FIELD_PATH);
    struct file_watch *file = calloc(1, sizeof *file);
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int notifier = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (file == NULL || fd < 0 || notifier < 0 ||
        inotify_add_watch(notifier, path, IN_MODIFY | IN_DELETE_SELF) < 0) {
        stream_reset(stream, errno, path == NULL ? "Cannot watch" : path);
        free(file);
        if (fd >= 0)
            close(fd);
        if (notifier >= 0)
            close(notifier);
    } else {
        file->stream = stream;
        file->fd = fd;
        file->last_length = SIZE_MAX;
        stream->handlers = &handlers;
        stream->owner = file;
        stream_control(stream, result, sizeof result);
        loop_add(&file->watch, notifier, EPOLLIN, watch_ready);
        tell(file);
    }
    free(path);
}
