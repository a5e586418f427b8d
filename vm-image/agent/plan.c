/*
 * The job's process executes `before` and `join`, clones the new process as a child of the agent
 * (CLONE_PARENT: so the agent reaps it), executes `parent` and lets it go. A pid namespace that
 * was joined holds the new process only, which is why the joining process is not the agent.
 */
#include "plan.h"
#include "job.h"
#include "job_child.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool traced;

static void report_step(uint8_t section, unsigned step, long microseconds)
{
    uint8_t data[64];
    struct writer record = writer_of(data, sizeof data);
    write_u8(&record, CONTROL_STEP);
    write_number_field(&record, FIELD_SECTION, section);
    write_number_field(&record, FIELD_STEP, step);
    write_number_field(&record, FIELD_DURATION, (uint64_t)microseconds);
    report_record(&record, -1);
}

static void report_failure(uint8_t section, unsigned step, uint8_t operation, const char *path)
{
    uint8_t data[4200];
    int error = errno;
    size_t length = strlen(path);
    struct writer record = writer_of(data, sizeof data);
    write_u8(&record, CONTROL_FAILURE);
    write_number_field(&record, FIELD_SECTION, section);
    write_number_field(&record, FIELD_STEP, step);
    write_number_field(&record, FIELD_OPERATION, operation);
    write_number_field(&record, FIELD_ERRNO, (uint64_t)error);
    write_field(&record, FIELD_PATH, path, length < 4096 ? length : 4096);
    report_record(&record, -1);
}

static long microseconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

/* Executes the steps of a section in order; false when one failed and was reported. */
static bool run_section(struct reader body, uint8_t section)
{
    struct field_view field;
    unsigned step = 0;
    while (read_field(&body, &field)) {
        struct reader fields = field.value;
        struct timespec start;
        if (field.tag != FIELD_STEP)
            continue;
        uint8_t operation = read_u8(&fields);
        if (traced)
            clock_gettime(CLOCK_MONOTONIC, &start);
        if (apply_operation(operation, fields) < 0) {
            report_failure(section, step, operation, operation_path(operation, fields));
            return false;
        }
        if (traced)
            report_step(section, step, microseconds_since(&start));
        step++;
    }
    return true;
}

/* The steps of one section of a plan; empty when it has none. */
static struct reader section_of(struct reader body, uint8_t section)
{
    struct field_view field;
    while (read_field(&body, &field)) {
        if (field.tag == FIELD_SECTION && field.value.left > 0 && field.value.data[0] == section) {
            read_u8(&field.value);
            return field.value;
        }
    }
    return reader_of(NULL, 0);
}

void apply_plan(struct reader body)
{
    traced = field_number(body, FIELD_TRACED, 0) != 0;
    if (run_section(section_of(body, SECTION_BEFORE), SECTION_BEFORE))
        report_done();
}

/* A control group, opened before anything is joined: afterwards the path may mean something else.
 */
struct cgroup {
    int directory_fd;
    /* The kernel asks who opened it, not who writes. */
    int processes_fd;
};

static pid_t clone_process(struct reader body, const struct cgroup *cgroup)
{
    struct clone_args arguments = {
        .flags = CLONE_PARENT | field_number(body, FIELD_NAMESPACES, 0),
    };
    if (cgroup->directory_fd < 0)
        return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    struct clone_args into = arguments;
    into.flags |= CLONE_INTO_CGROUP;
    into.cgroup = (uint64_t)cgroup->directory_fd;
    pid_t pid = (pid_t)syscall(SYS_clone3, &into, sizeof into);
    if (pid >= 0 || errno != EACCES)
        return pid;
    /* In a user namespace that was joined nobody may write to the group: put it there afterwards.
     */
    pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid > 0 && dprintf(cgroup->processes_fd, "%d", (int)pid) < 0) {
        int saved = errno;
        kill(pid, SIGKILL);
        errno = saved;
        return -1;
    }
    return pid;
}

static _Noreturn void run_child(struct reader body, const int go[2])
{
    char byte;
    close(go[1]);
    /* The end of the pipe without a byte: the parent's steps failed. */
    if (read(go[0], &byte, 1) != 1)
        _exit(127);
    close(go[0]);
    run_section(section_of(body, SECTION_CHILD), SECTION_CHILD);
    _exit(127);
}

