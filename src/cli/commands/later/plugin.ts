/** `docker plugin …`: this engine has none; what would bring one is still to come. */
import { filterFlag } from '../../flags/flag-spec.ts';
import { flagsOf } from '../../flags/flag-table.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { laterCommand, laterGroup } from './later-command.ts';
import {
  disablePlugin,
  enablePlugin,
  inspectPlugins,
  listPlugins,
  removePlugins,
  setPlugin,
} from './plugin-verbs.ts';

export const plugin = laterGroup({
  name: 'plugin',
  short: 'Manage plugins',
  section: 'management',
  children: [
    laterCommand('plugin create', {
      use: '[OPTIONS] PLUGIN PLUGIN-DATA-DIR',
      short:
        'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
      flags: flagsOf(`
    --compress  Compress the context using gzip
  `),
    }),
    laterCommand('plugin disable', {
      run: disablePlugin,
      use: '[OPTIONS] PLUGIN',
      short: 'Disable a plugin',
      flags: flagsOf(`
    -f, --force  Force the disable of an active plugin
  `),
    }),
    laterCommand('plugin enable', {
      run: enablePlugin,
      use: '[OPTIONS] PLUGIN',
      short: 'Enable a plugin',
      flags: flagsOf(`
    --timeout int  HTTP client timeout (in seconds) (default 30)
  `),
    }),
    laterCommand('plugin inspect', {
      run: inspectPlugins,
      use: '[OPTIONS] PLUGIN [PLUGIN...]',
      short: 'Display detailed information on one or more plugins',
      flags: [formatFlag({ table: false, short: 'f' })],
    }),
    laterCommand('plugin install', {
      use: '[OPTIONS] PLUGIN [KEY=VALUE...]',
      short: 'Install a plugin',
      flags: flagsOf(`
    --alias string           Local name for plugin
    --disable                Do not enable the plugin on install
    --disable-content-trust  Skip image verification (default true)
    --grant-all-permissions  Grant all permissions necessary to run the plugin
  `),
    }),
    laterCommand('plugin ls', {
      run: listPlugins,
      use: '[OPTIONS]',
      short: 'List plugins',
      aliases: 'docker plugin ls, docker plugin list',
      flags: [
        filterFlag('Provide filter values (e.g. "enabled=true")', { short: 'f' }),
        ...flagsOf(`
    --no-trunc           Don't truncate output
    -q, --quiet          Only display plugin IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
    laterCommand('plugin push', {
      use: '[OPTIONS] PLUGIN[:TAG]',
      short: 'Push a plugin to a registry',
      flags: flagsOf(`
    --disable-content-trust  Skip image signing (default true)
  `),
    }),
    laterCommand('plugin rm', {
      run: removePlugins,
      use: '[OPTIONS] PLUGIN [PLUGIN...]',
      short: 'Remove one or more plugins',
      aliases: 'docker plugin rm, docker plugin remove',
      flags: flagsOf(`
    -f, --force  Force the removal of an active plugin
  `),
    }),
    laterCommand('plugin set', {
      run: setPlugin,
      use: 'PLUGIN KEY=VALUE [KEY=VALUE...]',
      short: 'Change settings for a plugin',
      flags: [],
    }),
    laterCommand('plugin upgrade', {
      use: '[OPTIONS] PLUGIN [REMOTE]',
      short: 'Upgrade an existing plugin',
      flags: flagsOf(`
    --disable-content-trust  Skip image verification (default true)
    --grant-all-permissions  Grant all permissions necessary to run the plugin
    --skip-remote-check      Do not check if specified remote plugin matches existing plugin image
  `),
    }),
  ],
});
