/** Names that tell of a secret in ARG or ENV, where it would stay in the image. */
import type { StepContext } from '../step/step-context.ts';

const secretWords =
  /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmlessWords = /(?:_|^)(?:public|file|version)(?:_|$)/i;

export function checkSecretName(
  instruction: 'ARG' | 'ENV',
  name: string,
  { findings, planned }: StepContext,
): void {
  if (!secretWords.test(name) || harmlessWords.test(name)) return;
  const what = `(${instruction} ${JSON.stringify(name)})`;
  findings?.add(
    'SecretsUsedInArgOrEnv',
    `Do not use ARG or ENV instructions for sensitive data ${what}`,
    planned.instruction,
  );
}
