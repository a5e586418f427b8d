/** `docker buildx ls`, `inspect` and `version`: there is one builder, the engine itself. */
import { between, noArguments, type Command } from '../../command/command.ts';
import { systemVersion } from '../../../client/system.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { builderFlags, hiddenBuilderFlags } from './buildx-flags.ts';

const builderName = 'default';
const platform = 'linux/386';

export const buildxList: Command = {
  use: '',
  short: 'List builder instances',
  arguments: noArguments,
  flags: [
    ...hiddenBuilderFlags,
    stringFlag('format', 'Format the output (default "table")', { initial: 'table' }),
    boolFlag('no-trunc', "Don't truncate output"),
  ],
  async run({ out }) {
    const rows = [
      ['NAME/NODE', 'DRIVER/ENDPOINT', 'STATUS', 'BUILDKIT', 'PLATFORMS'],
      [`${builderName}*`, 'docker', '', '', ''],
      [` \\_ ${builderName}`, `  \\_ ${builderName}`, 'running', engineBuilder, platform],
    ];
    const widths = [0, 1, 2, 3].map(
      (at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)) + 3,
    );
    await out.write(
      rows
        .map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('')}\n`)
        .join(''),
    );
  },
};

/** What answers in BuildKit's place. */
const engineBuilder = 'bottleship';

export const buildxInspect: Command = {
  use: '[NAME]',
  short: 'Inspect current builder instance',
  arguments: between(0, 1),
  flags: [...builderFlags, boolFlag('bootstrap', 'Ensure builder has booted before inspecting')],
  async run({ out, args }) {
    const [name = builderName] = args;
    if (name !== builderName) throw new Error(`ERROR: no builder ${JSON.stringify(name)} found`);
    const lines: [string, string][] = [
      ['Name', builderName],
      ['Driver', 'docker'],
    ];
    const node: [string, string][] = [
      ['Name', builderName],
      ['Endpoint', builderName],
      ['Status', 'running'],
      ['BuildKit version', engineBuilder],
      ['Platforms', platform],
    ];
    const text = (list: readonly [string, string][], width: number) =>
      list.map(([key, value]) => `${`${key}:`.padEnd(width)}${value}\n`).join('');
    await out.write(`${text(lines, 8)}\nNodes:\n${text(node, 18)}`);
  },
};

export const buildxVersion: Command = {
  use: '',
  short: 'Show buildx version information',
  arguments: noArguments,
  flags: hiddenBuilderFlags,
  async run({ out, client }) {
    const { Version } = await systemVersion(client);
    await out.line(`github.com/docker/buildx 0.24.0 (Bottleship ${Version})`);
  },
};
