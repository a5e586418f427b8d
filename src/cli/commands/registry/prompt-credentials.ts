/** Asks at the terminal for what `docker login` was not given. */
import type { AuthConfig } from '../../../api/registry.ts';
import type { CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { hubServer } from '../../config/registry-auth.ts';
import { printNote } from '../../format/note.ts';
import { readSecret } from '../../streams/read-secret.ts';
import { ask } from '../confirm.ts';

const registerHint =
  "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.";
const tokenHint =
  'You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/';
const tokenNote =
  'A Personal Access Token (PAT) can be used instead.\nTo create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m\n\n';

/** `known` is the name of the last login, which an empty answer takes. */
export async function promptForCredentials(
  context: CommandContext,
  options: {
    readonly username: string;
    readonly password: string;
    readonly server: string;
    readonly known: string;
  },
): Promise<AuthConfig> {
  const { server } = options;
  const username = options.username.trim() || (await askName(context, options));
  const password = options.password.trim() || (await askPassword(context, server));
  return { username, password, serveraddress: server };
}

async function askName(
  context: CommandContext,
  { server, known }: { readonly server: string; readonly known: string },
): Promise<string> {
  if (server === hubServer) await context.out.write(`${registerHint}\n${tokenHint}\n\n`);
  const answer = await ask(context, known === '' ? 'Username: ' : `Username (${known}): `);
  if (answer === undefined) throw interrupted();
  const username = answer || known;
  if (username === '') throw new Error('Error: Non-null Username Required');
  return username;
}

async function askPassword(context: CommandContext, server: string): Promise<string> {
  if (server === hubServer) await printNote(context.err, tokenNote);
  const password = await readSecret(context, 'Password: ');
  if (password === undefined) throw interrupted();
  await context.out.write('\n');
  if (password === '') throw new Error('Error: Password Required');
  return password;
}

function interrupted(): ExitError {
  return new ExitError(130);
}
