/*
 * The protocol between host and agent, defined once per side: src/guest/protocol.ts says the same,
 * and src/guest/protocol.test.ts compares the two.
 *
 * A frame is an Ethernet frame of a local experimental type: 14 bytes of Ethernet header, then the
 * link header (little endian, as everything here):
 *
 *   u8 version, u8 kind, u16 payload length, u32 sequence, u32 acknowledgement
 *
 * FRAME_DATA frames are numbered from 0; the acknowledgement is the number of the next frame
 * expected. At most LINK_WINDOW_FRAMES may be unacknowledged, so that neither the virtio ring nor
 * the socket buffer can overflow; nothing is sent twice, a gap ends the link. The payload of a data
 * frame is a row of messages:
 *
 *   u32 stream, u8 type, u8 channel, u16 length, bytes
 *
 * MESSAGE_OPEN and MESSAGE_CONTROL may be longer than a frame: every fragment but the last has
 * MESSAGE_MORE set in its type. Their body is a kind byte and fields (u8 tag, u32 length, bytes).
 * Streams opened by the host have even numbers, those of the guest odd ones. Each direction of
 * each channel starts with STREAM_WINDOW bytes of credit.
 *
 * FRAME_WAKE is for a machine that was saved as it had just booted, and goes on now as another one:
 * its payload is fields, the microseconds since 1970 (FIELD_NOW) and bytes for the kernel's random
 * numbers (FIELD_SEED), which would be those of every other machine of the same state.
 *
 * OPEN_LISTEN and OPEN_DATAGRAMS open a socket in a network namespace (FIELD_NETNS or FIELD_PID) on
 * FIELD_HOST and FIELD_PORT; the result names the port. A listener's connections are streams of the
 * guest's (OPEN_ACCEPTED) that name it, the peer (FIELD_HOST, FIELD_PORT) and where the peer meant
 * to go (FIELD_TARGET, FIELD_TARGET_PORT). On CHANNEL_STDIN of a datagram socket goes, both ways,
 *
 *   u8 address family (4 or 6), u16 port, address (16 bytes), u16 length, bytes
 *
 * per datagram: the peer's address, and the payload.
 *
 * OPEN_RUN with FIELD_HELD stops when the steps of SECTION_PARENT are done: CONTROL_HELD names the
 * pid of the new process, which goes on when the host sends CONTROL_GO.
 *
 * OPEN_ETHERNET makes a network interface (FIELD_NAME) in a network namespace that lives as long as
 * the stream. What it sends and receives goes, both ways, on CHANNEL_STDIN:
 *
 *   u16 length, Ethernet frame
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum protocol_limit {
    LINK_VERSION = 1,
    LINK_ETHERTYPE = 0x88b5,
    ETHERNET_HEADER_SIZE = 14,
    LINK_HEADER_SIZE = 12,
    MESSAGE_HEADER_SIZE = 8,
    FIELD_HEADER_SIZE = 5,
    LINK_WINDOW_FRAMES = 64,
    LINK_ACK_FRAMES = 16,
    STREAM_WINDOW = 131072,
    STREAM_CREDIT_BATCH = 32768,
    STREAM_COUNT_MAX = 1024,
    MESSAGE_SIZE_MAX = 1048576,
    CONTROL_RECORD_MAX = 8192,
    LISTENER_CONNECTIONS_MAX = 256,
    DATAGRAM_HEADER_SIZE = 21,
    DATAGRAM_SIZE_MAX = 65535,
    ETHERNET_SIZE_MAX = 9216,
};

enum frame_kind {
    FRAME_DATA = 0,
    FRAME_ACK = 1,
    FRAME_HELLO = 2,
    FRAME_FAIL = 3,
    FRAME_WAKE = 4,
};

enum message_type {
    MESSAGE_OPEN = 1,
    MESSAGE_DATA = 2,
    MESSAGE_CREDIT = 3,
    MESSAGE_EOF = 4,
    MESSAGE_RESET = 5,
    MESSAGE_CONTROL = 6,
    MESSAGE_CLOSE = 7,
    MESSAGE_MORE = 0x80,
};

/* A connection uses CHANNEL_STDIN in both directions. */
enum channel {
    CHANNEL_NONE = 0,
    CHANNEL_STDIN = 1,
    CHANNEL_STDOUT = 2,
    CHANNEL_STDERR = 3,
};

/* First byte of MESSAGE_OPEN. Those from 32 on are opened by the guest. */
enum open_kind {
    OPEN_RUN = 1,
    OPEN_APPLY = 2,
    OPEN_SIGNAL = 3,
    OPEN_STAT = 4,
    OPEN_READ_FILE = 5,
    OPEN_WRITE_FILE = 6,
    OPEN_READ_DIRECTORY = 7,
    OPEN_READ_TAR = 8,
    OPEN_WRITE_TAR = 9,
    OPEN_CONNECT = 10,
    OPEN_WATCH = 11,
    OPEN_READ_FILES = 12,
    OPEN_LISTEN = 13,
    OPEN_DATAGRAMS = 14,
    OPEN_ETHERNET = 15,
    OPEN_DOCKER = 32,
    OPEN_SOCKET = 33,
    OPEN_ACCEPTED = 34,
};

