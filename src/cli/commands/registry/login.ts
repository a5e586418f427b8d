/** `docker login` */
import type { AuthConfig } from '../../../api/registry.ts';
import { registryLogin } from '../../../client/system.ts';
import { errorKind, errorMessage } from '../../../lib/errors.ts';
import { between } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { hostOf } from '../../config/config-file.ts';
import {
  eraseCredentials,
  hubServer,
  storeCredentials,
  storedAuth,
} from '../../config/registry-auth.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { printNote } from '../../format/note.ts';
import { readAll } from '../../streams/read-all.ts';
import { promptForCredentials } from './prompt-credentials.ts';

export const login: Command = {
  use: '[OPTIONS] [SERVER]',
  short: 'Authenticate to a registry',
  long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  arguments: between(0, 1),
  flags: [
    stringFlag('password', 'Password or Personal Access Token (PAT)', { short: 'p' }),
    boolFlag('password-stdin', 'Take the Password or Personal Access Token (PAT) from stdin'),
    stringFlag('username', 'Username', { short: 'u' }),
  ],
  async run(context) {
    checkFlags(context);
    const username = context.flags.string('username');
    const password = await passwordOf(context, username);
    const server = serverOf(context.args[0] ?? '');
    const stored = username === '' && password === '' ? storedAuth(context, server) : undefined;
    const known = { username: stored?.username ?? '', password: stored?.password ?? '' };
    if (known.username !== '' && known.password !== '') {
      const auth = { ...known, serveraddress: server };
      const status = await loginAgain(context, auth);
      if (status !== undefined) return context.out.line(status);
    }
    const status = await loginUser(context, { username, password, server, known: known.username });
    if (status !== '') await context.out.line(status);
  },
};

export const logout: Command = {
  use: '[SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  arguments: between(0, 1),
  flags: [],
  async run(context) {
    const [given = ''] = context.args;
    const server = given === '' ? hubServer : given;
    const host = given === '' ? hubServer : hostOf(given);
    await context.out.line(`Removing login credentials for ${host}`);
    // The other spellings are those under which older clients kept them.
    const names = given === '' ? [server] : [server, host, `http://${host}`, `https://${host}`];
    const failures: string[] = [];
    for (const name of names) {
      await eraseCredentials(context, name).catch((error: unknown) => {
        failures.push(`${name}: ${errorMessage(error)}`);
      });
    }
    if (failures.length < names.length) return;
    await context.err.line(['WARNING: could not erase credentials:', ...failures].join('\n'));
  },
};

function checkFlags({ flags }: CommandContext): void {
  if (flags.changed('password-stdin')) {
    if (flags.changed('password')) {
      throw new Error('conflicting options: cannot specify both --password and --password-stdin');
    }
    if (!flags.changed('username')) {
      throw new Error('the --password-stdin option requires --username to be set');
    }
  }
  for (const name of ['username', 'password']) {
    if (flags.changed(name) && flags.string(name) === '') throw new Error(`${name} is empty`);
  }
}

async function passwordOf(context: CommandContext, username: string): Promise<string> {
  const { flags, err, invocation } = context;
  const given = flags.string('password');
  if (given !== '') {
    await err.line('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
  }
  if (!flags.bool('password-stdin')) return given;
  if (username === '') throw new Error('username is empty');
  return (await readAll(invocation.stdin)).replace(/\n$/, '').replace(/\r$/, '');
}

/** Docker Hub has a name of its own; others are known by their host. */
function serverOf(given: string): string {
  return given === '' || given === 'docker.io' ? hubServer : hostOf(given);
}

/** Undefined when the stored credentials are no good, so that new ones must be asked for. */
async function loginAgain(context: CommandContext, auth: AuthConfig): Promise<string | undefined> {
  await context.err.line(
    `Authenticating with existing credentials... [Username: ${auth.username}]`,
  );
  const note = "To login with a different account, run 'docker logout' followed by 'docker login'";
  await printNote(context.err, note);
  await context.err.write('\n\n');
  try {
    const { Status, IdentityToken } = await registryLogin(context.client, auth);
    await storeCredentials(context, withToken(auth, IdentityToken));
    return Status;
  } catch (error) {
    const expired = errorKind(error) === 'unauthorized';
    await context.err.line(
      expired
        ? 'Stored credentials invalid or expired'
        : `Login did not succeed, error: ${errorMessage(error)}`,
    );
    return undefined;
  }
}

async function loginUser(
  context: CommandContext,
  options: {
    readonly username: string;
    readonly password: string;
    readonly server: string;
    readonly known: string;
  },
): Promise<string> {
  const { username, password } = options;
  if ((username === '' || password === '') && !context.invocation.terminal.stdin) {
    throw new Error('Error: Cannot perform an interactive login from a non TTY device');
  }
  if (options.server === hubServer && username === '' && password === '') {
    // Docker's own site is out of this machine's reach, and the real program then says so too.
    await context.err.write(
      'Failed to start web-based login - falling back to command line login...\n\n',
    );
  }
  const auth = await promptForCredentials(context, options);
  const { Status, IdentityToken } = await registryLogin(context.client, auth);
  await storeCredentials(context, withToken(auth, IdentityToken));
  return Status;
}

/** A token takes the password's place. */
function withToken(auth: AuthConfig, token: string | undefined): AuthConfig {
  if (token === undefined || token === '') return auth;
  const { password: _, ...rest } = auth;
  return { ...rest, identitytoken: token };
}
