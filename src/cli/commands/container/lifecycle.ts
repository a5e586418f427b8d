/** Commands that do one thing to each container they are given. */
import {
  containerKill,
  containerPause,
  containerRemove,
  containerRestart,
  containerStop,
  containerUnpause,
  containerWait,
} from '../../../client/containers.ts';
import { errorKind, errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, intFlag, stringFlag } from '../../flags/flag-spec.ts';
import { eachName } from '../each-name.ts';

const several = '[OPTIONS] CONTAINER [CONTAINER...]';
const severalPlain = 'CONTAINER [CONTAINER...]';

const signalFlag = stringFlag('signal', 'Signal to send to the container', { short: 's' });

const stopFlags = [
  signalFlag,
  intFlag('timeout', 'Seconds to wait before killing the container', { short: 't' }),
  intFlag('time', 'Seconds to wait before killing the container', {
    hidden: true,
    deprecated: 'use --timeout instead',
  }),
];

export const stop: Command = {
  use: several,
  short: 'Stop one or more running containers',
  aliases: 'docker container stop, docker stop',
  arguments: atLeast(1),
  flags: stopFlags,
  async run(context) {
    const options = stopOptions(context);
    await eachName(context, (container) =>
      containerStop(context.client, { container, ...options }),
    );
  },
};

export const restart: Command = {
  use: several,
  short: 'Restart one or more containers',
  aliases: 'docker container restart, docker restart',
  arguments: atLeast(1),
  flags: stopFlags,
  async run(context) {
    const options = stopOptions(context);
    const action = (container: string) =>
      containerRestart(context.client, { container, ...options });
    await eachName(context, action, { serial: true });
  },
};

function stopOptions(context: CommandContext): { stopSignal: string; timeoutSeconds?: number } {
  const { flags } = context;
  const stopSignal = flags.string('signal');
  if (flags.changed('time')) {
    if (flags.changed('timeout')) {
      throw new Error('conflicting options: cannot specify both --timeout and --time');
    }
    return { stopSignal, timeoutSeconds: flags.number('time') };
  }
  if (!flags.changed('timeout')) return { stopSignal };
  return { stopSignal, timeoutSeconds: flags.number('timeout') };
}

export const kill: Command = {
  use: several,
  short: 'Kill one or more running containers',
  aliases: 'docker container kill, docker kill',
  arguments: atLeast(1),
  flags: [signalFlag],
  run(context) {
    const killSignal = context.flags.string('signal');
    return eachName(context, (container) =>
      containerKill(context.client, { container, killSignal }),
    );
  },
};

export const pause: Command = {
  use: severalPlain,
  short: 'Pause all processes within one or more containers',
  aliases: 'docker container pause, docker pause',
  arguments: atLeast(1),
  flags: [],
  run: (context) => eachName(context, (container) => containerPause(context.client, { container })),
};

export const unpause: Command = {
  use: severalPlain,
  short: 'Unpause all processes within one or more containers',
  aliases: 'docker container unpause, docker unpause',
  arguments: atLeast(1),
  flags: [],
  run: (context) =>
    eachName(context, (container) => containerUnpause(context.client, { container })),
};

export const remove: Command = {
  use: several,
  short: 'Remove one or more containers',
  aliases: 'docker container rm, docker container remove, docker rm',
  arguments: atLeast(1),
  flags: [
    boolFlag('force', 'Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    boolFlag('link', 'Remove the specified link', { short: 'l' }),
    boolFlag('volumes', 'Remove anonymous volumes associated with the container', { short: 'v' }),
  ],
  run(context) {
    const { flags } = context;
    const force = flags.bool('force');
    const action = async (name: string) => {
      const container = name.replace(/^\/+|\/+$/g, '');
      if (container === '') throw new Error('container name cannot be empty');
      await containerRemove(context.client, {
        container,
        force,
        removeVolumes: flags.bool('volumes'),
        removeLinks: flags.bool('link'),
      });
    };
    const tolerates = (error: unknown) => force && errorKind(error) === 'notFound';
    return eachName(context, action, { tolerates });
  },
};

export const wait: Command = {
  use: severalPlain,
  short: 'Block until one or more containers stop, then print their exit codes',
  aliases: 'docker container wait, docker wait',
  arguments: atLeast(1),
  flags: [],
  async run(context) {
    const failures: string[] = [];
    for (const container of context.args) {
      try {
        const { signal } = context;
        const { exit } = await containerWait(context.client, { container, signal });
        await context.out.line(String((await exit).StatusCode));
      } catch (error) {
        failures.push(errorMessage(error));
      }
    }
    if (failures.length > 0) throw new Error(failures.join('\n'));
  },
};
