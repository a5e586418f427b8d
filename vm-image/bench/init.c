/*
 * The guest's half of the channel measurement: PID 1 that answers commands on raw network frames and
 * on the virtio console. A command is op[1] size[4] count[4], little endian:
 *   E  send the whole payload back (size and count ignored)
 *   S  swallow `count` further frames (or `size` further bytes on the console), then send "D"
 *   G  send `count` frames (or `count` writes) of `size` bytes
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define ETHER_TYPE 0x88b5
#define HEADER_SIZE 14
#define BUFFER_SIZE (HEADER_SIZE + 65536)
#define SOCKET_BUFFER_SIZE (64 << 20)

static unsigned char buffer[BUFFER_SIZE];
static int console_fd = -1;

static void
log_line (const char *text)
{
  printf ("bench: %s\n", text);
  fflush (stdout);
}

static int
open_channel (void)
{
  struct ifreq request = { .ifr_name = "eth0" };
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons (ETHER_TYPE) };
  int size = SOCKET_BUFFER_SIZE;
  int fd = socket (AF_PACKET, SOCK_RAW, htons (ETHER_TYPE));

  setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  ioctl (fd, SIOCGIFMTU, &request);
  printf ("bench: mtu %d\n", request.ifr_mtu);
  ioctl (fd, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  if (ioctl (fd, SIOCSIFFLAGS, &request) < 0)
    perror ("bench: up");
  ioctl (fd, SIOCGIFINDEX, &request);
  address.sll_ifindex = request.ifr_ifindex;
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0)
    perror ("bench: bind");
  return fd;
}

static void
set_header (void)
{
  memset (buffer, 0xff, 12);
  buffer[12] = ETHER_TYPE >> 8;
  buffer[13] = ETHER_TYPE & 0xff;
}

static void
send_frame (int fd, size_t length)
{
  set_header ();
  if (write (fd, buffer, HEADER_SIZE + length) < 0)
    perror ("bench: write");
}

static void
on_frame (int fd)
{
  unsigned char *payload = buffer + HEADER_SIZE;
  uint32_t size, count;
  ssize_t length = read (fd, buffer, sizeof buffer);

  if (length < HEADER_SIZE + 9)
    return;
  memcpy (&size, payload + 1, 4);
  memcpy (&count, payload + 5, 4);
  switch (payload[0])
    {
    case 'E':
      send_frame (fd, (size_t) length - HEADER_SIZE);
      break;
    case 'S':
      while (count-- > 0)
        if (read (fd, buffer, sizeof buffer) < 0)
          perror ("bench: read");
      payload[0] = 'D';
      send_frame (fd, 64);
      break;
    case 'G':
      while (count-- > 0)
        send_frame (fd, size);
      break;
    }
}

static int
open_console (void)
{
  struct termios mode;
  int fd = open ("/dev/hvc0", O_RDWR | O_NOCTTY);

  if (fd < 0)
    return -1;
  tcgetattr (fd, &mode);
  cfmakeraw (&mode);
  tcsetattr (fd, TCSANOW, &mode);
  return fd;
}

static void
on_console (int fd)
{
  uint32_t size, count;
  ssize_t length = read (fd, buffer, sizeof buffer);

  if (length < 9)
    return;
  memcpy (&size, buffer + 1, 4);
  memcpy (&count, buffer + 5, 4);
  switch (buffer[0])
    {
    case 'E':
      if (write (fd, buffer, (size_t) length) < 0)
        perror ("bench: write");
      break;
    case 'S':
      while (size > 0)
        {
          length = read (fd, buffer, size < sizeof buffer ? size : sizeof buffer);
          if (length > 0)
            size -= (uint32_t) length;
        }
      if (write (fd, "D", 1) < 0)
        perror ("bench: write");
      break;
    case 'G':
      while (count-- > 0)
        for (uint32_t sent = 0; sent < size;)
          {
            length = write (fd, buffer, size - sent);
            if (length > 0)
              sent += (uint32_t) length;
          }
      break;
    }
}

int
main (void)
{
  struct pollfd polled[2];

  mount ("dev", "/dev", "devtmpfs", 0, NULL);
  log_line ("user space");
  polled[0].fd = open_channel ();
  polled[1].fd = console_fd = open_console ();
  polled[0].events = polled[1].events = POLLIN;
  set_header ();
  buffer[HEADER_SIZE] = 'H';
  send_frame (polled[0].fd, 64);
  if (console_fd >= 0 && write (console_fd, "H", 1) < 0)
    perror ("bench: hello");
  for (;;)
    {
      poll (polled, 2, -1);
      if (polled[0].revents & POLLIN)
        on_frame (polled[0].fd);
      if (polled[1].revents & POLLIN)
        on_console (polled[1].fd);
    }
}
