/** `docker port` */
import { containerInspect } from '../../../client/containers.ts';
import type { PortBinding } from '../../../api/network.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { between } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { joinHostPort } from '../../format/ports.ts';
import { cut } from '../../flags/flag-spec.ts';
import { naturalCompare } from '../../format/natural-compare.ts';
import { parseUnsigned } from '../../../lib/go-numbers.ts';

export const port: Command = {
  use: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  short: 'List port mappings or a specific mapping for the container',
  aliases: 'docker container port, docker port',
  arguments: between(1, 2),
  flags: [],
  async run(context) {
    const [container = '', wanted] = context.args;
    const inspected = await containerInspect(context.client, { container });
    const ports = Object.entries(inspected.NetworkSettings.Ports ?? {});
    const lines: string[] = [];
    if (wanted === undefined) {
      for (const [from, bindings] of ports) {
        lines.push(...(bindings ?? []).map((binding) => `${from} -> ${address(binding)}`));
      }
    } else {
      const key = portKey(wanted);
      const bindings = ports.find(([from]) => from === key)?.[1] ?? [];
      if (bindings.length === 0) {
        throw new Error(`Error: No public port '${wanted}' published for ${container}`);
      }
      lines.push(...bindings.map(address));
    }
    for (const line of lines.toSorted(naturalCompare)) await context.out.line(line);
  },
};

function portKey(text: string): string {
  const [number, protocol = ''] = cut(text, '/');
  try {
    parseUnsigned(number, { bits: 16 });
  } catch (error) {
    throw new Error(`Error: invalid port (${number}): ${errorMessage(error)}`, { cause: error });
  }
  return `${number}/${protocol === '' ? 'tcp' : protocol}`;
}

function address(binding: PortBinding): string {
  return joinHostPort(binding.HostIp ?? '', binding.HostPort ?? '');
}
