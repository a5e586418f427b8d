/** `RUN --mount=…`, read when its variables are known. */
import { posixBase, posixJoin, cleanPath } from '../../lib/posix-path.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseSize } from '../../lib/parse-size.ts';
import { suggestion } from '../../lib/suggest.ts';
import { invalid } from '../parse/instruction-input.ts';
import { mountFields } from '../parse/run-instruction.ts';
import type { SourceReference } from '../plan/build-plan.ts';
import type { RunMount } from './build-step.ts';

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const sharings = ['shared', 'private', 'locked'] as const;
const keys = [
  'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env',
].flatMap((names) => names.split(' '));

/** What was said, before anything follows from it. */
interface MountWords {
  type: (typeof types)[number];
  from?: string;
  source?: string;
  target?: string;
  readonly?: boolean;
  sizeBytes?: number;
  id?: string;
  sharing?: (typeof sharings)[number];
  required?: boolean;
  env?: string;
  mode?: number;
  uid?: number;
  gid?: number;
}

export interface MountOptions {
  readonly expand: (text: string) => string;
  /** Where `from` leads. */
  readonly from: SourceReference | undefined;
  /** Relative targets lie below it. */
  readonly workdir: string;
  /** SSH mounts before this one, which number the place of one that names none. */
  readonly sshCount: number;
}

/** Rejects `invalidParameter` with Docker's words. */
export function readMount(text: string, options: MountOptions): RunMount {
  const words: MountWords = { type: 'bind' };
  for (const { key, value, field } of mountFields(text)) {
    if (value === undefined) readSwitch(words, key, field);
    else readValue(words, { key, value: options.expand(value), field });
  }
  checkWords(words);
  if (words.type === 'secret') return secretMount(words);
  if (words.type === 'ssh') return sshMount(words, options);
  return fileMount(words, options);
}

function readSwitch(words: MountWords, key: string, field: string): void {
  if (key === 'readonly' || key === 'ro') words.readonly = true;
  else if (key === 'readwrite' || key === 'rw') words.readonly = false;
  else if (key === 'required') {
    refuseRequired(words);
    words.required = true;
  } else throw invalid(`invalid field '${field}' must be a key=value pair`);
}

interface KeyedValue {
  readonly key: string;
  readonly value: string;
  readonly field: string;
}

function readValue(words: MountWords, { key, value, field }: KeyedValue): void {
  switch (key) {
    case 'type':
      words.type = oneOf(types, value, 'mount type');
      return;
    case 'from':
      words.from = value;
      return;
    case 'source':
    case 'src':
      words.source = value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      words.target = value;
      return;
    case 'readonly':
    case 'ro':
      words.readonly = truth(key, value);
      return;
    case 'readwrite':
    case 'rw':
      words.readonly = !truth(key, value);
      return;
    case 'required':
      refuseRequired(words);
      words.required = truth(key, value);
      return;
    case 'size':
      if (words.type !== 'tmpfs')
        throw invalid(`unexpected key 'size' for mount type '${words.type}'`);
      words.sizeBytes = attempt(() => parseSize(value), `invalid value for size: ${value}`);
      return;
    case 'id':
      words.id = value;
      return;
    case 'sharing':
      words.sharing = oneOf(sharings, value, 'sharing value');
      return;
    case 'mode':
      words.mode = number(value, { radix: 8, key });
      return;
    case 'uid':
    case 'gid':
      words[key] = number(value, { radix: 10, key });
      return;
    case 'env':
      words.env = value;
      return;
    default: {
      const hint = suggestion(key, keys, { caseSensitive: true });
      throw invalid(`unexpected key '${key}' in '${field}'${hint}`);
    }
  }
}

function checkWords(words: MountWords): void {
  const { type } = words;
  if (type === 'bind' || type === 'tmpfs')
    for (const key of ['mode', 'uid', 'gid'] as const)
      if (words[key] !== undefined) throw invalid(`${key} not allowed for "${type}" type mounts`);
  if (type === 'secret') {
    if (words.from) throw invalid('secret mount should not have a from');
    if (words.sharing) throw invalid('secret mount should not define sharing');
    if (!words.source && !words.target && !words.id)
      throw invalid('invalid secret mount. one of source, target required');
    if (words.source && words.id) throw invalid("both source and id can't be set");
  }
  if (words.sharing && type !== 'cache')
    throw invalid(`invalid cache sharing set for ${type} mount`);
}

function secretMount(words: MountWords): RunMount {
  const id = words.source || words.id || posixBase(words.target ?? '');
  const target = words.target || (words.env === undefined ? `/run/secrets/${posixBase(id)}` : '');
  return {
    type: 'secret',
    id,
    target: target === '' ? undefined : target,
    env: words.env,
    required: words.required ?? false,
    mode: words.mode ?? 0o400,
    uid: words.uid ?? 0,
    gid: words.gid ?? 0,
  };
}

function sshMount(words: MountWords, { sshCount }: MountOptions): RunMount {
  if (words.source) throw invalid('ssh does not support source');
  return {
    type: 'ssh',
    id: words.id || 'default',
    target: words.target || `/run/buildkit/ssh_agent.${sshCount}`,
    required: words.required ?? false,
    mode: words.mode ?? 0o600,
    uid: words.uid ?? 0,
    gid: words.gid ?? 0,
  };
}

function fileMount(words: MountWords, { from, workdir }: MountOptions): RunMount {
  const written = words.target ?? '';
  const target = posixJoin('/', written.startsWith('/') ? '' : workdir, written);
  if (target === '/') throw invalid(`invalid mount target ${goQuote(target)}`);
  const source = posixJoin('/', words.source ?? '');
  if (words.type === 'tmpfs')
    return {
      type: 'tmpfs',
      target,
      readonly: words.readonly ?? false,
      sizeBytes: words.sizeBytes ?? 0,
    };
  if (words.type === 'cache') {
    const { mode, uid, gid } = words;
    return {
      type: 'cache',
      target,
      source,
      readonly: words.readonly ?? false,
      id: words.id || cleanPath(written),
      from: from ?? { kind: 'scratch' },
      sharing: words.sharing ?? 'shared',
      ...(mode === undefined ? {} : { mode }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    };
  }
  const readonly = words.readonly ?? true;
  return { type: 'bind', target, source, readonly, from: from ?? { kind: 'context' } };
}

function refuseRequired({ type }: MountWords): void {
  if (type !== 'secret' && type !== 'ssh')
    throw invalid(`unexpected key 'required' for mount type '${type}'`);
}

function oneOf<Value extends string>(values: readonly Value[], text: string, what: string): Value {
  const value = values.find((known) => known === text.toLowerCase());
  if (value !== undefined) return value;
  throw invalid(
    `unsupported ${what} ${goQuote(text)}${suggestion(text, values, { caseSensitive: true })}`,
  );
}

function truth(key: string, value: string): boolean {
  return attempt(() => parseBool(value), `invalid value for ${key}: ${value}`);
}

function number(value: string, { radix, key }: { radix: 8 | 10; key: string }): number {
  const fits = (radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(value);
  const result = parseInt(value, radix);
  if (!fits || result > 0xffff_ffff) throw invalid(`invalid value ${value} for ${key}`);
  return result;
}

function attempt<Result>(read: () => Result, message: string): Result {
  try {
    return read();
  } catch {
    throw invalid(message);
  }
}
