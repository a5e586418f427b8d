/** `docker network connect` and `disconnect` */
import { networkConnect, networkDisconnect } from '../../../client/networks.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { validateLink } from '../../container-config/validators.ts';
import {
  boolFlag,
  cut,
  intFlag,
  listFlag,
  stringFlag,
  stringsFlag,
} from '../../flags/flag-spec.ts';

export const connect: Command = {
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  arguments: exactly(2),
  flags: [
    stringsFlag('alias', 'Add network-scoped alias for the container'),
    stringsFlag('driver-opt', 'driver options for the network'),
    intFlag(
      'gw-priority',
      'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
    ),
    stringFlag('ip', 'IPv4 address (e.g., "172.30.100.104")'),
    stringFlag('ip6', 'IPv6 address (e.g., "2001:db8::33")'),
    listFlag('link', 'Add link to another container', { validate: validateLink }),
    stringsFlag('link-local-ip', 'Add a link-local address for the container'),
  ],
  async run(context) {
    const { flags } = context;
    const [network = '', container = ''] = context.args;
    await networkConnect(context.client, {
      network,
      container,
      endpoint: {
        IPAMConfig: {
          IPv4Address: flags.string('ip'),
          IPv6Address: flags.string('ip6'),
          LinkLocalIPs: flags.list('link-local-ip'),
        },
        Links: flags.list('link'),
        Aliases: flags.list('alias'),
        DriverOpts: driverOptions(flags.list('driver-opt')),
        GwPriority: flags.number('gw-priority'),
      },
    });
  },
};

export const disconnect: Command = {
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  arguments: exactly(2),
  flags: [boolFlag('force', 'Force the container to disconnect from a network', { short: 'f' })],
  async run(context) {
    const [network = '', container = ''] = context.args;
    const force = context.flags.bool('force');
    await networkDisconnect(context.client, { network, container, force });
  },
};

function driverOptions(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value] = cut(text, '=');
      if (value === undefined || name.trim() === '') {
        throw new Error('invalid key/value pair format in driver options');
      }
      return [name.trim(), value.trim()];
    }),
  );
}