/* First byte of MESSAGE_CONTROL. */
enum control_kind {
    CONTROL_STEP = 1,
    CONTROL_FAILURE = 2,
    CONTROL_STARTED = 3,
    CONTROL_EXIT = 4,
    CONTROL_RESULT = 5,
    CONTROL_RAW_MODE = 6,
    CONTROL_RESIZE = 7,
    CONTROL_SIGNAL = 8,
    CONTROL_CONTENT = 9,
    CONTROL_CATCH_PIPE = 10,
    CONTROL_BROKEN_PIPE = 11,
    CONTROL_HELD = 12,
    CONTROL_GO = 13,
};

enum section {
    SECTION_BEFORE = 0,
    SECTION_CLONE = 1,
    SECTION_JOIN = 2,
    SECTION_PARENT = 3,
    SECTION_CHILD = 4,
};

enum field {
    FIELD_PATH = 1,
    FIELD_SOURCE = 2,
    FIELD_TARGET = 3,
    FIELD_FSTYPE = 4,
    FIELD_FLAGS = 5,
    FIELD_DATA = 6,
    FIELD_ROOT = 7,
    FIELD_MODE = 8,
    FIELD_UID = 9,
    FIELD_GID = 10,
    FIELD_CONTENT = 11,
    FIELD_KIND = 12,
    FIELD_MAJOR = 13,
    FIELD_MINOR = 14,
    FIELD_NAME = 15,
    FIELD_PID = 16,
    FIELD_NAMESPACES = 17,
    FIELD_RESOURCE = 18,
    FIELD_SOFT = 19,
    FIELD_HARD = 20,
    FIELD_COLUMNS = 21,
    FIELD_ROWS = 22,
    FIELD_BOUNDING = 23,
    FIELD_PERMITTED = 24,
    FIELD_EFFECTIVE = 25,
    FIELD_INHERITABLE = 26,
    FIELD_AMBIENT = 27,
    FIELD_GROUP = 28,
    FIELD_ARGUMENT = 29,
    FIELD_ENVIRONMENT = 30,
    FIELD_STEP = 31,
    FIELD_SECTION = 32,
    FIELD_OPERATION = 33,
    FIELD_ERRNO = 34,
    FIELD_DURATION = 35,
    FIELD_CODE = 36,
    FIELD_SIGNAL = 37,
    FIELD_STDIO = 38,
    FIELD_TRACED = 39,
    FIELD_CGROUP = 40,
    FIELD_CLONE = 41,
    FIELD_SIZE = 42,
    FIELD_MTIME = 43,
    FIELD_STREAM = 44,
    FIELD_HOST = 45,
    FIELD_PORT = 46,
    FIELD_DIRECTORY = 47,
    FIELD_VERSION = 48,
    FIELD_INSTANCE = 49,
    FIELD_RELEASE = 50,
    FIELD_MESSAGE = 51,
    FIELD_NANOSECONDS = 52,
    FIELD_NETNS = 53,
    FIELD_TARGET_PORT = 54,
    FIELD_BASE = 55,
    FIELD_HELD = 56,
    FIELD_UID_MAP = 57,
    FIELD_GID_MAP = 58,
    FIELD_NOW = 59,
    FIELD_SEED = 60,
};

/* In the order of SetupOperation in src/guest/plan.ts. */
enum operation {
    OPERATION_CLONE = 0,
    OPERATION_MOUNT = 1,
    OPERATION_UMOUNT = 2,
    OPERATION_MKDIR = 3,
    OPERATION_WRITE_FILE = 4,
    OPERATION_WRITE = 5,
    OPERATION_SYMLINK = 6,
    OPERATION_MKNOD = 7,
    OPERATION_CHOWN = 8,
    OPERATION_CHMOD = 9,
    OPERATION_RENAME = 10,
    OPERATION_REMOVE_TREE = 11,
    OPERATION_RMDIR = 12,
    OPERATION_COPY_TREE = 13,
    OPERATION_PIVOT_ROOT = 14,
    OPERATION_MASK_PATH = 15,
    OPERATION_READONLY_PATH = 16,
    OPERATION_SETHOSTNAME = 17,
    OPERATION_LINK_UP = 18,
    OPERATION_SETNS = 19,
    OPERATION_RLIMIT = 20,
    OPERATION_UMASK = 21,
    OPERATION_TERMINAL = 22,
    OPERATION_SETSID = 23,
    OPERATION_CAPABILITIES = 24,
    OPERATION_SET_USER = 25,
    OPERATION_NO_NEW_PRIVILEGES = 26,
    OPERATION_SECCOMP = 27,
    OPERATION_CHDIR = 28,
    OPERATION_EXEC = 29,
    OPERATION_DEVICE_FILTER = 30,
    OPERATION_TOUCH = 31,
    OPERATION_DEVICE_TREE = 32,
    OPERATION_JOIN_KEYRING = 33,
    OPERATION_LOOP_ATTACH = 34,
    OPERATION_SYNC = 35,
    OPERATION_LINK_ADD = 36,
    OPERATION_LINK_SET = 37,
    OPERATION_LINK_DELETE = 38,
    OPERATION_ADDRESS_ADD = 39,
    OPERATION_ADDRESS_DELETE = 40,
    OPERATION_ROUTE_ADD = 41,
    OPERATION_ROUTE_DELETE = 42,
    OPERATION_READONLY_TREE = 43,
    OPERATION_OWN_STREAMS = 44,
    OPERATION_UNSHARE = 45,
    OPERATION_PACKET_FILTER = 46,
};

#endif
