/** What one click does to a container: the docker command it stands for, typed into the terminal. */
import type { ContainerStatus } from '../../../api/container.ts';

export const containerActions = [
  'start',
  'stop',
  'restart',
  'pause',
  'unpause',
  'kill',
  'rm',
  'shell',
  'logs',
] as const;
export type ContainerAction = (typeof containerActions)[number];

/** In which states an action does something. */
const states: Readonly<Record<ContainerAction, readonly ContainerStatus[]>> = {
  start: ['created', 'exited'],
  stop: ['running', 'paused', 'restarting'],
  restart: ['running', 'exited', 'restarting'],
  pause: ['running'],
  unpause: ['paused'],
  kill: ['running', 'paused'],
  rm: ['created', 'exited', 'dead'],
  shell: ['running'],
  logs: ['running', 'paused', 'exited', 'restarting'],
};

export function actionsOf(state: ContainerStatus): readonly ContainerAction[] {
  return containerActions.filter((action) => states[action].includes(state));
}

/** Names are of letters, digits, `_`, `.` and `-`: nothing to quote. */
export function actionCommand(action: ContainerAction, name: string): string {
  if (action === 'shell') return `docker exec -it ${name} sh`;
  if (action === 'logs') return `docker logs -f ${name}`;
  return `docker ${action} ${name}`;
}

/** Doubles a memory limit of so many bytes; whatever limit of swap there was must not be the lower one then. */
export function raiseLimitCommand(name: string, limitBytes: number): string {
  const mebibytes = Math.ceil((2 * limitBytes) / 2 ** 20);
  return `docker update --memory ${mebibytes}m --memory-swap -1 ${name} && docker start ${name}`;
}

/** They keep the terminal busy, so they get one of their own. */
export function needsOwnTerminal(action: ContainerAction): boolean {
  return action === 'shell' || action === 'logs';
}
