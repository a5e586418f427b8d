/** Which stage, context or image a name means. */
import { goQuote } from '../../lib/go-quote.ts';
import {
  familiarText,
  parseReference,
  referenceText,
  withDefaultTag,
} from '../../image/reference.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { Dockerfile } from '../instruction.ts';
import type { PlanOptions, SourceReference } from './build-plan.ts';

export interface NameScope {
  /** Lower case, to the last stage of that name. */
  readonly stages: ReadonlyMap<string, number>;
  readonly stageCount: number;
  readonly namedContexts: ReadonlyMap<string, string>;
}

/** Names are looked up in the whole file: a later stage is found, and then refused. */
export function nameScope(
  { stages: list }: Dockerfile,
  { namedContexts }: Pick<PlanOptions, 'namedContexts'>,
): NameScope {
  const stages = new Map<string, number>();
  for (const [index, { stageName }] of list.entries())
    if (stageName !== '') stages.set(stageName, index);
  return { stages, stageCount: list.length, namedContexts };
}

/** What `--from` names: a stage by name or index, a named context, else an image. */
export function resolveFrom(
  from: string,
  scope: NameScope & { readonly isClassic: boolean },
): SourceReference {
  if (/^[+-]?[0-9]+$/.test(from)) {
    const index = Number(from);
    if (index >= 0 && index < scope.stageCount) return { kind: 'stage', index };
    const message = scope.isClassic
      ? `invalid from flag value ${from}: index out of bounds`
      : `invalid stage index ${index}`;
    throw new KindError('invalidParameter', message);
  }
  const index = scope.stages.get(from.toLowerCase());
  return index === undefined ? resolveImage(from, { ...scope }) : { kind: 'stage', index };
}

/** What stands for a name that is no stage's. */
export function resolveImage(
  name: string,
  options: { readonly namedContexts: ReadonlyMap<string, string>; readonly platform?: string },
): SourceReference {
  if (name === 'scratch') return { kind: 'scratch' };
  const { namedContexts, platform } = options;
  const reference = imageReference(name);
  const context = namedContexts.get(name) ?? namedContexts.get(familiar(reference));
  if (context !== undefined) return { kind: 'named', name, value: context };
  return { kind: 'image', reference, ...(platform === undefined ? {} : { platform }) };
}

/** `docker.io/library/busybox:latest`. Rejects `invalidParameter`. */
function imageReference(name: string): string {
  try {
    return referenceText(withDefaultTag(parseReference(name)));
  } catch (cause) {
    const message = `failed to parse stage name ${goQuote(name)}: ${errorMessage(cause)}`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

function familiar(reference: string): string {
  return familiarText(parseReference(reference)).replace(/:latest$/, '');
}
