/** Finds the stored credentials that go with an image's registry. */
import type { AuthConfig } from '../../api/registry.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseReference } from '../reference.ts';
import { authHeader } from './auth-entry.ts';

/** The name under which credentials of Docker Hub are kept. */
export const hubServer = 'https://index.docker.io/v1/';

/** Header of a request that may need a login; empty credentials when none are stored. */
export function registryAuthHeaders(
  context: CommandContext,
  image: string,
): Readonly<Record<string, string>> {
  const domain = parseReference(image).name.split('/')[0] ?? '';
  return serverAuthHeaders(context, domain);
}

/** The same for a registry's host. */
export function serverAuthHeaders(
  context: CommandContext,
  domain: string,
): Readonly<Record<string, string>> {
  return { 'x-registry-auth': authHeader(storedAuth(context, authKey(domain)) ?? {}) };
}

/** Credentials that a helper keeps cannot be read: there are no helpers here, so they count as absent. */
export function storedAuth(context: CommandContext, server: string): AuthConfig | undefined {
  if (context.config.credentialHelper(server) !== '') return undefined;
  return context.config.auth(server);
}

function authKey(domain: string): string {
  return domain === 'docker.io' || domain === 'index.docker.io' ? hubServer : domain;
}

/** Keeps the credentials, with Docker's warning when they lie open. */
export async function storeCredentials(context: CommandContext, auth: AuthConfig): Promise<void> {
  const server = auth.serveraddress ?? hubServer;
  try {
    refuseHelper(context, server);
    const stored = await context.config.storeAuth(server, auth);
    if (!stored || (auth.password ?? '') === '') return;
  } catch (error) {
    throw new Error(`Error saving credentials: ${errorMessage(error)}`, { cause: error });
  }
  await context.err.line(
    `\nWARNING! Your credentials are stored unencrypted in '${context.config.path}'.\n` +
      'Configure a credential helper to remove this warning. See\n' +
      'https://docs.docker.com/go/credential-store/\n',
  );
}

export async function eraseCredentials(context: CommandContext, server: string): Promise<void> {
  refuseHelper(context, server);
  await context.config.eraseAuth(server);
}

/** There are no credential helpers on this machine. */
function refuseHelper(context: CommandContext, server: string): void {
  const helper = context.config.credentialHelper(server);
  if (helper === '') return;
  const program = `docker-credential-${helper}`;
  throw new Error(
    `error storing credentials - err: exec: ${goQuote(program)}: executable file not found in $PATH, out: \`\``,
  );
}
