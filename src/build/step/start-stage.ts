/** What a stage begins with. */
import type { ContainerConfig } from '../../api/container.ts';
import type { StageState } from './build-step.ts';
import { joinDirectory } from './apply-config.ts';
import { environmentMap } from './environment.ts';

/** Where programs are looked for when an image does not say. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type StageBase =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'image'; readonly config: ContainerConfig; readonly author?: string }
  /** The last state of the stage it begins with. */
  | { readonly kind: 'stage'; readonly state: StageState };

/** Triggers of the base are not carried along: they are instructions of this stage now. */
export function startStage(base: StageBase): StageState {
  if (base.kind === 'stage')
    return { ...base.state, config: withoutTriggers(base.state.config), lastOf: {} };
  const given = base.kind === 'image' ? withoutTriggers(base.config) : {};
  const hasPath = environmentMap(given.Env).has('PATH');
  const config: ContainerConfig = {
    ...given,
    ...(hasPath ? {} : { Env: [...(given.Env ?? []), `PATH=${defaultPath}`] }),
    ...(given.WorkingDir ? { WorkingDir: joinDirectory('', given.WorkingDir) } : {}),
  };
  const author = base.kind === 'image' ? (base.author ?? '') : '';
  const env = environmentMap(config.Env);
  return { config, author, env, args: new Map(), lastOf: {}, hasWorkdir: false };
}

function withoutTriggers(config: ContainerConfig): ContainerConfig {
  const { OnBuild: _triggers, ...rest } = config;
  return rest;
}
