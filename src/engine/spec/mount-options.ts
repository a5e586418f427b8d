/** Mount options as words (fstab, OCI, `--tmpfs`) to mount(2) flags and the data string. */
import type { MountFlag } from '../../guest/plan.ts';

export interface MountOptions {
  readonly flags: readonly MountFlag[];
  /** Propagation changes need a mount(2) call of their own. */
  readonly propagation: readonly MountFlag[];
  /** `rro`: read-only with everything below. */
  readonly readonlyTree: boolean;
  readonly data: string;
}

const sets: Readonly<Record<string, readonly MountFlag[]>> = {
  ro: ['ro'],
  nosuid: ['nosuid'],
  nodev: ['nodev'],
  noexec: ['noexec'],
  noatime: ['noatime'],
  nodiratime: ['nodiratime'],
  relatime: ['relatime'],
  strictatime: ['strictatime'],
  sync: ['sync'],
  dirsync: ['dirsync'],
  mand: ['mand'],
  bind: ['bind'],
  rbind: ['bind', 'rec'],
};

const clears: Readonly<Record<string, MountFlag>> = {
  rw: 'ro',
  suid: 'nosuid',
  dev: 'nodev',
  exec: 'noexec',
  atime: 'noatime',
  diratime: 'nodiratime',
  norelatime: 'relatime',
  nostrictatime: 'strictatime',
  async: 'sync',
  nomand: 'mand',
};

const propagations: Readonly<Record<string, readonly MountFlag[]>> = {
  private: ['private'],
  rprivate: ['private', 'rec'],
  slave: ['slave'],
  rslave: ['slave', 'rec'],
  shared: ['shared'],
  rshared: ['shared', 'rec'],
};

/** A later word wins over an earlier one; what is no known word goes to the file system as data. */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const flags = new Set<MountFlag>();
  const data: string[] = [];
  let propagation: readonly MountFlag[] = [];
  for (const word of words) {
    const clear = clears[word];
    if (word === '' || word === 'defaults' || word === 'rro') continue;
    if (sets[word] !== undefined) for (const flag of sets[word]) flags.add(flag);
    else if (clear !== undefined) flags.delete(clear);
    else if (propagations[word] !== undefined) propagation = propagations[word];
    else data.push(word);
  }
  const readonlyTree = words.includes('rro');
  return { flags: [...flags], propagation, readonlyTree, data: data.join(',') };
}
