/**
 * Image references as Docker reads them: `[registry/]repository[:tag][@digest]`. What has no registry is on
 * docker.io, and what has no namespace there is in `library/`. The grammar and the words of the errors are those of
 * https://github.com/distribution/reference; parsing runs in time linear in the text.
 */
import { KindError } from '../lib/errors.ts';
import { isDigest, type Digest } from './digest.ts';

export interface Reference {
  /** The registry's host and port: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** The repository within the registry: `library/busybox`. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

export const defaultDomain = 'docker.io';
export const defaultTag = 'latest';

const legacyDefaultDomain = 'index.docker.io';
const officialPrefix = 'library/';
const pathLengthMax = 255;

const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])`;
const domain = `${host}(?::[0-9]+)?`;
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const path = `${pathComponent}(?:/${pathComponent})*`;
const tag = '[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

const domainPattern = new RegExp(`^${domain}$`);
const pathPattern = new RegExp(`^${path}$`);
const tagPattern = new RegExp(`^${tag}$`);
const digestPattern = new RegExp(`^${digest}$`);
const identifierPattern = /^[a-f0-9]{64}$/;

/**
 * Reads a reference as `docker pull` does. Adds neither tag nor digest: see `withDefaultTag`.
 * Rejects with `invalidParameter` and Docker's words.
 */
export function parseReference(text: string): Reference {
  if (identifierPattern.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const [domainText, remainder] = splitDomain(text);
  const colon = remainder.indexOf(':');
  const remote = colon < 0 ? remainder : remainder.slice(0, colon);
  if (remote.toLowerCase() !== remote) {
    throw invalid(`invalid reference format: repository name (${remote}) must be lowercase`);
  }
  return parseParts(domainText, remainder);
}

/** The reference with the tag `latest` when it names neither a tag nor a digest. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: defaultTag };
}

/** What a pull asks for: the digest wins over a tag beside it, and a bare name means `latest`. */
export function pullReference(reference: Reference): Reference {
  if (reference.digest !== undefined) {
    return { domain: reference.domain, path: reference.path, digest: reference.digest };
  }
  return withDefaultTag(reference);
}

/** The canonical name without tag and digest: `docker.io/library/busybox`. */
export function referenceName(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** The canonical text: `docker.io/library/busybox:latest`. */
export function referenceText(reference: Reference): string {
  return referenceName(reference) + suffix(reference);
}

/** The name as people write it: `busybox`, `grafana/grafana`, `ghcr.io/x/y`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== defaultDomain) return referenceName(reference);
  const rest = reference.path.slice(officialPrefix.length);
  const official = reference.path.startsWith(officialPrefix) && !rest.includes('/');
  return official ? rest : reference.path;
}

/** The reference as people write it: `busybox:latest`. */
export function familiarText(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function splitDomain(text: string): [domain: string, remainder: string] {
  const slash = text.indexOf('/');
  if (slash < 0) return [defaultDomain, officialPrefix + text];
  const first = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first;
  let domainText = isDomain ? first : defaultDomain;
  let remainder = isDomain ? rest : text;
  if (domainText === legacyDefaultDomain) domainText = defaultDomain;
  if (domainText === defaultDomain && !remainder.includes('/')) {
    remainder = officialPrefix + remainder;
  }
  return [domainText, remainder];
}

function parseParts(domainText: string, remainder: string): Reference {
  const at = remainder.indexOf('@');
  const digestText = at < 0 ? undefined : remainder.slice(at + 1);
  const named = at < 0 ? remainder : remainder.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagText = colon < 0 ? undefined : named.slice(colon + 1);
  const pathText = colon < 0 ? named : named.slice(0, colon);
  const valid =
    domainPattern.test(domainText) &&
    pathPattern.test(pathText) &&
    (tagText === undefined || tagPattern.test(tagText)) &&
    (digestText === undefined || digestPattern.test(digestText));
  if (!valid) throw invalid('invalid reference format');
  if (pathText.length > pathLengthMax) {
    throw invalid(`repository name must not be more than ${pathLengthMax} characters`);
  }
  return {
    domain: domainText,
    path: pathText,
    ...(tagText === undefined ? {} : { tag: tagText }),
    ...(digestText === undefined ? {} : { digest: checkDigest(digestText) }),
  };
}

const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** The grammar takes any algorithm; of those Go registers, only sha256 is used here. The words are Go's. */
function checkDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [algorithm = '', encoded = ''] = text.split(':');
  const length = hexLengths[algorithm];
  if (length === undefined) throw invalid('unsupported digest algorithm');
  if (encoded.length !== length) throw invalid('invalid checksum digest length');
  if (!/^[0-9a-f]+$/.test(encoded)) throw invalid('invalid checksum digest format');
  throw invalid('unsupported digest algorithm');
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
