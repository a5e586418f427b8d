/** `docker inspect`, and the `inspect` of containers, images and volumes. */
import { containerInspect } from '../../client/containers.ts';
import { imageInspect } from '../../client/images.ts';
import { volumeInspect } from '../../client/volumes.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import { atLeast } from '../command/command.ts';
import type { Command, CommandContext } from '../command/command.ts';
import { ExitError } from '../command/exit-error.ts';
import { boolFlag, stringFlag } from '../flags/flag-spec.ts';
import { formatFlag } from '../flags/format-flag.ts';
import { goQuote } from '../go/quote.ts';
import { toJson } from '../template/functions.ts';
import { structOf } from '../template/struct-of.ts';
import { executeTemplate, parseTemplate } from '../template/template.ts';
import type { Template } from '../template/template.ts';

type Finder = (context: CommandContext, name: string) => Promise<unknown>;

const findContainer: Finder = (context, container) =>
  containerInspect(context.client, { container, size: context.flags.bool('size') });

const findImage: Finder = (context, image) => imageInspect(context.client, { image });

const findVolume: Finder = (context, volume) => volumeInspect(context.client, { volume });

/** In the order in which a name is looked up. */
const finders: Readonly<Record<string, Finder>> = {
  container: findContainer,
  image: findImage,
  volume: findVolume,
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
    await inspectEach(context, type === '' ? findAny : (finders[type] ?? findNothing));
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
  run: (context) => inspectEach(context, findContainer),
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
  run: (context) => inspectEach(context, findImage),
};

export const volumeInspectCommand: Command = {
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  arguments: atLeast(1),
  flags: [formatFlag({ table: false, short: 'f' })],
  run: (context) => inspectEach(context, findVolume),
};

const findAny: Finder = async (context, name) => {
  for (const [type, find] of Object.entries(finders)) {
    try {
      const value = await find(context, name);
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

/** Kinds of objects that this engine does not have. */
const findNothing: Finder = (_, name) =>
  Promise.reject(new Error(`Error response from daemon: no such object: ${name}`));

function isSkippable(error: unknown): boolean {
  const message = errorMessage(error);
  return (
    errorKind(error) === 'notFound' ||
    message.includes('not supported') ||
    message.includes('invalid reference format')
  );
}

/** Prints what was found even when something was not. */
async function inspectEach(context: CommandContext, find: Finder): Promise<void> {
  const format = context.flags.string('format');
  const template = format === '' || format === 'json' ? undefined : parseFormat(format);
  const values: unknown[] = [];
  const failures: string[] = [];
  let text = '';
  for (const name of context.args) {
    try {
      const value = await find(context, name);
      values.push(value);
      if (template !== undefined) text += `${applyTemplate(template, value)}\n`;
    } catch (error) {
      failures.push(errorMessage(error));
    }
  }
  if (template === undefined) {
    await context.out.line(toJson(values, format === 'json' ? undefined : '    '));
  } else await context.out.write(text === '' ? '\n' : text);
  if (failures.length > 0) throw new ExitError(1, failures.join('\n'));
}

function parseFormat(format: string): Template {
  try {
    return parseTemplate(format);
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${errorMessage(error)}`, { cause: error });
  }
}

/** First on the value as Go's types have it, then on the bare JSON, whose names differ. */
function applyTemplate(template: Template, value: unknown): string {
  try {
    return executeTemplate(template, structOf(value, 'InspectResponse'));
  } catch {
    try {
      return executeTemplate(template, value, { missingKeyIsError: true });
    } catch (error) {
      throw new Error(`template parsing error: ${errorMessage(error)}`, { cause: error });
    }
  }
}
