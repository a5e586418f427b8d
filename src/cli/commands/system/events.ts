/** `docker events` */
import { systemEvents } from '../../../client/system.ts';
import type { TimedEvent } from '../../../client/system.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { filterFlag, stringFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { parseTimestamp } from '../../go/timestamp.ts';
import { StructValue } from '../../../lib/template/print-value.ts';
import { executeTemplate, parseTemplate } from '../../../lib/template/template.ts';
import type { Template } from '../../../lib/template/template.ts';

export const events: Command = {
  use: '[OPTIONS]',
  short: 'Get real time events from the server',
  aliases: 'docker system events, docker events',
  arguments: noArguments,
  flags: [
    filterFlag('Filter output based on conditions provided', { short: 'f' }),
    formatFlag({ table: false }),
    stringFlag('since', 'Show all events created since timestamp'),
    stringFlag('until', 'Stream events until this timestamp'),
  ],
  async run(context) {
    const { flags, client, signal, out } = context;
    const template = templateOf(flags.string('format'));
    const messages = await systemEvents(client, {
      since: timestamp(context, 'since'),
      until: timestamp(context, 'until'),
      filters: flags.filters(),
      signal,
    });
    for await (const message of messages) {
      await out.write(template === undefined ? eventLine(message) : apply(template, message));
      if (!out.open) return;
    }
  },
};

function timestamp(context: CommandContext, flag: string): string {
  const text = context.flags.string(flag);
  return text === '' ? '' : parseTimestamp(text, context.now());
}

const emptyMessage: TimedEvent = {
  Type: 'container',
  Action: '',
  Actor: { ID: '', Attributes: {} },
  scope: 'local',
  time: 0,
  timeNano: 0n,
};

/** Tried on an empty message, so that a name it does not have is told before anything happens. */
function templateOf(format: string): Template | undefined {
  if (format === '') return undefined;
  try {
    const template = parseTemplate(format === 'json' ? '{{json .}}' : format);
    executeTemplate(template, messageStruct(emptyMessage, '*events.Message'));
    return template;
  } catch (error) {
    throw new ExitError(64, `Error parsing format: ${errorMessage(error)}`, { cause: error });
  }
}

function apply(template: Template, message: TimedEvent): string {
  return `${executeTemplate(template, messageStruct(message, 'events.Message'))}\n`;
}

/** Templates find the fields under Go's names, `json` prints the wire's. */
function messageStruct(message: TimedEvent, typeName: string): StructValue {
  const { status = '', id = '', from = '', Type, Action, Actor, scope, time, timeNano } = message;
  const actor = new StructValue(
    { ID: Actor.ID, Attributes: Actor.Attributes ?? {} },
    'events.Actor',
  );
  const names = { Status: status, ID: id, From: from };
  const fields = {
    ...names,
    Type,
    Action,
    Actor: actor,
    Scope: scope,
    Time: time,
    TimeNano: timeNano,
  };
  return new StructValue(fields, typeName, { json: { ...message, Actor: actor } });
}

/** `2026-11-24T07:16:16.000000000Z container create <id> (image=busybox, name=x)` */
function eventLine(message: TimedEvent): string {
  const { Type, Action, Actor } = message;
  const attributes = Object.entries(Actor.Attributes ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const details = attributes.length > 0 ? ` (${attributes.join(', ')})` : '';
  return `${timeOf(message)}${Type} ${Action} ${Actor.ID}${details}\n`;
}

/** With all nine digits. */
function timeOf({ time, timeNano }: TimedEvent): string {
  if (time === 0 && timeNano === 0n) return '';
  const nanoseconds = timeNano === 0n ? BigInt(time) * 1_000_000_000n : timeNano;
  const seconds = Number(nanoseconds / 1_000_000_000n);
  const digits = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${digits}Z `;
}
