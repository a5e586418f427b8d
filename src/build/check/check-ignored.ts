/** Copying a file that `.dockerignore` leaves out of the context. */
import { IgnorePatterns } from '../../lib/ignore-patterns.ts';
import { cleanPath } from '../../lib/posix-path.ts';
import type { StepContext } from '../step/step-context.ts';

/**
 * Which paths a check may call ignored, for `CheckOptions.isIgnored`: undefined when some pattern takes back, for then
 * nobody knows without looking. The context itself is ignored only by a pattern for everything.
 */
export function ignoredPaths(patterns: readonly string[]): ((path: string) => boolean) | undefined {
  const matcher = new IgnorePatterns(patterns);
  if (matcher.hasExclusions) return undefined;
  const all = patterns.some((pattern) => ['*', '**', '**/*'].includes(pattern.trim()));
  return (path) => (path === '.' || path === '/' ? all : matcher.matches(path.replace(/^\//, '')));
}

export function checkIgnored(source: string, context: StepContext): void {
  const { findings, planned, isIgnored } = context;
  if (findings === undefined || isIgnored === undefined || planned.from.kind !== 'context') return;
  const path = cleanPath(source);
  if (!isIgnored(path)) return;
  const verb = planned.instruction.name === 'ADD' ? 'Add' : 'Copy';
  findings.add(
    'CopyIgnoredFile',
    `Attempting to ${verb} file ${JSON.stringify(path)} that is excluded by .dockerignore`,
    planned.instruction,
  );
}
