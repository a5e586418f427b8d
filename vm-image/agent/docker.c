/*
 * It hands argv, environment, working directory and terminal to the host and then carries bytes,
 * with the windows of the stream protocol. It reads and writes its own descriptors, so job control
 * holds by itself: in the background a read of the terminal stops this process, as it should.
 */
#include "docker.h"
#include "docker_output.h"
#include "docker_terminal.h"
#include "local.h"
#include "protocol.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PACKET_SIZE = 32768,
    OPEN_SIZE_MAX = 512 * 1024,
    /* Of the user's config.json; a longer one the host reads itself. */
    CONFIG_SIZE_MAX = 64 * 1024,
};

static int agent = -1;
static bool stdin_ended;
static uint32_t stdin_credit; /* none until the host reads: a command may not want any */
static int exit_code = -1;

static void send_packet(uint8_t type, uint8_t channel, const void *data, size_t length)
{
    uint8_t head[2] = {type, channel};
    struct iovec parts[2] = {{.iov_base = head, .iov_len = 2},
                             {.iov_base = (void *)(uintptr_t)data, .iov_len = length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = length == 0 ? 1 : 2};
    while (sendmsg(agent, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

void send_credit(uint8_t channel, uint32_t amount)
{
    uint8_t data[4];
    struct writer writer = writer_of(data, sizeof data);
    write_u32(&writer, amount);
    send_packet(MESSAGE_CREDIT, channel, data, sizeof data);
}

void send_broken_pipe(uint8_t channel)
{
    uint8_t data[16];
    struct writer writer = writer_of(data, sizeof data);
    write_u8(&writer, CONTROL_BROKEN_PIPE);
    write_number_field(&writer, FIELD_STREAM, channel);
    send_packet(MESSAGE_CONTROL, CHANNEL_NONE, data, writer.used);
}

static void take_catch_pipe(bool caught)
{
    catch_broken_pipe(caught);
    write_through(caught);
}

static void send_size(void)
{
    uint8_t data[32];
    struct writer writer = writer_of(data, sizeof data);
    write_u8(&writer, CONTROL_RESIZE);
    write_terminal_size(&writer);
    send_packet(MESSAGE_CONTROL, CHANNEL_NONE, data, writer.used);
}

static void send_signal_number(uint32_t number)
{
    uint8_t data[16];
    struct writer writer = writer_of(data, sizeof data);
    write_u8(&writer, CONTROL_SIGNAL);
    write_number_field(&writer, FIELD_SIGNAL, number);
    send_packet(MESSAGE_CONTROL, CHANNEL_NONE, data, writer.used);
}

static bool config_path(char *path, size_t size)
{
    const char *own = getenv("DOCKER_CONFIG");
    const char *home = getenv("HOME");
    bool given = own != NULL && *own != '\0';
    int length =
        given ? snprintf(path, size, "%s/config.json", own)
              : snprintf(path, size, "%s/.docker/config.json", home == NULL ? "/root" : home);
    return *path == '/' && length < (int)size;
}

/*
 * Nearly every command wants the user's configuration first: it comes along, so that the host need
 * not ask. A file that is not there is told by its name alone, one that cannot be read not at all.
 */
static void write_config(struct writer *writer)
{
    static char data[CONFIG_SIZE_MAX];
    char path[4096];
    if (!config_path(path, sizeof path))
        return;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return;
    ssize_t length = fd < 0 ? 0 : read(fd, data, sizeof data);
    if (fd >= 0)
        close(fd);
    if (length < 0 || length == (ssize_t)sizeof data)
        return;
    write_string_field(writer, FIELD_SOURCE, path);
    if (fd >= 0)
        write_field(writer, FIELD_CONTENT, data, (size_t)length);
}

static void send_invocation(char **argv)
{
    extern char **environ;
    char directory[4096];
    uint8_t *data = malloc(OPEN_SIZE_MAX);
    struct writer writer = writer_of(data, data == NULL ? 0 : OPEN_SIZE_MAX);
    write_u8(&writer, OPEN_DOCKER);
    write_string_field(&writer, FIELD_DIRECTORY,
                       getcwd(directory, sizeof directory) == NULL ? "/" : directory);
    write_number_field(&writer, FIELD_PID, (uint64_t)getpid());
    write_number_field(&writer, FIELD_STDIO, terminal_mask());
    write_terminal_size(&writer);
    write_config(&writer);
    for (; *argv != NULL; argv++)
        write_string_field(&writer, FIELD_ARGUMENT, *argv);
    for (char **variable = environ; *variable != NULL; variable++)
        write_string_field(&writer, FIELD_ENVIRONMENT, *variable);
    if (writer.full) {
        fprintf(stderr, "docker: argument list too long\n");
        exit(126);
    }
    for (size_t done = 0; done < writer.used;) {
        size_t part = writer.used - done < PACKET_SIZE ? writer.used - done : PACKET_SIZE;
        bool more = done + part < writer.used;
        send_packet(more ? MESSAGE_OPEN | MESSAGE_MORE : MESSAGE_OPEN, CHANNEL_NONE, data + done,
                    part);
        done += part;
    }
    free(data);
}

static void take_control(struct reader body)
{
    uint8_t kind = read_u8(&body);
    if (kind == CONTROL_EXIT)
        exit_code = (int)field_number(body, FIELD_CODE, 1);
    else if (kind == CONTROL_RAW_MODE)
        set_raw_mode(field_number(body, FIELD_KIND, 0) != 0);
    else if (kind == CONTROL_CATCH_PIPE)
        take_catch_pipe(field_number(body, FIELD_KIND, 0) != 0);
}

static void take_reset(struct reader body)
{
    char *message = field_string(body, FIELD_MESSAGE);
    set_raw_mode(false); /* or the lines would not begin at the left */
    fprintf(stderr, "docker: %s\n", message == NULL ? "connection reset" : message);
    free(message);
    if (exit_code < 0)
        exit_code = 1;
}

static void take_packet(void)
{
    static uint8_t packet[65536 + 2];
    ssize_t length = recv(agent, packet, sizeof packet, MSG_DONTWAIT);
    /* ECONNRESET: the agent closed without reading our last packet; its own are still to come. */
    if (length < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET))
        return;
    if (length < 2) {
        if (exit_code < 0) {
            fprintf(stderr, "docker: connection to the engine was lost\n");
            exit_code = 1;
        }
        return;
    }
    struct reader body = reader_of(packet + 2, (size_t)length - 2);
    uint8_t channel = packet[1];
    switch (packet[0]) {
    case MESSAGE_DATA:
        put_output(channel, body.data, body.left);
        break;
    case MESSAGE_CREDIT:
        stdin_credit += channel == CHANNEL_STDIN ? read_u32(&body) : 0;
        break;
    case MESSAGE_CONTROL:
        take_control(body);
        break;
    case MESSAGE_RESET:
        take_reset(body);
        break;
    case MESSAGE_CLOSE:
        exit_code = exit_code < 0 ? 1 : exit_code;
        break;
    default:
        break;
    }
}

static void take_input(void)
{
    uint8_t data[PACKET_SIZE];
    size_t most = stdin_credit < sizeof data ? stdin_credit : sizeof data;
    ssize_t length = read(STDIN_FILENO, data, most);
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (length > 0) {
        stdin_credit -= (uint32_t)length;
        send_packet(MESSAGE_DATA, CHANNEL_STDIN, data, (size_t)length);
    } else {
        stdin_ended = true;
        send_packet(MESSAGE_EOF, CHANNEL_STDIN, NULL, 0);
    }
}

static void take_signal(int fd)
{
    struct signalfd_siginfo information;
    if (read(fd, &information, sizeof information) != sizeof information)
        return;
    int number = (int)information.ssi_signo;
    if (number == SIGWINCH) {
        send_size();
        return;
    }
    send_signal_number((uint32_t)number);
    if (number == SIGTSTP)
        stop_here();
    if (number == SIGCONT) {
        resume_terminal();
        send_size();
    }
}

static int open_signals(void)
{
    sigset_t set;
    static const int numbers[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGWINCH,
                                  SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2};
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void connect_agent(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = AGENT_SOCKET_PATH};
    agent = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (agent >= 0 && connect(agent, (struct sockaddr *)&address, sizeof address) == 0)
        return;
    fprintf(stderr, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
                    "Is the docker daemon running?\n");
    exit(1);
}

static void serve(int signals)
{
    while (exit_code < 0 || output_pending()) {
        bool wants_input = !stdin_ended && stdin_credit > 0 && exit_code < 0;
        struct pollfd polls[5] = {
            {.fd = exit_code < 0 ? agent : -1, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
            {.fd = wants_input ? STDIN_FILENO : -1, .events = POLLIN},
            {.fd = output_fd(CHANNEL_STDOUT), .events = POLLOUT},
            {.fd = output_fd(CHANNEL_STDERR), .events = POLLOUT},
        };
        if (poll(polls, 5, -1) < 0)
            continue;
        if (polls[1].revents != 0)
            take_signal(signals);
        if (polls[0].revents != 0)
            take_packet();
        if (polls[3].revents != 0)
            write_output(CHANNEL_STDOUT);
        if (polls[4].revents != 0)
            write_output(CHANNEL_STDERR);
        if (polls[2].revents != 0)
            take_input();
    }
}

int docker_main(char **argv)
{
    connect_agent();
    open_terminal();
    int signals = open_signals();
    start_output();
    send_invocation(argv);
    serve(signals);
    set_raw_mode(false);
    return exit_code;
}
