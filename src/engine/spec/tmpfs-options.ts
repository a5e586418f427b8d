/** The options of a `--tmpfs`: Docker's own, then the user's, of which the last of each kind counts. */
import { KindError } from '../../lib/errors.ts';

const defaults = ['noexec', 'nosuid', 'nodev', 'rprivate'];

/** Words that exclude one another share a name. */
const flagNames: Readonly<Record<string, string>> = {
  ro: 'ro', rw: 'ro', suid: 'suid', nosuid: 'suid', dev: 'dev', nodev: 'dev', exec: 'exec', noexec: 'exec',
  sync: 'sync', async: 'sync', dirsync: 'dirsync', mand: 'mand', nomand: 'mand', atime: 'atime',
  noatime: 'atime', diratime: 'diratime', nodiratime: 'diratime', relatime: 'relatime',
  norelatime: 'relatime', strictatime: 'strictatime', nostrictatime: 'strictatime', private: 'propagation',
  rprivate: 'propagation', shared: 'propagation', rshared: 'propagation', slave: 'propagation',
  rslave: 'propagation', unbindable: 'propagation', runbindable: 'propagation', bind: 'propagation',
  rbind: 'propagation', remount: 'remount',
}; // prettier-ignore

const dataNames = ['', 'size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol'];

/** Rejects what a tmpfs does not know, in dockerd's words. */
export function tmpfsOptions(text: string): string[] {
  const words = [...defaults, ...(text === '' ? [] : text.split(','))];
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const word of words.reverse()) {
    if (word === 'defaults') continue;
    const name = optionName(word);
    if (seen.has(name)) continue;
    seen.add(name);
    kept.push(word);
  }
  return kept.reverse();
}

function optionName(word: string): string {
  const flag = Object.hasOwn(flagNames, word) ? flagNames[word] : undefined;
  if (flag !== undefined) return flag;
  const equals = word.indexOf('=');
  const name = word.slice(0, Math.max(0, equals));
  if (equals >= 0 && dataNames.includes(name)) return `${name}=`;
  const parts = equals < 0 ? [word] : [name, word.slice(equals + 1)];
  const message = `invalid tmpfs option [${parts.map((part) => JSON.stringify(part)).join(' ')}]`;
  throw new KindError('system', message);
}
