/**
 * The protocol between host and agent, defined once per side: vm-image/agent/protocol.h says the same
 * and explains the layout; protocol.test.ts compares the two.
 */

/** Sizes in bytes and counts. */
export const limit = {
  linkVersion: 1,
  linkEthertype: 0x88b5,
  ethernetHeaderSize: 14,
  linkHeaderSize: 12,
  messageHeaderSize: 8,
  fieldHeaderSize: 5,
  linkWindowFrames: 64,
  linkAckFrames: 16,
  streamWindow: 131072,
  streamCreditBatch: 32768,
  streamCountMax: 1024,
  messageSizeMax: 1048576,
  controlRecordMax: 8192,
  listenerConnectionsMax: 256,
  datagramHeaderSize: 21,
  datagramSizeMax: 65535,
} as const;

/** Second byte of the link header. */
export const frameKind = {
  data: 0,
  ack: 1,
  hello: 2,
  fail: 3,
} as const;

/** Kind of a message; `more` is a bit beside it: the message goes on in the next one. */
export const messageType = {
  open: 1,
  data: 2,
  credit: 3,
  eof: 4,
  reset: 5,
  control: 6,
  close: 7,
  more: 0x80,
} as const;

/** A connection uses `stdin` in both directions. */
export const channel = {
  none: 0,
  stdin: 1,
  stdout: 2,
  stderr: 3,
} as const;

/** First byte of an opening message. Those from 32 on are opened by the guest. */
export const openKind = {
  run: 1,
  apply: 2,
  signal: 3,
  stat: 4,
  readFile: 5,
  writeFile: 6,
  readDirectory: 7,
  readTar: 8,
  writeTar: 9,
  connect: 10,
  watch: 11,
  readFiles: 12,
  listen: 13,
  datagrams: 14,
  docker: 32,
  socket: 33,
  accepted: 34,
} as const;

/** First byte of a control message. */
export const controlKind = {
  step: 1,
  failure: 2,
  started: 3,
  exit: 4,
  result: 5,
  rawMode: 6,
  resize: 7,
  signal: 8,
  content: 9,
  catchPipe: 10,
  brokenPipe: 11,
} as const;

/** Of a plan. */
export const section = {
  before: 0,
  clone: 1,
  join: 2,
  parent: 3,
  child: 4,
} as const;

/** Tags of fields: u8 tag, u32 length, bytes. */
export const field = {
  path: 1,
  source: 2,
  target: 3,
  fstype: 4,
  flags: 5,
  data: 6,
  root: 7,
  mode: 8,
  uid: 9,
  gid: 10,
  content: 11,
  kind: 12,
  major: 13,
  minor: 14,
  name: 15,
  pid: 16,
  namespaces: 17,
  resource: 18,
  soft: 19,
  hard: 20,
  columns: 21,
  rows: 22,
  bounding: 23,
  permitted: 24,
  effective: 25,
  inheritable: 26,
  ambient: 27,
  group: 28,
  argument: 29,
  environment: 30,
  step: 31,
  section: 32,
  operation: 33,
  errno: 34,
  duration: 35,
  code: 36,
  signal: 37,
  stdio: 38,
  traced: 39,
  cgroup: 40,
  clone: 41,
  size: 42,
  mtime: 43,
  stream: 44,
  host: 45,
  port: 46,
  directory: 47,
  version: 48,
  instance: 49,
  release: 50,
  message: 51,
  nanoseconds: 52,
  netns: 53,
  targetPort: 54,
  base: 55,
} as const;

/** Setup operations, in the order of SetupOperation. */
export const operation = {
  clone: 0,
  mount: 1,
  umount: 2,
  mkdir: 3,
  writeFile: 4,
  write: 5,
  symlink: 6,
  mknod: 7,
  chown: 8,
  chmod: 9,
  rename: 10,
  removeTree: 11,
  rmdir: 12,
  copyTree: 13,
  pivotRoot: 14,
  maskPath: 15,
  readonlyPath: 16,
  sethostname: 17,
  linkUp: 18,
  setns: 19,
  rlimit: 20,
  umask: 21,
  terminal: 22,
  setsid: 23,
  capabilities: 24,
  setUser: 25,
  noNewPrivileges: 26,
  seccomp: 27,
  chdir: 28,
  exec: 29,
  deviceFilter: 30,
  touch: 31,
  deviceTree: 32,
  joinKeyring: 33,
  loopAttach: 34,
  sync: 35,
  linkAdd: 36,
  linkSet: 37,
  linkDelete: 38,
  addressAdd: 39,
  addressDelete: 40,
  routeAdd: 41,
  routeDelete: 42,
  readonlyTree: 43,
} as const;
