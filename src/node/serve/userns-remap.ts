/**
 * `--userns-remap`: which IDs of the machine the containers' users are. As with dockerd, `default` is the user
 * `dockremap` with the range that useradd(8) gives the first user of a fresh machine, which ours is at each boot; another
 * user's ranges are those of this host's /etc/subuid and /etc/subgid (subuid(5)).
 */
import { readFileSync } from 'node:fs';
import { outsideRoot, type IdMapping, type IdRange } from '../../guest/id-mapping.ts';

export interface UsernsRemap {
  readonly ids: IdMapping;
  /** The folder of the data root that is kept for this mapping: who its root is. */
  readonly folder: string;
}

/** SUB_UID_MIN and SUB_UID_COUNT of login.defs(5). */
const defaultRange: IdRange = { inside: 0, outside: 100_000, size: 65_536 };
const defaultUser = 'dockremap';
/** As many as the kernel takes. */
const rangeCountMax = 340;

/** `default` or `user[:group]`; a group of its own has the user's name. Throws in dockerd's words. */
export function parseUsernsRemap(
  text: string,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): UsernsRemap {
  const [user = '', group = user, ...rest] = text.split(':');
  if (user === '' || group === '' || rest.length > 0)
    throw new Error(`invalid user/group specification in --userns-remap: "${text}"`);
  const ids =
    text === 'default'
      ? { uids: [defaultRange], gids: [defaultRange], account: defaultUser }
      : {
          uids: rangesOf(user, { path: '/etc/subuid', kind: 'subuid', of: 'user' }, read),
          gids: rangesOf(group, { path: '/etc/subgid', kind: 'subgid', of: 'group' }, read),
        };
  const { uid, gid } = outsideRoot(ids);
  return { ids, folder: `${uid}.${gid}` };
}

/** All of a name's lines are one run of IDs inside, the lowest first. */
function rangesOf(
  name: string,
  where: { readonly path: string; readonly kind: string; readonly of: string },
  read: (path: string) => string,
): IdRange[] {
  const found = read(where.path)
    .split('\n')
    .flatMap((line) => {
      const match = /^([^:#]+):([0-9]{1,10}):([1-9][0-9]{0,9})\s*$/.exec(line);
      return match?.[1] === name ? [{ outside: Number(match[2]), size: Number(match[3]) }] : [];
    })
    .toSorted((a, b) => a.outside - b.outside);
  if (found.length === 0)
    throw new Error(`no ${where.kind} ranges found for ${where.of} ${JSON.stringify(name)}`);
  if (found.length > rangeCountMax)
    throw new Error(
      `more than ${rangeCountMax} ranges of ${JSON.stringify(name)} in ${where.path}`,
    );
  let inside = 0;
  return found.map(({ outside, size }) => {
    if (outside === 0 || outside + size > 2 ** 32 - 1)
      throw new Error(
        `a range of ${JSON.stringify(name)} in ${where.path} is no user's: ${outside}`,
      );
    const range = { inside, outside, size };
    inside += size;
    return range;
  });
}
