/** `docker version` */
import type { SystemVersion } from '../../../api/system.ts';
import { systemVersion } from '../../../client/system.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { clientVersion } from '../../client-version.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { alignTabs } from '../../format/tab-writer.ts';
import { printTemplate } from '../../format/print-template.ts';
import { structOf } from '../../../lib/template/struct-of.ts';
import { parseTemplate } from '../../../lib/template/template.ts';
import type { Template } from '../../../lib/template/template.ts';

export const version: Command = {
  use: '[OPTIONS]',
  short: 'Show the Docker version information',
  arguments: noArguments,
  flags: [formatFlag({ table: false, short: 'f' })],
  async run(context) {
    const template = parseFormat(context.flags.string('format'));
    const { out } = context;
    let server: SystemVersion | undefined;
    let failure: unknown;
    try {
      server = await systemVersion(context.client);
    } catch (error) {
      failure = error;
    }
    const layout = (text: string) => alignTabs(text, { minWidth: 20, padding: 1 });
    if (template === undefined) await out.write(layout(`${versionText(server)}\n`));
    else {
      const fields = { Client: clientFields(), Server: serverFields(server) };
      const data = structOf(fields, 'system.versionInfo');
      await printTemplate(out, { template, data, layout });
    }
    if (failure !== undefined) throw failure;
  },
};

/** Undefined for the built-in layout. */
function parseFormat(format: string): Template | undefined {
  if (format === '') return undefined;
  try {
    const source = format === 'json' ? '{{json .}}' : format;
    return parseTemplate(source, { name: 'version' });
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${errorMessage(error)}`, { cause: error });
  }
}

function clientFields(): Record<string, unknown> {
  const { version: Version, apiVersion: ApiVersion, gitCommit, goVersion } = clientVersion;
  return {
    Version,
    ApiVersion,
    DefaultAPIVersion: ApiVersion,
    GitCommit: gitCommit,
    GoVersion: goVersion,
    Os: clientVersion.os,
    Arch: clientVersion.arch,
    BuildTime: clientVersion.buildTime,
    Context: 'default',
  };
}

function serverFields(server: SystemVersion | undefined): unknown {
  if (server === undefined) return null;
  const Components = server.Components.map((component) => {
    const { Details } = component;
    if (component.Name !== 'Engine' || Details?.['BuildTime'] === undefined) return component;
    return { ...component, Details: { ...Details, BuildTime: ansiDate(Details['BuildTime']) } };
  });
  return { ...server, Components };
}

function versionText(server: SystemVersion | undefined): string {
  const { version: Version, apiVersion, goVersion, gitCommit, buildTime, os, arch } = clientVersion;
  const client = [
    'Client:',
    ` Version:\t${Version}`,
    ` API version:\t${apiVersion}`,
    ` Go version:\t${goVersion}`,
    ` Git commit:\t${gitCommit}`,
    ` Built:\t${buildTime}`,
    ` OS/Arch:\t${os}/${arch}`,
    ' Context:\tdefault',
  ];
  if (server === undefined) return client.join('\n');
  const platform = server.Platform?.Name ?? '';
  const lines = [...client, '', `Server:${platform === '' ? '' : ` ${platform}`}`];
  for (const component of server.Components) lines.push(...componentLines(component, server));
  return lines.join('\n');
}

function componentLines(
  component: SystemVersion['Components'][number],
  server: SystemVersion,
): string[] {
  const details = component.Details ?? {};
  const head = ` ${component.Name}:`;
  if (component.Name !== 'Engine') {
    const keys = Object.keys(details).toSorted();
    return [
      head,
      `  Version:\t${component.Version}`,
      ...keys.map((key) => `  ${key}:\t${details[key] ?? ''}`),
    ];
  }
  return [
    head,
    `  Version:\t${server.Version}`,
    `  API version:\t${details['ApiVersion']} (minimum version ${details['MinAPIVersion']})`,
    `  Go version:\t${details['GoVersion']}`,
    `  Git commit:\t${details['GitCommit']}`,
    `  Built:\t${ansiDate(details['BuildTime'] ?? '')}`,
    `  OS/Arch:\t${details['Os']}/${details['Arch']}`,
    `  Experimental:\t${details['Experimental']}`,
  ];
}

/** RFC 3339 as `Fri May 30 12:07:14 2025`; other texts as they are. */
function ansiDate(text: string): string {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(date.getTime())) return text;
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}
