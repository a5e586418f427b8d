/** `--annotation [TYPE[,TYPE…][[PLATFORM]]:]KEY=VALUE`, as attributes of every output. */
import { goQuote } from '../../../lib/go-quote.ts';
import type { BuildOutput } from './build-outputs.ts';

const types = ['index', 'index-descriptor', 'manifest', 'manifest-descriptor'];

/** Rejects with buildx's words. */
export function withAnnotations(
  outputs: readonly BuildOutput[],
  annotations: readonly string[],
): readonly BuildOutput[] {
  const attributes = Object.fromEntries(annotations.flatMap(attributesOf));
  return outputs.map((output) => ({
    ...output,
    attributes: { ...output.attributes, ...attributes },
  }));
}

function attributesOf(annotation: string): [string, string][] {
  const equals = annotation.indexOf('=');
  if (equals < 0)
    throw new Error(`ERROR: invalid annotation ${goQuote(annotation)}, expected key=value`);
  const [left, value] = [annotation.slice(0, equals), annotation.slice(equals + 1)];
  const colon = left.indexOf(':');
  if (colon < 0) return [[`annotation.${left}`, value]];
  const key = left.slice(colon + 1);
  return left
    .slice(0, colon)
    .split(',')
    .map((word): [string, string] => {
      const [, type = '', platform = ''] = /^([^[]*)(\[.*\])?$/.exec(word) ?? [];
      if (!types.includes(type)) throw new Error(`ERROR: unknown annotation type ${goQuote(type)}`);
      return [`annotation-${type}${platform}.${key}`, value];
    });
}
