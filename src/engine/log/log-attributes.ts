/** What json-file puts beside each line of a container: labels and variables that were asked for, and a tag. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { Digest } from '../../image/digest.ts';
import { LinearRegexp } from '../../lib/regexp/linear-regexp.ts';
import { StructValue } from '../../lib/template/print-value.ts';
import { executeTemplate, parseTemplate } from '../../lib/template/template.ts';
import { containerPaths } from '../spec/paths.ts';
import { machineName } from '../system-info.ts';
import { jsonTime } from '../timestamps.ts';

/** What a log driver knows of a container. */
export interface LoggedContainer {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly args: readonly string[];
  readonly imageId: Digest;
}

/** A tag is a line's worth of fields; loops over loops come from somebody who wants the engine to hang. */
const tagNodeCountMax = 10_000;

/** Sorted by name. Throws Docker's words for a pattern or a tag that cannot be read. */
export function logAttributes(container: LoggedContainer): Readonly<Record<string, string>> {
  const { config, hostConfig } = container;
  const { Type: type = 'json-file', Config: options } = hostConfig.LogConfig ?? {};
  if (type !== 'json-file') return {};
  const attributes = new Map([
    ...pick(config.Labels ?? {}, {
      names: options?.['labels'],
      pattern: options?.['labels-regex'],
    }),
    ...pick(variables(config), { names: options?.['env'], pattern: options?.['env-regex'] }),
  ]);
  const tag = renderTag(options?.['tag'] ?? '', container);
  if (tag !== '') attributes.set('tag', tag);
  return Object.fromEntries([...attributes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pick(
  from: Readonly<Record<string, string>>,
  wanted: { readonly names: string | undefined; readonly pattern: string | undefined },
): [string, string][] {
  const names = new Set((wanted.names ?? '').split(',').filter(Boolean));
  const pattern = wanted.pattern ? new LinearRegexp(wanted.pattern) : undefined;
  return Object.entries(from).filter(([name]) => names.has(name) || pattern?.test(name) === true);
}

function variables({ Env: environment }: ContainerConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (environment ?? [])
      .filter((variable) => variable.includes('='))
      .map((variable) => {
        const equals = variable.indexOf('=');
        return [variable.slice(0, equals), variable.slice(equals + 1)];
      }),
  );
}

function renderTag(source: string, container: LoggedContainer): string {
  if (source === '') return '';
  const template = parseTemplate(source, { name: 'log-tag' });
  const info = new StructValue(tagFields(container), '*logger.Info');
  return executeTemplate(template, info, { nodeCountMax: tagNodeCountMax });
}

/** Fields and methods of dockerd's logger.Info. */
function tagFields(container: LoggedContainer): Readonly<Record<string, unknown>> {
  const { id, name, createdMs, config, hostConfig, args, imageId } = container;
  const [entrypoint = '', ...rest] = args;
  const image = config.Image ?? '';
  return {
    Config: hostConfig.LogConfig?.Config ?? {},
    ContainerID: id,
    ContainerName: `/${name}`,
    ContainerEntrypoint: entrypoint,
    ContainerArgs: rest,
    ContainerImageID: imageId,
    ContainerImageName: image,
    ContainerCreated: jsonTime(createdMs),
    ContainerEnv: config.Env ?? [],
    ContainerLabels: config.Labels ?? {},
    LogPath: `${containerPaths(id).metadata}/${id}-json.log`,
    DaemonName: 'docker',
    Hostname: machineName,
    Command: args.join(' '),
    ID: id.slice(0, 12),
    FullID: id,
    Name: name,
    ImageID: imageId.slice(0, 12),
    ImageFullID: imageId,
    ImageName: image,
  };
}
