/** What image routes read out of requests: platforms and credentials, in Docker's forms. */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import type { ImagePlatform, RegistryAuth } from './backend/image-backend.ts';
import type { RouteRequest } from './route-request.ts';

/** Base64url of `{"username": …, "password": …}`; unreadable is as good as absent, as in dockerd. */
export function registryAuth(request: RouteRequest): { auth?: RegistryAuth } {
  const header = request.header('x-registry-auth');
  if (header === undefined || header === '') return {};
  try {
    const binary = atob(header.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(value)) return {};
    return parseRegistryAuth(value);
  } catch {
    return {};
  }
}

/** Of what has neither a name nor an identity token, nothing. */
export function parseRegistryAuth(value: Readonly<Record<string, unknown>>): {
  auth?: RegistryAuth;
} {
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '');
  const [username, password] = [text('username'), text('password')];
  const identityToken = text('identitytoken');
  if (username === '' && identityToken === '') return {};
  return {
    auth: { username, password, ...(identityToken === '' ? {} : { identityToken }) },
  };
}

/** `platform` as JSON, the way endpoints since API 1.46 take it; nothing when absent or before `since`. */
export function jsonPlatform(
  request: RouteRequest,
  { since }: { readonly since: string },
): { platform?: ImagePlatform } {
  const texts = request.versionAtLeast(since) ? request.texts('platform') : [];
  if (texts.length > 1)
    throw new KindError('invalidParameter', 'multiple platform parameters not supported');
  const [text = ''] = texts;
  return text === '' ? {} : { platform: parsePlatform(text) };
}

/** Likewise of `platforms`, which may be given several times. */
export function jsonPlatforms(
  request: RouteRequest,
  { since }: { readonly since: string },
): readonly ImagePlatform[] {
  return request.versionAtLeast(since) ? request.texts('platforms').map(parsePlatform) : [];
}

function parsePlatform(text: string): ImagePlatform {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'syntax error';
    throw new KindError('invalidParameter', `failed to parse platform: ${detail}`, { cause });
  }
  const fields = isRecord(value) ? value : {};
  const field = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const [os, architecture, variant] = [field('os'), field('architecture'), field('variant')];
  if (os === '' || architecture === '') {
    const message =
      os === '' && architecture === '' && variant !== ''
        ? 'optional platform fields provided, but OS and Architecture are missing'
        : 'both OS and Architecture must be provided';
    throw new KindError('invalidParameter', message);
  }
  return { os, architecture, ...(variant === '' ? {} : { variant }) };
}
