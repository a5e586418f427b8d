/**
 * The cookies of a preview (RFC 6265, for one host). A service worker's answer cannot set cookies and its requests show
 * none, so they are kept beside the HTTP client.
 */
import type { VisibleCookie } from './protocol.ts';

/** What browsers keep at least (RFC 6265 section 6.1). */
const cookieCountMax = 180;
const cookieLengthMax = 4096;
/** Names of the machine: a cookie for another host is not taken. */
const ownDomains = ['localhost', '127.0.0.1'];

interface Cookie extends VisibleCookie {
  readonly httpOnly: boolean;
  /** Milliseconds since 1970; infinite for the life of the preview. */
  readonly expiresMs: number;
}

export class CookieJar {
  readonly #now: () => number;
  /** Oldest first. */
  #cookies: Cookie[] = [];

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** Takes a `Set-Cookie` of a response to `path`, or what a page wrote to `document.cookie`. True when something changed. */
  set(
    text: string,
    { path, fromPage }: { readonly path: string; readonly fromPage: boolean },
  ): boolean {
    const cookie = parseCookie(text, { path, nowMs: this.#now() });
    if (cookie === undefined || (fromPage && cookie.httpOnly)) return false;
    const same = (other: Cookie): boolean =>
      other.name === cookie.name && other.path === cookie.path;
    const before = this.#cookies.find(same);
    if (fromPage && before?.httpOnly === true) return false;
    this.#cookies = this.#cookies.filter((other) => !same(other));
    if (cookie.expiresMs > this.#now()) this.#cookies.push(cookie);
    else if (before === undefined) return false;
    if (this.#cookies.length > cookieCountMax) this.#cookies.shift();
    return true;
  }

  /** Value of the `Cookie` field of a request; empty when none is sent. */
  header(target: string): string {
    const path = target.split('?')[0] ?? '/';
    return this.#alive()
      .filter((cookie) => pathMatches(path, cookie.path))
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
      .join('; ');
  }

  /** What pages may see. */
  visible(): VisibleCookie[] {
    return this.#alive()
      .filter(({ httpOnly }) => !httpOnly)
      .map(({ name, value, path }) => ({ name, value, path }));
  }

  #alive(): Cookie[] {
    this.#cookies = this.#cookies.filter(({ expiresMs }) => expiresMs > this.#now());
    return [...this.#cookies];
  }
}

/** Section 5.1.4. */
export function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return (
    path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/')
  );
}

function parseCookie(
  text: string,
  { path, nowMs }: { readonly path: string; readonly nowMs: number },
): Cookie | undefined {
  if (text.length > cookieLengthMax || /[\0\r\n]/.test(text)) return undefined;
  const [pair = '', ...rest] = text.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  const value = pair.slice(equals + 1).trim();
  if (name === '' && value === '') return undefined;
  const attributes = new Map<string, string>();
  for (const attribute of rest) {
    const [key = '', ...parts] = attribute.split('=');
    attributes.set(key.trim().toLowerCase(), parts.join('=').trim());
  }
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? '';
  if (domain !== '' && !ownDomains.includes(domain)) return undefined;
  const given = attributes.get('path') ?? '';
  return {
    name,
    value,
    path: given.startsWith('/') ? given : defaultPath(path),
    httpOnly: attributes.has('httponly'),
    expiresMs: expiry(attributes, nowMs),
  };
}

function expiry(attributes: ReadonlyMap<string, string>, nowMs: number): number {
  const maxAge = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0 ? 0 : nowMs + Number(maxAge) * 1000;
  const date = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(date) ? Infinity : date;
}

/** Section 5.1.4: the folder of the request. */
function defaultPath(target: string): string {
  const path = target.split('?')[0] ?? '';
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
