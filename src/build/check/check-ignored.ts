/** Copying a file that `.dockerignore` leaves out of the context. */
import { cleanPath } from '../../lib/posix-path.ts';
import type { StepContext } from '../step/step-context.ts';

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
