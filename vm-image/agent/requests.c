#include "requests.h"
#include "connect.h"
#include "datagrams.h"
#include "ethernet.h"
#include "files.h"
#include "job.h"
#include "listen.h"
#include "plan.h"
#include "protocol.h"
#include "watch.h"

#include <errno.h>
#include <signal.h>

struct request_entry {
    uint8_t kind;
    int stdio;
    void (*work)(struct reader body);
};

static const struct request_entry entries[] = {
    {OPEN_APPLY, 0, apply_plan},
    {OPEN_STAT, 0, stat_file},
    {OPEN_READ_FILE, STDIO_OUT, read_file},
    {OPEN_WRITE_FILE, STDIO_IN, write_file},
    {OPEN_READ_FILES, STDIO_OUT, read_files},
    {OPEN_READ_DIRECTORY, STDIO_OUT, read_directory},
    {OPEN_READ_TAR, STDIO_OUT, read_tar},
    {OPEN_WRITE_TAR, STDIO_IN, write_tar},
    {OPEN_CONNECT, 0, connect_target},
    {OPEN_LISTEN, 0, listen_target},
    {OPEN_DATAGRAMS, 0, datagrams_target},
    {OPEN_ETHERNET, 0, ethernet_target},
};

static void send_signal(struct stream *stream, struct reader body)
{
    uint8_t result[1] = {CONTROL_RESULT};
    uint32_t process = (uint32_t)field_number(body, FIELD_STREAM, 0);
    pid_t pid = (pid_t)field_number(body, FIELD_PID, 0);
    /* A stream names its process for certain: a pid may be somebody else's by now. */
    if (process != 0)
        pid = job_pid(process);
    errno = ESRCH;
    /* Neither groups nor everybody, and not the agent. */
    if (pid <= 1 || kill(pid, (int)field_number(body, FIELD_SIGNAL, 0)) < 0) {
        stream_reset(stream, errno, "Cannot signal the process");
        return;
    }
    stream_control(stream, result, sizeof result);
    stream_close(stream);
}

void serve_request(struct stream *stream, struct reader body)
{
    uint8_t kind = read_u8(&body);
    if (kind == OPEN_RUN) {
        job_start(stream, (int)field_number(body, FIELD_STDIO, 0), body, run_plan);
        return;
    }
    if (kind == OPEN_SIGNAL) {
        send_signal(stream, body);
        return;
    }
    if (kind == OPEN_WATCH) {
        watch_file(stream, body);
        return;
    }
    if (kind == OPEN_CONNECT && connect_here(stream, body))
        return;
    for (unsigned i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (entries[i].kind == kind) {
            job_start(stream, entries[i].stdio, body, entries[i].work);
            return;
        }
    }
    stream_reset(stream, EOPNOTSUPP, "Request is unknown");
}
