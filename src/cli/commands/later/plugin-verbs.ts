/** What `docker plugin` says on an engine that has no plugins: an empty list, and that a name is none's. */
import {
  pluginDisable,
  pluginEnable,
  pluginInspect,
  pluginList,
  pluginRemove,
  pluginSet,
} from '../../../client/plugins.ts';
import type { CommandContext } from '../../command/command.ts';
import { formatRows } from '../../format/formatter.ts';
import { eachName } from '../each-name.ts';
import { inspectEach } from '../inspect-each.ts';

const headers = {
  ID: 'ID',
  Name: 'NAME',
  Description: 'DESCRIPTION',
  Enabled: 'ENABLED',
  PluginReference: 'IMAGE',
};

export async function listPlugins(context: CommandContext): Promise<void> {
  const { flags, client, config, out } = context;
  await pluginList(client, { filters: flags.filters() });
  const given = flags.string('format') || config.string('pluginsFormat');
  const table = given === '' || given === 'table';
  const usual = 'table {{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}';
  const format = flags.bool('quiet') ? '{{.ID}}' : table ? usual : given;
  await out.write(formatRows([], { format, headers, typeName: '*plugin.pluginContext' }));
}

export function inspectPlugins(context: CommandContext): Promise<void> {
  return inspectEach(context, {
    names: context.args,
    find: (plugin) => pluginInspect(context.client, { plugin }),
  });
}

export function removePlugins(context: CommandContext): Promise<void> {
  const force = context.flags.bool('force');
  const remove = (plugin: string) => pluginRemove(context.client, { plugin, force });
  return eachName(context, remove, { serial: true });
}

export function enablePlugin(context: CommandContext): Promise<void> {
  const timeoutSeconds = context.flags.number('timeout');
  return eachName(context, (plugin) => pluginEnable(context.client, { plugin, timeoutSeconds }));
}

export function disablePlugin(context: CommandContext): Promise<void> {
  const force = context.flags.bool('force');
  return eachName(context, (plugin) => pluginDisable(context.client, { plugin, force }));
}

export async function setPlugin({ client, args }: CommandContext): Promise<void> {
  const [plugin = '', ...settings] = args;
  await pluginSet(client, { plugin, settings });
}
