/** Linux capabilities by name: which there are, Docker's default set, and `--cap-add`/`--cap-drop`. */
import { capabilityNames } from '../../guest/linux.ts';
import { KindError } from '../../lib/errors.ts';

/** In the order of linux/capability.h. */
export const allCapabilities: readonly string[] = capabilityNames;

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
    if (upper === everything) return everything;
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
