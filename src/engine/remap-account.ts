/**
 * The account whose IDs the users of remapped containers have. As dockerd makes `dockremap` when it starts, with Debian's
 * adduser(8) and usermod(8): a system user that nobody logs in as, and its ranges in subuid(5) and subgid(5).
 */
import type { Guest } from '../guest/guest.ts';
import type { IdMapping, IdRange } from '../guest/id-mapping.ts';
import { errorKind } from '../lib/errors.ts';

/** FIRST_SYSTEM_UID and LAST_SYSTEM_UID of adduser.conf(5), and the same for groups. */
const systemIdMin = 100;
const systemIdMax = 999;

/** Does nothing for a mapping that no account of the machine stands for, and for one that is there. */
export async function addRemapAccount(guest: Guest, ids: IdMapping): Promise<void> {
  const { account } = ids;
  if (account === undefined) return;
  const [passwd, group] = [
    await readText(guest, '/etc/passwd'),
    await readText(guest, '/etc/group'),
  ];
  if (fieldsOf(passwd).some(([name]) => name === account)) return;
  const gid = freeSystemId(group);
  const user = `${account}:x:${freeSystemId(passwd)}:${gid}::/nonexistent:/bin/false\n`;
  await append(guest, '/etc/group', `${account}:x:${gid}:\n`);
  await append(guest, '/etc/passwd', user);
  await append(guest, '/etc/subuid', rangeLines(account, ids.uids));
  await append(guest, '/etc/subgid', rangeLines(account, ids.gids));
}

async function readText(guest: Guest, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await guest.readFile(path));
  } catch (error) {
    if (errorKind(error) === 'notFound') return '';
    throw error;
  }
}

async function append(guest: Guest, path: string, text: string): Promise<void> {
  const file = await guest.appendFile(path, { mode: 0o644 });
  await file.write(new TextEncoder().encode(text));
  await file.close();
}

function fieldsOf(file: string): string[][] {
  return file.split('\n').map((line) => line.split(':'));
}

/** The lowest that is free; both files have the ID third. */
function freeSystemId(file: string): number {
  const taken = new Set(fieldsOf(file).map(([, , id]) => Number(id)));
  for (let id = systemIdMin; id <= systemIdMax; id += 1) if (!taken.has(id)) return id;
  throw new Error(`No ID from ${systemIdMin} to ${systemIdMax} is free`);
}

function rangeLines(account: string, ranges: readonly IdRange[]): string {
  return ranges.map(({ outside, size }) => `${account}:${outside}:${size}\n`).join('');
}
