/** What lies in `initLayerDir`: names without the leading slash. */

export const initLayerDirectories: readonly string[] = ['dev/pts', 'dev/shm', 'proc', 'sys', 'etc'];

export const initLayerFiles: readonly string[] = [
  '.dockerenv',
  'etc/hostname',
  'etc/hosts',
  'etc/resolv.conf',
  'dev/console',
];
