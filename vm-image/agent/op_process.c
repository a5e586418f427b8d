/* Operations on the process itself: namespaces, limits, session, and the program at last. */
#include "job.h"
#include "job_child.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int setns(int fd, int flags);

int op_sethostname(struct reader fields)
{
    const char *name = text(fields, FIELD_NAME);
    return (int)syscall(SYS_sethostname, name, strlen(name));
}

int op_link_up(struct reader fields)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", text(fields, FIELD_NAME));
    int result = ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    if (result == 0)
        result = ioctl(fd, SIOCSIFFLAGS, &request);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

int op_setns(struct reader fields)
{
    const char *path = text(fields, FIELD_PATH);
    int pid = (int)field_number(fields, FIELD_PID, 0);
    int fd =
        *path != '\0' ? open(path, O_RDONLY | O_CLOEXEC) : (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -1;
    int result = setns(fd, (int)field_number(fields, FIELD_NAMESPACES, 0));
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

int op_unshare(struct reader fields)
{
    return unshare((int)field_number(fields, FIELD_NAMESPACES, 0));
}

int op_rlimit(struct reader fields)
{
    struct rlimit limit = {.rlim_cur = field_number(fields, FIELD_SOFT, RLIM_INFINITY),
                           .rlim_max = field_number(fields, FIELD_HARD, RLIM_INFINITY)};
    return setrlimit((int)field_number(fields, FIELD_RESOURCE, 0xffff), &limit);
}

int op_umask(struct reader fields)
{
    umask((mode_t)field_number(fields, FIELD_MODE, 022));
    return 0;
}

int op_setsid(struct reader fields)
{
    (void)fields;
    return setsid() < 0 ? -1 : 0;
}

/* Tries one candidate; returns only when execve failed. */
static int execute(const char *path, char **argv, char **env)
{
    struct stat status;
    execve(path, argv, env);
    if (errno == EACCES && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        errno = EISDIR;
    return -1;
}

static const char *search_path(char **env)
{
    for (; *env != NULL; env++) {
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    }
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* As execvpe(3), but with the PATH of the new environment. */
static int search_and_execute(const char *name, char **argv, char **env)
{
    char candidate[4096];
    int error = ENOENT;
    const char *path = search_path(env);
    if (*name == '\0' || strchr(name, '/') != NULL)
        return execute(name, argv, env);
    while (true) {
        size_t length = strcspn(path, ":");
        int size = snprintf(candidate, sizeof candidate, "%.*s/%s", (int)length,
                            length == 0 ? "." : path, name);
        if (size < (int)sizeof candidate) {
            execute(candidate, argv, env);
            if (errno == EACCES || (errno != ENOENT && errno != ENOTDIR && errno != EISDIR))
                error = errno;
            if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR && errno != EACCES)
                break;
        }
        if (path[length] == '\0')
            break;
        path += length + 1;
    }
    errno = error;
    return -1;
}

int op_exec(struct reader fields)
{
    uint8_t data[1] = {RECORD_EXEC};
    struct writer record = {.data = data, .size = 1, .used = 1};
    char **argv = field_strings(fields, FIELD_ARGUMENT);
    char **env = field_strings(fields, FIELD_ENVIRONMENT);
    if (argv == NULL || env == NULL) {
        errno = EINVAL;
        return -1;
    }
    const char *path = text(fields, FIELD_PATH);
    if (apply_capabilities() < 0)
        return -1;
    report_record(&record, -1);
    return search_and_execute(path, argv, env);
}
