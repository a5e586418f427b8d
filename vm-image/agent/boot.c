#include "boot.h"
#include "die.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define HOST_DIRECTORY "/run/bottleship/host"
#define NEW_ROOT "/run/bottleship/root"
#define SCRATCH "/run/bottleship/scratch"
#define DOCKER "/run/bottleship/docker"

static void make_directory(const char *path)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        die_with_error("Cannot make \"%s\"", path);
}

static void mount_at(const char *source, const char *target, const char *fstype,
                     unsigned long flags, const char *data)
{
    make_directory(target);
    /* EBUSY: the kernel mounted devtmpfs itself. */
    if (mount(source, target, fstype, flags, data) < 0 && errno != EBUSY)
        die_with_error("Cannot mount %s at \"%s\"", fstype, target);
}

/* Makes the console our standard streams: the initramfs need not hold a device node. */
static void open_console(void)
{
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);
    if (fd < 0)
        return;
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

/* Read-only but for the machine's disk: the server refuses every other write. */
static bool mount_host(void)
{
    make_directory("/run/bottleship");
    make_directory(HOST_DIRECTORY);
    return mount("host9p", HOST_DIRECTORY, "9p", MS_NODEV | MS_NOATIME,
                 "trans=virtio,version=9p2000.L,cache=loose,msize=262144") == 0;
}

/* The machine's root: its read-only user land with a tmpfs to write to. */
static bool mount_root(void)
{
    struct stat status;
    if (!mount_host() || stat(HOST_DIRECTORY "/machine", &status) < 0)
        return false;
    mount_at("tmpfs", SCRATCH, "tmpfs", 0, "mode=0755,size=75%");
    make_directory(SCRATCH "/upper");
    make_directory(SCRATCH "/work");
    mount_at("machine", NEW_ROOT, "overlay", 0,
             "lowerdir=" HOST_DIRECTORY "/machine,upperdir=" SCRATCH "/upper,workdir=" SCRATCH
             "/work,xino=off,index=off");
    return true;
}

/* The initramfs cannot be pivoted away from: the new root is moved over it, and then it can. */
static void enter_root(void)
{
    static const char *const carried[] = {"/dev", "/proc", "/sys", "/run"};
    for (unsigned i = 0; i < sizeof carried / sizeof carried[0]; i++) {
        char target[64];
        snprintf(target, sizeof target, NEW_ROOT "%s", carried[i]);
        make_directory(target);
    }
    /* /run goes last: the new root lies in it, and is entered before its old name is gone. */
    if (chdir(NEW_ROOT) < 0)
        die_with_error("Cannot enter \"%s\"", NEW_ROOT);
    for (unsigned i = 0; i < sizeof carried / sizeof carried[0]; i++) {
        if (mount(carried[i], carried[i] + 1, NULL, MS_BIND | MS_REC, NULL) < 0)
            die_with_error("Cannot move \"%s\"", carried[i]);
    }
    umount2("run/bottleship/root", MNT_DETACH);
}

static void finish_root(bool has_machine)
{
    if (!has_machine) {
        make_directory(NEW_ROOT);
        if (mount("/", NEW_ROOT, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(NEW_ROOT) < 0)
            die_with_error("Cannot bind the initramfs");
    }
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
        die_with_error("Cannot move into the root");
}

/*
 * `docker` and `docker-init` are this program under other names: the user land has links to it.
 * Nothing is copied, because at every boot the first prompt would wait for that.
 */
static void install_docker(void)
{
    int fd = open(DOCKER, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    if (fd >= 0)
        close(fd);
    if (mount("/proc/self/exe", DOCKER, NULL, MS_BIND, NULL) < 0)
        say("Cannot install docker: %s", strerror(errno));
}

/* For a root without the links: the initramfs alone. */
static void link_docker(void)
{
    make_directory("/usr");
    make_directory("/usr/bin");
    if ((symlink(DOCKER, "/usr/bin/docker") < 0 && errno != EEXIST) ||
        (symlink(DOCKER, "/usr/bin/docker-init") < 0 && errno != EEXIST))
        say("Cannot link docker: %s", strerror(errno));
}

static void write_setting(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
        say("Cannot write \"%s\": %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

void boot(void)
{
    struct rlimit files = {.rlim_cur = 65536, .rlim_max = 1048576};
    umask(0);
    mount_at("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
    open_console();
    mount_at("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_at("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    /* Now, while there is no modprobe: the kernel would ask it for "bpf_preload", which takes 1.7 s. */
    mount_at("bpf", "/sys/fs/bpf", "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=700");
    mount_at("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
             "newinstance,ptmxmode=0666,mode=0620,gid=5");
    mount_at("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    mount_at("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=25%");
    make_directory("/run/bottleship");
    install_docker();
    bool has_machine = mount_root();
    if (has_machine)
        enter_root();
    finish_root(has_machine);
    link_docker();
    umask(022);
    setrlimit(RLIMIT_NOFILE, &files);
    /* One inotify instance per watched file, many more than the default allows. */
    write_setting("/proc/sys/fs/inotify/max_user_instances", "4096");
}
