/** `docker network create` */
import { networkCreate } from '../../../client/networks.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { validateLabel } from '../../container-config/validators.ts';
import {
  boolFlag,
  cut,
  listFlag,
  mapFlag,
  stringFlag,
  stringsFlag,
} from '../../flags/flag-spec.ts';
import { ipamConfig } from './ipam.ts';

export const create: Command = {
  use: '[OPTIONS] NETWORK',
  short: 'Create a network',
  arguments: exactly(1),
  flags: [
    boolFlag('attachable', 'Enable manual container attachment'),
    mapFlag(
      'aux-address',
      'Auxiliary IPv4 or IPv6 addresses used by Network driver (default map[])',
    ),
    stringFlag('config-from', 'The network from which to copy the configuration'),
    boolFlag('config-only', 'Create a configuration only network'),
    stringFlag('driver', 'Driver to manage the Network (default "bridge")', {
      short: 'd',
      initial: 'bridge',
    }),
    stringsFlag('gateway', 'IPv4 or IPv6 Gateway for the master subnet'),
    boolFlag('ingress', 'Create swarm routing-mesh network'),
    boolFlag('internal', 'Restrict external access to the network'),
    stringsFlag('ip-range', 'Allocate container ip from a sub-range'),
    stringFlag('ipam-driver', 'IP Address Management Driver (default "default")', {
      initial: 'default',
    }),
    mapFlag('ipam-opt', 'Set IPAM driver specific options (default map[])'),
    boolFlag('ipv4', 'Enable or disable IPv4 address assignment (default true)', { initial: true }),
    boolFlag('ipv6', 'Enable or disable IPv6 address assignment'),
    listFlag('label', 'Set metadata on a network', { validate: validateLabel }),
    mapFlag('opt', 'Set driver specific options (default map[])', { short: 'o' }),
    stringFlag('scope', "Control the network's scope"),
    stringsFlag('subnet', 'Subnet in CIDR format that represents a network segment'),
  ],
  async run(context) {
    const { flags } = context;
    const Config = ipamConfig({
      subnets: flags.list('subnet'),
      ranges: flags.list('ip-range'),
      gateways: flags.list('gateway'),
      auxiliary: flags.map('aux-address'),
    });
    const configFrom = flags.string('config-from');
    const { Id } = await networkCreate(context.client, {
      Name: context.args[0] ?? '',
      Driver: flags.string('driver'),
      Options: flags.map('opt'),
      IPAM: { Driver: flags.string('ipam-driver'), Config, Options: flags.map('ipam-opt') },
      Internal: flags.bool('internal'),
      ...(flags.changed('ipv4') ? { EnableIPv4: flags.bool('ipv4') } : {}),
      ...(flags.changed('ipv6') ? { EnableIPv6: flags.bool('ipv6') } : {}),
      Attachable: flags.bool('attachable'),
      Ingress: flags.bool('ingress'),
      Scope: flags.string('scope'),
      ConfigOnly: flags.bool('config-only'),
      ...(configFrom === '' ? {} : { ConfigFrom: { Network: configFrom } }),
      Labels: Object.fromEntries(
        flags.list('label').map((label) => [cut(label, '=')[0], cut(label, '=')[1] ?? '']),
      ),
    });
    await context.out.line(Id);
  },
};
