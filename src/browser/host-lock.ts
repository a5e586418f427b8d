/**
 * Tells whether this is the only host at work on the origin's storage: another tab may be in the middle of a pull,
 * and what it has stored so far looks like garbage.
 */

/**
 * Runs `whenAlone` if no other host is at work, then counts this one among those at work until its worker ends.
 * A host that starts meanwhile waits.
 */
export async function enterHosts(
  locks: LockManager,
  { name, whenAlone }: { name: string; whenAlone: () => Promise<void> },
): Promise<void> {
  await locks.request(name, { mode: 'exclusive', ifAvailable: true }, async (lock) => {
    if (lock !== null) await whenAlone();
  });
  await new Promise<void>((resolve, reject) => {
    const holding = locks.request(name, { mode: 'shared' }, () => {
      resolve();
      return new Promise<never>(() => undefined);
    });
    holding.catch(reject);
  });
}
