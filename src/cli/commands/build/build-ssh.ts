/** `--ssh default`, `--ssh id=socket` and `--ssh id=key,key`: named or read here, sent along. */
import { encodeBase64, encodeBase64Text } from '../../../lib/base64.ts';
import type { CommandContext } from '../../command/command.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { localSource } from '../container/local-copy-paths.ts';

/** As BuildKit reads key files. */
const keyBytesMax = 100 * 1024;

type Agent = { readonly socket: string } | { readonly keys: readonly string[] };

/** The header's value; undefined when there are none. A context that git fetches over ssh asks for the default one. */
export async function sshHeader(
  context: CommandContext,
  contextPath: string,
): Promise<string | undefined> {
  const given = context.flags.values<string>('ssh').filter((spec) => spec !== '');
  const specs = given.length === 0 && isSshRemote(contextPath) ? ['default'] : given;
  if (specs.length === 0) return undefined;
  const agents = new Map<string, Agent>();
  for (const [id, paths] of new Map(specs.map(parseSpec)))
    agents.set(id || 'default', await agentOf(context, paths));
  return encodeBase64Text(JSON.stringify(Object.fromEntries(agents)));
}

function isSshRemote(path: string): boolean {
  return path.startsWith('ssh://') || /^[^/\s@]+@[^/\s:]+:/.test(path);
}

function parseSpec(spec: string): [id: string, paths: readonly string[]] {
  const equals = spec.indexOf('=');
  if (equals < 0) return [spec, []];
  return [spec.slice(0, equals), spec.slice(equals + 1).split(',')];
}

/** Rejects with BuildKit's words. */
async function agentOf(context: CommandContext, given: readonly string[]): Promise<Agent> {
  const own = context.invocation.env['SSH_AUTH_SOCK'] ?? '';
  const paths = given.length === 0 || (given.length === 1 && given[0] === '') ? [own] : given;
  if (paths[0] === '')
    throw new Error('ERROR: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set');
  let socket: string | undefined;
  const keys: string[] = [];
  for (const path of paths) {
    if (socket !== undefined) throw new Error('ERROR: only single socket allowed');
    const found = await find(context, path);
    if (found.isSocket) socket = found.path;
    else keys.push(await readKey(context, path, found.path));
  }
  if (socket === undefined) return { keys };
  if (keys.length > 0) throw new Error('ERROR: invalid combination of keys and sockets');
  return { socket };
}

async function find(
  context: CommandContext,
  path: string,
): Promise<{ readonly path: string; readonly isSocket: boolean }> {
  const files = filesOf(context);
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  try {
    const { realPath } = await localSource(files, { path: absolute, follow: true });
    return { path: realPath, isSocket: (await files.stat(realPath)).type === 'socket' };
  } catch (cause) {
    throw new Error(`ERROR: stat ${path}: no such file or directory`, { cause });
  }
}

/** What a key is, ssh-add decides; what is none at all, fails here. */
async function readKey(context: CommandContext, path: string, realPath: string): Promise<string> {
  const content = (await filesOf(context).readFile(realPath)).subarray(0, keyBytesMax);
  if (!new TextDecoder().decode(content).includes('-----BEGIN '))
    throw new Error(`ERROR: failed to parse ${path}: ssh: no key found`);
  return encodeBase64(content);
}
