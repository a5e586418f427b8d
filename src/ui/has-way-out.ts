/** Whether the site serves a gateway to the Internet; which names it allows, only an attempt shows. */

/** What a gateway answers to a request that is no WebSocket's. */
const statusUpgradeRequired = 426;

export async function hasWayOut(baseUrl: string): Promise<boolean> {
  try {
    const { status } = await fetch(new URL('/wisp/', baseUrl), { cache: 'no-store' });
    return status === statusUpgradeRequired;
  } catch {
    return false;
  }
}
