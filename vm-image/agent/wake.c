#include "wake.h"
#include "die.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SEED_SIZE_MAX = 64 };

static void set_clock(uint64_t microseconds)
{
    struct timespec now = {
        .tv_sec = (time_t)(microseconds / 1000000),
        .tv_nsec = (long)(microseconds % 1000000) * 1000,
    };
    if (clock_settime(CLOCK_REALTIME, &now) < 0)
        say("Cannot set the clock: %s", strerror(errno));
}

/* Counts as entropy, and replaces at once what the state had. */
static void seed_random(struct reader seed)
{
    struct {
        int bits;
        int size;
        uint8_t bytes[SEED_SIZE_MAX];
    } pool;
    if (seed.left == 0 || seed.left > sizeof pool.bytes)
        return;
    memcpy(pool.bytes, seed.data, seed.left);
    pool.size = (int)seed.left;
    pool.bits = pool.size * 8;
    int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0)
        say("Cannot seed the random numbers: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    memset(&pool, 0, sizeof pool);
}

void wake(struct reader body)
{
    struct reader seed;
    if (getpid() != 1)
        return;
    uint64_t now = field_number(body, FIELD_NOW, 0);
    if (now != 0)
        set_clock(now);
    if (find_field(body, FIELD_SEED, &seed))
        seed_random(seed);
}
