/** What buildx refuses for the docker driver, and what it warns of. */
import { parseBool } from '../../../lib/go-numbers.ts';
import { parseCsvLine } from '../../../lib/csv.ts';
import type { CommandContext } from '../../command/command.ts';

/** Of flags that the classic builder had. */
const warnings: Readonly<Record<string, string>> = {
  isolation: 'isolation flag is deprecated with BuildKit.',
  'security-opt':
    'security-opt flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
  squash:
    'experimental flag squash is removed with BuildKit. You should squash inside build using a multi-stage Dockerfile for efficiency.',
};

/** Rejects with buildx's words. */
export async function checkSupport({ flags, err }: CommandContext): Promise<void> {
  for (const [name, words] of Object.entries(warnings))
    if (flags.changed(name)) await err.line(`WARNING: ${words}`);
  const attests = [
    ...flags.values<string>('attest').map((text) => isEnabled(text)),
    ...['provenance', 'sbom'].map((name) => isAsked(flags.string(name))),
  ];
  if (attests.includes(true)) throw notSupported('Attestation', 'attestations');
  const exports = flags.values<string>('cache-to').map(cacheType);
  if (exports.some((type) => type !== 'inline'))
    throw notSupported('Cache export', 'build-cache-backends');
  const platforms = flags.values<string>('platform').flatMap((text) => text.split(','));
  if (platforms.length > 1) throw notSupported('Multi-platform build', 'build-multi-platform');
}

function notSupported(feature: string, page: string): Error {
  return new Error(
    `ERROR: ${feature} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/${page}/`,
  );
}

function isEnabled(attest: string): boolean {
  const disabled = parseCsvLine(attest)
    .find((field) => field.startsWith('disabled='))
    ?.slice('disabled='.length);
  return disabled === undefined || isFalse(disabled);
}

/** `--sbom=false` asks for none. */
function isAsked(value: string): boolean {
  return value !== '' && !isFalse(value);
}

function isFalse(text: string): boolean {
  try {
    return !parseBool(text);
  } catch {
    return false;
  }
}

/** A reference alone is a registry's. */
function cacheType(text: string): string {
  const type = parseCsvLine(text).find((field) => field.startsWith('type='));
  return type?.slice('type='.length) ?? 'registry';
}
