/** `--secret id=x,src=file` and `--secret id=x,env=NAME`: read here, sent along. */
import { encodeBase64, encodeBase64Text } from '../../../lib/base64.ts';
import { parseCsvLine } from '../../../lib/csv.ts';
import { errorKind } from '../../../lib/errors.ts';
import type { CommandContext } from '../../command/command.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';

/** As BuildKit limits them. */
const secretBytesMax = 500 * 1024;

/** The header's value; undefined when there are none. Rejects with buildx's words. */
export async function secretsHeader(context: CommandContext): Promise<string | undefined> {
  const specs = context.flags.values<string>('secret');
  if (specs.length === 0) return undefined;
  const secrets: Record<string, string> = {};
  for (const spec of specs) {
    const { id, content } = await readSecret(context, spec);
    if (content.length > secretBytesMax)
      throw new Error(`ERROR: invalid secret size ${content.length}, exceeds ${secretBytesMax}`);
    secrets[id] = encodeBase64(content);
  }
  return encodeBase64Text(JSON.stringify(secrets));
}

async function readSecret(
  context: CommandContext,
  spec: string,
): Promise<{ id: string; content: Uint8Array }> {
  const { invocation } = context;
  const { id, source, variable, type } = parseSecret(spec);
  const isVariable =
    variable !== '' ||
    type === 'env' ||
    (source === '' && type === '' && invocation.env[id] !== undefined);
  if (isVariable) {
    const name = variable || source || id;
    return { id, content: new TextEncoder().encode(invocation.env[name] ?? '') };
  }
  const path = source || id;
  try {
    const content = await filesOf(context).readFile(
      absolutePath(path, invocation.workingDirectory),
    );
    return { id, content };
  } catch (error) {
    if (errorKind(error) !== 'notFound') throw error;
    throw new Error(`ERROR: failed to stat ${path}: stat ${path}: no such file or directory`, {
      cause: error,
    });
  }
}

function parseSecret(spec: string) {
  const secret = { id: '', source: '', variable: '', type: '' };
  for (const field of parseCsvLine(spec)) {
    const equals = field.indexOf('=');
    if (equals < 0) throw new Error(`ERROR: invalid field '${field}' must be a key=value pair`);
    const [key, value] = [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    if (key === 'id') secret.id = value;
    else if (key === 'src' || key === 'source') secret.source = value;
    else if (key === 'env') secret.variable = value;
    else if (key === 'type' && (value === 'file' || value === 'env')) secret.type = value;
    else if (key === 'type')
      throw new Error(`ERROR: unsupported secret type ${JSON.stringify(value)}`);
    else throw new Error(`ERROR: unexpected key '${key}' in '${field}'`);
  }
  if (secret.id === '') throw new Error('ERROR: secret missing required id');
  return secret;
}
