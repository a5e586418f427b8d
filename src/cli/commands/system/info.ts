/** `docker info` and `docker system info` */
import type { SystemInfo } from '../../../api/system.ts';
import { systemInfo } from '../../../client/system.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { clientVersion } from '../../client-version.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { bytesSize } from '../../go/units.ts';
import { structOf } from '../../../lib/template/struct-of.ts';
import { parseTemplate } from '../../../lib/template/template.ts';
import { printTemplate } from '../../format/print-template.ts';

export const info: Command = {
  use: '[OPTIONS]',
  short: 'Display system-wide information',
  aliases: 'docker system info, docker info',
  arguments: noArguments,
  flags: [formatFlag({ table: false, short: 'f' })],
  async run(context) {
    const format = context.flags.string('format');
    if (format !== '') return printFormatted(context, format);
    await context.out.write(clientText());
    try {
      const server = await systemInfo(context.client);
      await context.out.write(`${serverLines(server).join('\n')}\n\n`);
      for (const warning of server.Warnings ?? []) await context.err.line(warning);
    } catch (error) {
      await context.err.line(`ERROR: ${errorMessage(error)}`);
      throw new Error('errors pretty printing info', { cause: error });
    }
  },
};

async function printFormatted(context: CommandContext, format: string): Promise<void> {
  const template = parse(format === 'json' ? '{{json .}}' : format);
  const server = await systemInfo(context.client);
  const { version, apiVersion, gitCommit, goVersion, os, arch, buildTime } = clientVersion;
  const ClientInfo = {
    Debug: false,
    Version: version,
    ApiVersion: apiVersion,
    DefaultAPIVersion: apiVersion,
    GitCommit: gitCommit,
    GoVersion: goVersion,
    Os: os,
    Arch: arch,
    BuildTime: buildTime,
    Context: 'default',
    Plugins: [],
    Warnings: null,
  };
  const data = structOf({ ...server, ClientInfo }, 'system.dockerInfo');
  await printTemplate(context.out, { template, data });
}

function parse(source: string) {
  try {
    return parseTemplate(source);
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${errorMessage(error)}`, { cause: error });
  }
}

function clientText(): string {
  const { version } = clientVersion;
  return `Client:\n Version:    ${version}\n Context:    default\n Debug Mode: false\n\nServer:\n`;
}

function serverLines(info: SystemInfo): string[] {
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ...filled(' Server Version:', info.ServerVersion),
    ...filled(' Storage Driver:', info.Driver),
    ...(info.DriverStatus ?? []).map(([name, value]) => `  ${name}: ${value}`),
    ...filled(' Logging Driver:', info.LoggingDriver),
    ...filled(' Cgroup Driver:', info.CgroupDriver),
    ...filled(' Cgroup Version:', info.CgroupVersion),
    ' Plugins:',
    `  Volume: ${words(info.Plugins.Volume)}`,
    `  Network: ${words(info.Plugins.Network)}`,
    ...filled('  Authorization:', words(info.Plugins.Authorization)),
    `  Log: ${words(info.Plugins.Log)}`,
    ` Swarm: ${info.Swarm.LocalNodeState}`,
    ...runtimeLines(info),
    ...filled(' Kernel Version:', info.KernelVersion),
    ...filled(' Operating System:', info.OperatingSystem),
    ...filled(' OSType:', info.OSType),
    ...filled(' Architecture:', info.Architecture),
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${bytesSize(info.MemTotal)}`,
    ...filled(' Name:', info.Name),
    ...filled(' ID:', info.ID),
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
    ...debugLines(info),
    ...filled(' HTTP Proxy:', info.HttpProxy),
    ...filled(' HTTPS Proxy:', info.HttpsProxy),
    ...filled(' No Proxy:', info.NoProxy),
    ...listed(' Labels:', info.Labels),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...registryLines(info),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
  ];
}

function runtimeLines(info: SystemInfo): string[] {
  const names = Object.keys(info.Runtimes ?? {});
  const runtimes =
    names.length > 0
      ? [` Runtimes: ${words(names)}`, ` Default Runtime: ${info.DefaultRuntime}`]
      : [];
  return [
    ...runtimes,
    ` Init Binary: ${info.InitBinary}`,
    ` containerd version: ${info.ContainerdCommit.ID}`,
    ` runc version: ${info.RuncCommit.ID}`,
    ` init version: ${info.InitCommit.ID}`,
    ...securityLines(info.SecurityOptions ?? []),
  ];
}

/** `name=seccomp,profile=builtin` on two lines. */
function securityLines(options: readonly string[]): string[] {
  const lines = options.flatMap((option) =>
    option.split(',').flatMap((part) => {
      const [key, value = ''] = part.split('=');
      if (key === 'name') return [`  ${value}`];
      return key === 'profile' ? [`   Profile: ${value}`] : [];
    }),
  );
  return lines.length > 0 ? [' Security Options:', ...lines] : [];
}

function debugLines(info: SystemInfo): string[] {
  if (!info.Debug) return [];
  return [
    `  File Descriptors: ${info.NFd}`,
    `  Goroutines: ${info.NGoroutines}`,
    `  System Time: ${info.SystemTime}`,
    `  EventsListeners: ${info.NEventsListener}`,
  ];
}

function registryLines(info: SystemInfo): string[] {
  const config = info.RegistryConfig;
  if (config === null || config === undefined) return [];
  const insecure = Object.values(config.IndexConfigs ?? {}).filter((index) => !index.Secure);
  const ranges = config.InsecureRegistryCIDRs ?? [];
  const shown = ranges.length > 0 || Object.keys(config.IndexConfigs ?? {}).length > 0;
  return [
    ...(shown ? [' Insecure Registries:'] : []),
    ...insecure.map((index) => `  ${index.Name}`),
    ...ranges.map((range) => `  ${range}`),
    ...listed(' Registry Mirrors:', config.Mirrors),
  ];
}

function filled(label: string, value: string): string[] {
  return value === '' || value === undefined ? [] : [`${label} ${value}`];
}

function listed(label: string, values: readonly string[] | null): string[] {
  if (values === null || values.length === 0) return [];
  return [label, ...values.map((value) => `  ${value}`)];
}

function words(values: readonly string[] | null): string {
  return (values ?? []).join(' ');
}
