/** `docker logs` */
import { containerInspect, containerLogs } from '../../../client/containers.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { copyPlain, copyStdcopy } from '../../streams/attached-streams.ts';
import { parseTimestamp } from '../../go/timestamp.ts';

export const logs: Command = {
  use: '[OPTIONS] CONTAINER',
  short: 'Fetch the logs of a container',
  aliases: 'docker container logs, docker logs',
  arguments: exactly(1),
  flags: [
    boolFlag('details', 'Show extra details provided to logs'),
    boolFlag('follow', 'Follow log output', { short: 'f' }),
    stringFlag(
      'since',
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
    stringFlag('tail', 'Number of lines to show from the end of the logs (default "all")', {
      short: 'n',
      initial: 'all',
    }),
    boolFlag('timestamps', 'Show timestamps', { short: 't' }),
    stringFlag(
      'until',
      'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
  ],
  async run(context) {
    const { flags, client, signal, out, err } = context;
    const inspected = await containerInspect(client, { container: context.args[0] ?? '' });
    const time = (name: 'since' | 'until') => {
      const text = flags.string(name);
      if (text === '') return {};
      try {
        return { [name]: parseTimestamp(text, context.now()) };
      } catch (error) {
        const reason = errorMessage(error);
        throw new Error(`invalid value for "${name}": ${reason}`, { cause: error });
      }
    };
    const stream = await containerLogs(client, {
      container: inspected.Id,
      stdout: true,
      stderr: true,
      follow: flags.bool('follow'),
      timestamps: flags.bool('timestamps'),
      details: flags.bool('details'),
      tail: flags.string('tail'),
      ...time('since'),
      ...time('until'),
      signal,
    });
    if (inspected.Config.Tty === true) await copyPlain(stream, out);
    else await copyStdcopy(stream, { stdout: out, stderr: err });
    // A stream that was let go of ends like any other, but Ctrl-C is no success.
    signal.throwIfAborted();
  },
};
