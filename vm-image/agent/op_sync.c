/* Writes out everything of the file system that a path lies in. */
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int op_sync(struct reader fields)
{
    int fd = open(text(fields, FIELD_PATH), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = syncfs(fd);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}
