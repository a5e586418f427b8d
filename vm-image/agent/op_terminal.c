/* A terminal of the devpts that the process sees, as its standard streams; its master goes to the
 * agent. */
#include "job.h"
#include "job_child.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int mount(const char *source, const char *target, const char *fstype, unsigned long flags,
          const void *data);

enum { BIND = 4096 };

static int bind_slave(int master, const char *target)
{
    char name[32];
    int number;
    if (*target == '\0')
        return 0;
    if (ioctl(master, TIOCGPTN, &number) < 0)
        return -1;
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    int fd = open(target, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd >= 0)
        close(fd);
    return mount(name, target, NULL, BIND, NULL);
}

int op_terminal(struct reader fields)
{
    uint8_t data[1] = {RECORD_TERMINAL};
    struct writer record = {.data = data, .size = 1, .used = 1};
    struct winsize size = {.ws_col = (unsigned short)field_number(fields, FIELD_COLUMNS, 80),
                           .ws_row = (unsigned short)field_number(fields, FIELD_ROWS, 24)};
    int unlocked = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
        return -1;
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return -1;
    ioctl(slave, TIOCSWINSZ, &size);
    if (bind_slave(master, text(fields, FIELD_TARGET)) < 0)
        return -1;
    /* A process that leads its session already keeps it. */
    if (setsid() < 0 && errno != EPERM)
        return -1;
    if (ioctl(slave, TIOCSCTTY, 0) < 0)
        return -1;
    report_record(&record, master);
    if (dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
        return -1;
    close(slave);
    return close(master);
}
