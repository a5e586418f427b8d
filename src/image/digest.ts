/** Digests as the OCI image specification writes them: `sha256:` and 64 lower-case hex digits. */
import { KindError } from '../lib/errors.ts';

export type Digest = `sha256:${string}`;

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** Rejects anything but a sha256 digest with `invalidParameter`. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new KindError('invalidParameter', `invalid digest format: "${text}"`);
  return text;
}

/** The 64 hex digits. */
export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
