/** Names a process so that another one, later given the same pid, is not taken for it. */
import { readFileSync } from 'node:fs';

/** `<pid>-<start time>`; the start time is in clock ticks since boot, 0 where there is no /proc. */
export function processIdentity(pid: number = process.pid): string {
  return `${pid}-${startTicks(pid)}`;
}

export function isProcessAlive(identity: string): boolean {
  const pid = Number(identity.split('-')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM is somebody else's living process.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return processIdentity(pid) === identity;
}

function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field, the command, is in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
