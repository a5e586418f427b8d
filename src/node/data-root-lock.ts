/** One engine for one data root: a pid file, as dockerd has. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import { isProcessAlive, processIdentity } from './process-identity.ts';

/** Throws when another process is at work there; a file of one that is gone is replaced. */
export function lockDataRoot(dataRoot: string): Disposable {
  mkdirSync(dataRoot, { recursive: true, mode: 0o700 });
  const path = join(dataRoot, 'bottleship.pid');
  if (existsSync(path)) {
    const owner = readFileSync(path, 'utf8');
    if (isProcessAlive(owner)) {
      const pid = owner.split('-')[0];
      throw new Error(`process with PID ${pid} is still running on data root "${dataRoot}"`);
    }
    rmSync(path, { force: true });
  }
  // Fails when another process came in between.
  writeFileSync(path, processIdentity(), { flag: 'wx' });
  return toDisposable(() => rmSync(path, { force: true }));
}