static void report_pid(uint8_t kind, pid_t pid)
{
    uint8_t data[16];
    struct writer record = writer_of(data, sizeof data);
    write_u8(&record, kind);
    write_number_field(&record, FIELD_PID, (uint64_t)pid);
    report_record(&record, -1);
}

/* Tells that the new process is in place and waits for the host's word; false when it never comes.
 */
static bool wait_for_host(struct reader body, pid_t pid)
{
    char byte;
    if (field_number(body, FIELD_HELD, 0) == 0)
        return true;
    report_pid(CONTROL_HELD, pid);
    return recv(JOB_STATUS_FD, &byte, 1, 0) == 1;
}

static bool open_cgroup(const char *path, struct cgroup *cgroup)
{
    *cgroup = (struct cgroup){-1, -1};
    if (*path == '\0')
        return true;
    cgroup->directory_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    cgroup->processes_fd = openat(cgroup->directory_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    return cgroup->directory_fd >= 0 && cgroup->processes_fd >= 0;
}

/*
 * The parent's steps are meant on the machine: where namespaces are joined first, a process that
 * stayed outside executes them. Who is in a user namespace could not come back.
 */
struct steward {
    pid_t pid; /* 0: nobody was needed */
    int orders_fd;
};

static _Noreturn void be_steward(struct reader body, int orders_fd)
{
    pid_t pid;
    /* The end of the pipe without a pid: there is no process to do it for. */
    if (read(orders_fd, &pid, sizeof pid) != sizeof pid)
        _exit(1);
    set_plan_pid(pid);
    _exit(run_section(section_of(body, SECTION_PARENT), SECTION_PARENT) ? 0 : 1);
}

static bool hire_steward(struct reader body, struct steward *steward)
{
    int orders[2];
    *steward = (struct steward){0, -1};
    if (section_of(body, SECTION_JOIN).left == 0 || section_of(body, SECTION_PARENT).left == 0)
        return true;
    if (pipe2(orders, O_CLOEXEC) < 0)
        return false;
    steward->pid = fork();
    if (steward->pid == 0) {
        close(orders[1]);
        be_steward(body, orders[0]);
    }
    close(orders[0]);
    steward->orders_fd = orders[1];
    return steward->pid > 0;
}

static bool run_parent_steps(struct reader body, const struct steward *steward, pid_t pid)
{
    int status;
    if (steward->pid == 0) {
        set_plan_pid(pid);
        return run_section(section_of(body, SECTION_PARENT), SECTION_PARENT);
    }
    if (write(steward->orders_fd, &pid, sizeof pid) != sizeof pid)
        return false;
    while (waitpid(steward->pid, &status, 0) < 0) {
        if (errno != EINTR)
            return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void run_plan(struct reader body)
{
    int go[2];
    struct timespec start;
    struct cgroup cgroup;
    struct steward steward;
    traced = field_number(body, FIELD_TRACED, 0) != 0;
    if (!run_section(section_of(body, SECTION_BEFORE), SECTION_BEFORE))
        return;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const char *cgroup_path = text(body, FIELD_CGROUP);
    if (!open_cgroup(cgroup_path, &cgroup) || !hire_steward(body, &steward) ||
        pipe2(go, O_CLOEXEC) < 0) {
        report_failure(SECTION_CLONE, 0, OPERATION_CLONE, cgroup_path);
        return;
    }
    if (!run_section(section_of(body, SECTION_JOIN), SECTION_JOIN))
        return;
    pid_t pid = clone_process(body, &cgroup);
    if (pid < 0) {
        report_failure(SECTION_CLONE, 0, OPERATION_CLONE, cgroup_path);
        return;
    }
    if (pid == 0)
        run_child(body, go);
    if (traced)
        report_step(SECTION_CLONE, 0, microseconds_since(&start));
    report_pid(CONTROL_STARTED, pid);
    if (!run_parent_steps(body, &steward, pid) || !wait_for_host(body, pid) ||
        write(go[1], "", 1) < 0)
        kill(pid, SIGKILL);
}
