/** One server's credentials: as the API takes them, and as `config.json` keeps them. */
import type { AuthConfig } from '../../api/registry.ts';

/** Throws when the entry is not base64 of `name:password`. */
export function decodeAuth(entry: Readonly<Record<string, unknown>>): AuthConfig {
  const { auth, identitytoken, registrytoken } = entry;
  const tokens = {
    ...(typeof identitytoken === 'string' && identitytoken !== '' ? { identitytoken } : {}),
    ...(typeof registrytoken === 'string' && registrytoken !== '' ? { registrytoken } : {}),
  };
  if (typeof auth !== 'string' || auth === '') return tokens;
  const text = new TextDecoder().decode(bytesOf(auth));
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Error('Invalid auth configuration file');
  const password = text.slice(colon + 1).replaceAll(/^\0+|\0+$/g, '');
  return { username: text.slice(0, colon), password, ...tokens };
}

export function encodeAuth(auth: AuthConfig): Record<string, string> {
  const { username = '', password = '', identitytoken, registrytoken } = auth;
  return {
    ...(username === '' && password === '' ? {} : { auth: base64(`${username}:${password}`) }),
    ...(identitytoken === undefined ? {} : { identitytoken }),
    ...(registrytoken === undefined ? {} : { registrytoken }),
  };
}

/** The `X-Registry-Auth` header: the credentials as JSON in URL-safe base64. `X-Registry-Config` has several, by server. */
export function authHeader(auth: AuthConfig | Readonly<Record<string, AuthConfig>>): string {
  return base64(JSON.stringify(auth)).replaceAll('+', '-').replaceAll('/', '_');
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function bytesOf(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new Error('illegal base64 data at input byte 0', { cause: error });
  }
}
