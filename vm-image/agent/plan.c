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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int setns(int fd, int flags);

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

static pid_t clone_process(struct reader body, int cgroup_fd)
{
    struct clone_args arguments = {
        .flags = CLONE_PARENT | field_number(body, FIELD_NAMESPACES, 0),
    };
    if (cgroup_fd >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup_fd;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
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

/* Opens before joining anything: afterwards the path may mean something else. */
static int open_cgroup(const char *cgroup)
{
    return *cgroup == '\0' ? -1 : open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void run_plan(struct reader body)
{
    int go[2];
    struct timespec start;
    traced = field_number(body, FIELD_TRACED, 0) != 0;
    if (!run_section(section_of(body, SECTION_BEFORE), SECTION_BEFORE))
        return;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const char *cgroup = text(body, FIELD_CGROUP);
    int cgroup_fd = open_cgroup(cgroup);
    int home_fd = (int)syscall(SYS_pidfd_open, getppid(), 0);
    if ((*cgroup != '\0' && cgroup_fd < 0) || home_fd < 0 || pipe2(go, O_CLOEXEC) < 0) {
        report_failure(SECTION_CLONE, 0, OPERATION_CLONE, cgroup);
        return;
    }
    struct reader join = section_of(body, SECTION_JOIN);
    if (!run_section(join, SECTION_JOIN))
        return;
    pid_t pid = clone_process(body, cgroup_fd);
    if (pid < 0) {
        report_failure(SECTION_CLONE, 0, OPERATION_CLONE, cgroup);
        return;
    }
    if (pid == 0)
        run_child(body, go);
    if (traced)
        report_step(SECTION_CLONE, 0, microseconds_since(&start));
    report_pid(CONTROL_STARTED, pid);
    struct reader parent = section_of(body, SECTION_PARENT);
    /* The parent's steps are meant in the machine's namespaces, where the agent is. */
    if (join.left > 0 && parent.left > 0 &&
        setns(home_fd, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC) < 0) {
        report_failure(SECTION_PARENT, 0, OPERATION_SETNS, "");
        kill(pid, SIGKILL);
        return;
    }
    set_plan_pid(pid);
    if (!run_section(parent, SECTION_PARENT) || !wait_for_host(body, pid) ||
        write(go[1], "", 1) < 0)
        kill(pid, SIGKILL);
}
