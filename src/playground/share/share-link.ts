/**
 * The fragment of a share link: `share=1.<base64url of the deflated JSON>`. The fragment is not sent to any server. The
 * number is the format's: what an older page cannot read, it says so.
 */
import { decodeBase64, encodeBase64 } from '../../lib/base64.ts';
import { parseSharedSetup, type SharedSetup } from './shared-setup.ts';

const version = 1;
const prefix = /^#?share=(\d{1,4})\.(.*)$/s;

/** Characters: what browsers and most programs that pass addresses on let through. */
export const linkCharactersMax = 64 * 1024;
/** What such a link may unfold to. */
const setupBytesMax = 1024 * 1024;

export type LinkRefusal = 'malformed' | 'tooLarge' | 'newer';
export type ReadLink = { readonly setup: SharedSetup } | { readonly refusal: LinkRefusal };

/** Undefined when the link would be too long. */
export async function writeShareFragment(setup: SharedSetup): Promise<string | undefined> {
  const json = new TextEncoder().encode(JSON.stringify(setup));
  if (json.length > setupBytesMax) return undefined;
  const deflated = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const fragment = `#share=${version}.${toUrl(encodeBase64(bytes))}`;
  return fragment.length > linkCharactersMax ? undefined : fragment;
}

/** Whatever the link holds: it comes from anybody. */
export async function readShareFragment(fragment: string): Promise<ReadLink> {
  if (fragment.length > linkCharactersMax) return { refusal: 'tooLarge' };
  const [, number, text = ''] = prefix.exec(fragment) ?? [];
  if (number === undefined) return { refusal: 'malformed' };
  if (Number(number) > version) return { refusal: 'newer' };
  try {
    const json = await inflate(decodeBase64(fromUrl(text)));
    if (json === undefined) return { refusal: 'tooLarge' };
    const setup = parseSharedSetup(JSON.parse(json));
    return setup === undefined ? { refusal: 'malformed' } : { setup };
  } catch {
    return { refusal: 'malformed' };
  }
}

/** Undefined when it is more than a setup may be; throws for what is not deflated UTF-8. */
async function inflate(bytes: Uint8Array): Promise<string | undefined> {
  const inflated = new Blob([bytes.slice()])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let sizeBytes = 0;
  for (const reader = inflated.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    sizeBytes += value.length;
    if (sizeBytes > setupBytesMax) {
      void reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromUrl(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/');
}
