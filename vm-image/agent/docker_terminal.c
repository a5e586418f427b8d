#include "docker_terminal.h"
#include "protocol.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int terminal = -1;
static bool is_raw;
static bool has_saved;
static struct termios saved;

static void restore_and_die(int number)
{
    if (is_raw)
        tcsetattr(terminal, TCSANOW, &saved);
    signal(number, SIG_DFL);
    raise(number);
}

void catch_broken_pipe(bool caught)
{
    struct sigaction action = {.sa_handler = caught ? SIG_IGN : restore_and_die,
                               .sa_flags = SA_NODEFER};
    sigaction(SIGPIPE, &action, NULL);
}

void open_terminal(void)
{
    for (int fd = 2; fd >= 0; fd--) {
        if (isatty(fd))
            terminal = fd;
    }
    has_saved = terminal >= 0 && tcgetattr(terminal, &saved) == 0;
    catch_broken_pipe(false);
}

unsigned terminal_mask(void)
{
    return (isatty(0) ? 1U : 0) | (isatty(1) ? 2U : 0) | (isatty(2) ? 4U : 0);
}

void write_terminal_size(struct writer *writer)
{
    struct winsize size = {0};
    if (terminal >= 0)
        ioctl(terminal, TIOCGWINSZ, &size);
    write_number_field(writer, FIELD_COLUMNS, size.ws_col);
    write_number_field(writer, FIELD_ROWS, size.ws_row);
}

static void apply_mode(bool raw)
{
    struct termios mode = saved;
    if (raw)
        cfmakeraw(&mode);
    tcsetattr(terminal, TCSADRAIN, &mode);
}

void set_raw_mode(bool raw)
{
    if (!has_saved || raw == is_raw)
        return;
    is_raw = raw;
    apply_mode(raw);
}

void stop_here(void)
{
    sigset_t set;
    if (is_raw)
        apply_mode(false);
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    /* Unblocked and raised, its default action stops the process right here. */
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void resume_terminal(void)
{
    if (is_raw)
        apply_mode(true);
}
