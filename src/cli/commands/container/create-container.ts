/** Creates a container for `run` and `create`, pulling its image when it is not there. */
import type { ContainerCreateRequest } from '../../../api/container.ts';
import { containerCreate } from '../../../client/containers.ts';
import { imageCreate } from '../../../client/images.ts';
import { errorKind, errorMessage } from '../../../lib/errors.ts';
import type { CommandContext } from '../../command/command.ts';
import { platformOf } from '../../flags/platform-flag.ts';
import { registryAuthHeaders } from '../../config/registry-auth.ts';
import { withCidFile } from '../../container-config/cid-file.ts';
import { parsePlatform } from '../../platform.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import { familiarString, parseReference, withDefaultTag } from '../../reference.ts';
import type { Reference } from '../../reference.ts';

/** Resolves with the container's ID. */
export async function createContainer(
  context: CommandContext,
  config: ContainerCreateRequest,
): Promise<string> {
  const path = context.flags.string('cidfile');
  return withCidFile(context, { path, create: () => createOne(context, config) });
}

async function createOne(context: CommandContext, config: ContainerCreateRequest): Promise<string> {
  const image = config.Image ?? '';
  // A whole image ID is no reference to pull.
  const reference = /^[a-f0-9]{64}$/.test(image)
    ? undefined
    : withDefaultTag(parseReference(image));
  const platform = checkPlatform(platformOf(context));
  const pull = context.flags.string('pull');
  if (pull === 'always' && reference !== undefined) await pullImage(context, reference);
  const create = () =>
    containerCreate(context.client, { config, name: context.flags.string('name'), platform });
  const response = await create().catch(async (error: unknown) => {
    const missing = errorKind(error) === 'notFound';
    if (!missing || reference === undefined || pull !== 'missing') throw error;
    if (!context.flags.bool('quiet')) {
      const name = familiarString(reference);
      await context.err.line(`Unable to find image '${name}' locally`);
    }
    await pullImage(context, reference);
    return create();
  });
  for (const warning of [...(response.Warnings ?? []), ...dnsWarnings(config)]) {
    await context.err.line(`WARNING: ${warning}`);
  }
  return response.Id;
}

export function checkPullOption(value: string): void {
  if (['always', 'missing', 'never', ''].includes(value)) return;
  throw new Error(`invalid pull option: '${value}': must be one of "always", "missing" or "never"`);
}

async function pullImage(context: CommandContext, reference: Reference): Promise<void> {
  const messages = await imageCreate(context.client, {
    name: reference.name,
    tag: reference.digest ?? reference.tag ?? '',
    platform: platformOf(context),
    headers: registryAuthHeaders(context, reference.name),
    signal: context.signal,
  });
  await displayMessages(context, messages, context.flags.bool('quiet') ? undefined : context.err);
}

function checkPlatform(platform: string): string {
  if (platform === '') return platform;
  try {
    parsePlatform(platform);
    return platform;
  } catch (error) {
    throw new Error(`error parsing specified platform: ${errorMessage(error)}`, { cause: error });
  }
}

function dnsWarnings(config: ContainerCreateRequest): string[] {
  const local = (config.HostConfig?.Dns ?? []).find((ip) => /^127\.|^::1$/.test(ip));
  return local === undefined ? [] : [`Localhost DNS (${local}) may fail in containers.`];
}
