/** Image references as the command line takes them: short names, tags, digests. */

export interface Reference {
  /** In full: `docker.io/library/busybox`. */
  readonly name: string;
  /** As people write it: `busybox`. */
  readonly familiarName: string;
  readonly tag?: string;
  readonly digest?: string;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pattern = new RegExp(
  `^((?:${domain}/)?${component}(?:/${component})*)(?::(\\w[\\w.-]{0,127}))?` +
    '(?:@([A-Za-z][A-Za-z0-9]*(?:[+.-_][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$',
);

/** Throws with the words of the reference library. */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new Error(
      `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`,
    );
  }
  const [host, path] = splitDomain(text);
  const repository = path.split('@')[0]?.replace(/:[^/]*$/, '') ?? path;
  if (repository.toLowerCase() !== repository) {
    throw new Error(`invalid reference format: repository name (${repository}) must be lowercase`);
  }
  const match = pattern.exec(`${host}/${path}`);
  if (match === null) throw new Error('invalid reference format');
  const [, name = '', tag, digest] = match;
  return {
    name,
    familiarName: familiarName(name),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export function isNameOnly(reference: Reference): boolean {
  return reference.tag === undefined && reference.digest === undefined;
}

/** With the default tag when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return isNameOnly(reference) ? { ...reference, tag: 'latest' } : reference;
}

export function familiarString(reference: Reference): string {
  return reference.familiarName + suffix(reference);
}

export function fullString(reference: Reference): string {
  return reference.name + suffix(reference);
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function splitDomain(text: string): [string, string] {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isDomain =
    slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const host = isDomain ? first : 'docker.io';
  const path = isDomain ? text.slice(slash + 1) : text;
  if (host === 'index.docker.io') return splitDefault(path);
  return host === 'docker.io' ? splitDefault(path) : [host, path];
}

function splitDefault(path: string): [string, string] {
  return ['docker.io', path.includes('/') ? path : `library/${path}`];
}

function familiarName(name: string): string {
  if (!name.startsWith('docker.io/')) return name;
  const path = name.slice('docker.io/'.length);
  const official = /^library\/([^/]+)$/.exec(path);
  return official?.[1] ?? path;
}
