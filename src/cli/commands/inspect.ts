/** `docker inspect`, and the `inspect` of containers, images and volumes. */
import { containerInspect } from '../../client/containers.ts';
import { imageInspect } from '../../client/images.ts';
import { volumeInspect } from '../../client/volumes.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import { networkInspect } from '../../client/networks.ts';
import { objectInspect } from '../../client/system.ts';
import { atLeast } from '../command/command.ts';
import type { Command, CommandContext } from '../command/command.ts';
import { boolFlag, stringFlag } from '../flags/flag-spec.ts';
import { formatFlag } from '../flags/format-flag.ts';
import { inspectEach } from './inspect-each.ts';
import { parsePlatform } from '../platform.ts';
import { goQuote } from '../../lib/go-quote.ts';

type Finder = (context: CommandContext, name: string) => Promise<unknown>;

const findContainer: Finder = (context, container) =>
  containerInspect(context.client, { container, size: context.flags.bool('size') });

const findImage: Finder = (context, image) => imageInspect(context.client, { image });

/** Of one platform, when one is asked for. */
function findPlatform(context: CommandContext): Finder {
  const text = context.flags.string('platform');
  const platform = text === '' ? '' : JSON.stringify(parsePlatform(text));
  return (_, image) => imageInspect(context.client, { image, platform });
}

const findVolume: Finder = (context, volume) => volumeInspect(context.client, { volume });

const findNetwork: Finder = (context, network) =>
  networkInspect(context.client, {
    network,
    verbose: context.flags.has('verbose') && context.flags.bool('verbose'),
  });

/** Kinds that are asked for by their path alone. */
const find =
  (path: string, suffix = ''): Finder =>
  (context, name) =>
    objectInspect(context.client, { path, name, suffix });

/** In the order in which a name is looked up. */
const finders: Readonly<Record<string, Finder>> = {
  container: findContainer,
  image: findImage,
  network: findNetwork,
  volume: findVolume,
  plugin: find('plugins', '/json'),
};

/** Only asked for by name: this engine is no swarm manager. */
const swarmFinders: Readonly<Record<string, Finder>> = {
  service: find('services', '?insertDefaults=true'),
  task: find('tasks'),
  node: find('nodes'),
  secret: find('secrets'),
  config: find('configs'),
};

const types = 'config container image network node plugin secret service task volume'.split(' ');

const typeList = types.map((type) => `"${type}"`).join(', ');

export const inspect: Command = {
  use: '[OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Return low-level information on Docker objects',
  arguments: atLeast(1),
  flags: [
    formatFlag({ table: false, short: 'f' }),
    boolFlag('size', 'Display total file sizes if the type is container', { short: 's' }),
    stringFlag('type', 'Only inspect objects of the given type'),
  ],
  async run(context) {
    const type = context.flags.string('type');
    if (context.flags.changed('type') && type === '') {
      throw new Error(`type is empty: must be one of ${typeList}`);
    }
    if (type !== '' && !types.includes(type)) {
      throw new Error(`unknown type: ${goQuote(type)}: must be one of ${typeList}`);
    }
    await inspectNames(
      context,
      type === '' ? findAny : (finders[type] ?? swarmFinders[type] ?? findAny),
    );
  },
};

export const containerInspectCommand: Command = {
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Display detailed information on one or more containers',
  arguments: atLeast(1),
  flags: [
    formatFlag({ table: false, short: 'f' }),
    boolFlag('size', 'Display total file sizes', { short: 's' }),
  ],
  run: (context) => inspectNames(context, findContainer),
};

export const imageInspectCommand: Command = {
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Display detailed information on one or more images',
  arguments: atLeast(1),
  flags: [
    formatFlag({ table: false, short: 'f' }),
    stringFlag(
      'platform',
      'Inspect a specific platform of the multi-platform image.\n' +
        'If the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n' +
        "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
    ),
  ],
  async run(context) {
    await inspectNames(context, findPlatform(context));
  },
};

export const networkInspectCommand: Command = {
  use: '[OPTIONS] NETWORK [NETWORK...]',
  short: 'Display detailed information on one or more networks',
  arguments: atLeast(1),
  flags: [
    formatFlag({ table: false, short: 'f' }),
    boolFlag('verbose', 'Verbose output for diagnostics', { short: 'v' }),
  ],
  run: (context) => inspectNames(context, findNetwork),
};

export const volumeInspectCommand: Command = {
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  arguments: atLeast(1),
  flags: [formatFlag({ table: false, short: 'f' })],
  run: (context) => inspectNames(context, findVolume),
};

function inspectNames(context: CommandContext, finder: Finder): Promise<void> {
  return inspectEach(context, {
    names: context.args,
    find: (name) => finder(context, name),
  });
}

const findAny: Finder = async (context, name) => {
  for (const [type, finder] of Object.entries(finders)) {
    try {
      const value = await finder(context, name);
      if (context.flags.bool('size') && type !== 'container') {
        await context.err.line(`WARNING: --size ignored for ${type}`);
      }
      return value;
    } catch (error) {
      if (!isSkippable(error)) throw error;
    }
  }
  throw new Error(`Error: No such object: ${name}`);
};

function isSkippable(error: unknown): boolean {
  const message = errorMessage(error);
  return (
    errorKind(error) === 'notFound' ||
    message.includes('not supported') ||
    message.includes('invalid reference format')
  );
}
