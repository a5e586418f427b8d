/** Who `-u` means, by the image's own /etc/passwd and /etc/group: names, numbers, groups, home. */
import { KindError } from '../../lib/errors.ts';

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

export interface AccountFiles {
  /** Empty text when the image has no such file. */
  readonly passwd: string;
  readonly group: string;
}

const idMax = 2 ** 31 - 1;

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/**
 * `user` is `""`, `name`, `uid`, and either with `:group`. Without a group part the user's own groups
 * apply. Unknown names are errors, unknown numbers are not.
 */
export function resolveUser(
  user: string,
  files: AccountFiles,
  groupAdd: readonly string[] = [],
): ProcessUser {
  const colon = user.indexOf(':');
  const userPart = colon < 0 ? user : user.slice(0, colon);
  const groupPart = colon < 0 ? '' : user.slice(colon + 1);
  const groups = parseGroup(files.group);
  const entry = findUser(userPart === '' ? '0' : userPart, parsePasswd(files.passwd));
  const gid = groupPart === '' ? entry.gid : findGroup(groupPart, groups);
  const own =
    groupPart === '' && entry.name !== ''
      ? groups.filter((group) => group.members.includes(entry.name)).map((group) => group.gid)
      : [];
  const added = groupAdd.map((name) => findAddedGroup(name, groups));
  const additionalGids = [...new Set([gid, ...own, ...added])];
  return { uid: entry.uid, gid, additionalGids, home: entry.home };
}

function findUser(text: string, entries: readonly PasswdEntry[]): PasswdEntry {
  const id = parseId(text);
  const byName = entries.find((entry) => entry.name === text);
  const found = byName ?? entries.find((entry) => entry.uid === id);
  if (found !== undefined) return found;
  if (id === undefined)
    throw new KindError(
      'system',
      `unable to find user ${text}: no matching entries in passwd file`,
    );
  checkId(id);
  return { name: '', uid: id, gid: 0, home: '/' };
}

function findGroup(text: string, groups: readonly GroupEntry[]): number {
  const id = parseId(text);
  const found =
    groups.find((group) => group.name === text) ?? groups.find((group) => group.gid === id);
  if (found !== undefined) return found.gid;
  if (id === undefined)
    throw new KindError(
      'system',
      `unable to find group ${text}: no matching entries in group file`,
    );
  return checkId(id);
}

/** For `--group-add` dockerd begins the same sentence with a capital letter. */
function findAddedGroup(text: string, groups: readonly GroupEntry[]): number {
  const known = groups.some(({ name }) => name === text) || parseId(text) !== undefined;
  if (known) return findGroup(text, groups);
  const message = `Unable to find group ${text}: no matching entries in group file`;
  throw new KindError('system', message);
}

function parseId(text: string): number | undefined {
  return /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
}

function checkId(id: number): number {
  if (id < 0 || id > idMax)
    throw new KindError('system', `uids and gids must be in range 0-${idMax}`);
  return id;
}

function parsePasswd(text: string): PasswdEntry[] {
  return rows(text).map(([name = '', , uid = '', gid = '', , home = '']) => ({
    name,
    uid: Number(uid) || 0,
    gid: Number(gid) || 0,
    home: home === '' ? '/' : home,
  }));
}

function parseGroup(text: string): GroupEntry[] {
  return rows(text).map(([name = '', , gid = '', members = '']) => ({
    name,
    gid: Number(gid) || 0,
    members: members.split(',').filter((member) => member !== ''),
  }));
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}
