/** Verbs that change something answer when the change is stored, so that what a client was told survives a crash. */
import type { Daemon } from '../daemon.ts';
import type { EngineBackend } from '../server/backend.ts';

const changing = [
  'containerCreate', 'containerStart', 'containerStop', 'containerKill', 'containerRestart', 'containerPause',
  'containerUnpause', 'containerRename', 'containerUpdate', 'containersPrune', 'containerRemove',
  'volumeCreate', 'volumeRemove', 'volumesPrune', 'networkCreate', 'networkRemove', 'networksPrune',
  'networkConnect', 'networkDisconnect',
] as const; // prettier-ignore

export function durable<Verbs extends Partial<EngineBackend>>(daemon: Daemon, verbs: Verbs): Verbs {
  const kept = Object.entries(verbs).map(([name, verb]: [string, unknown]) => {
    const isChanging = changing.some((other) => other === name) && typeof verb === 'function';
    return [name, isChanging ? waiting(daemon, verb as AnyVerb) : verb];
  });
  return Object.fromEntries(kept) as Verbs;
}

type AnyVerb = (...parameters: unknown[]) => Promise<unknown>;

function waiting(daemon: Daemon, verb: AnyVerb): AnyVerb {
  return async (...parameters) => {
    const result = await verb(...parameters);
    await daemon.state.settled();
    return result;
  };
}
