/** Linux capabilities by name: which there are, Docker's default set, and `--cap-add`/`--cap-drop`. */
import { KindError } from '../../lib/errors.ts';

/** In the order of linux/capability.h. */
export const allCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
];

export const defaultCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

const everything = 'ALL';

/** Names in any case, with or without `CAP_`; `ALL` stays. `field` names the list in the error. */
export function normalizeCapabilities(names: readonly string[], field: string): string[] {
  return names.map((name) => {
    const upper = name.toUpperCase();
    if (upper === everything || upper === `CAP_${everything}`) return everything;
    const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (allCapabilities.includes(full)) return full;
    throw new KindError('invalidParameter', `invalid ${field}: unknown capability: "${full}"`);
  });
}

/** What a container may have at most: the default set, tweaked. `ALL` in `add` starts from everything. */
export function containerCapabilities(options: {
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly privileged: boolean;
}): readonly string[] {
  if (options.privileged) return allCapabilities;
  const add = normalizeCapabilities(options.add, 'CapAdd');
  const drop = normalizeCapabilities(options.drop, 'CapDrop');
  if (add.includes(everything)) return allCapabilities.filter((name) => !drop.includes(name));
  if (drop.includes(everything)) return [...new Set(add)];
  const kept = defaultCapabilities.filter((name) => !drop.includes(name));
  return [...new Set([...kept, ...add.filter((name) => !kept.includes(name))])];
}
