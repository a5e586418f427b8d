/*
 * The agent: PID 1 of the machine. It boots, then serves the host for ever. Under the name
 * `docker` the same binary is the machine's docker command, as `docker-init` the init of containers
 * that ask for one, and as `docker-proxy` what holds a published port.
 *
 * It never exits, keeps no state that the engine could not make again, and never waits for anybody:
 * what may take time is done by a process of its own.
 */
#include "boot.h"
#include "die.h"
#include "docker.h"
#include "init.h"
#include "job.h"
#include "link.h"
#include "local.h"
#include "loop.h"
#include "proxy.h"
#include "requests.h"
#include "stream.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(struct watch *watch, uint32_t events)
{
    struct signalfd_siginfo information;
    int status;
    pid_t pid;
    (void)events;
    while (read(watch->fd, &information, sizeof information) > 0)
        ;
    /* A process may die before its pid was read from the job that made it. */
    job_read_all();
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        job_reaped(pid, status);
}

static void watch_children(void)
{
    static struct watch watch;
    sigset_t set;
    sigfillset(&set);
    /* Faults must not be held back, or a wrong access would repeat for ever. */
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);
    sigdelset(&set, SIGFPE);
    sigdelset(&set, SIGILL);
    sigdelset(&set, SIGABRT);
    if (getpid() != 1)
        sigdelset(&set, SIGTERM);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        die_with_error("Cannot watch for children");
    loop_add(&watch, fd, EPOLLIN, reap);
}

static bool has_name(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash == NULL ? path : slash + 1, name) == 0;
}

int main(int argc, char **argv)
{
    if (argc > 0 && has_name(argv[0], "docker"))
        return docker_main(argv);
    if (argc > 0 && has_name(argv[0], "docker-init"))
        return init_main(argc, argv);
    if (argc > 0 && has_name(argv[0], "docker-proxy"))
        return proxy_main(argc, argv);
    if (getpid() == 1)
        boot();
    mkdir("/run/bottleship", 0755);
    loop_start();
    watch_children();
    stream_start(serve_request);
    local_start();
    while (true) {
        int timeout_ms = link_greet();
        link_flush();
        loop_round(timeout_ms);
        link_flush();
    }
}
