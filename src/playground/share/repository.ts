/** Addresses of Git repositories and gists, as people copy them from a browser, and the command that clones one. */

export interface Repository {
  /** What git clones: https only. */
  readonly url: string;
  readonly branch: string | undefined;
  /** Of the clone, below the home of the machine's user. */
  readonly folder: string;
  readonly commandLine: string;
}

const addressCharactersMax = 2000;
/** All of them mean nothing to a shell. */
const plain = /^[\w.~/:@%+-]+$/;
const gistHost = 'gist.github.com';

/**
 * Reads `https://host/owner/name(.git)`, GitHub's and GitLab's pages of a branch (`…/tree/branch`), gists, and
 * `owner/name` of GitHub's. Undefined for anything else.
 */
export function parseRepository(text: string): Repository | undefined {
  const trimmed = text.trim();
  if (trimmed.length > addressCharactersMax) return undefined;
  const isShort = /^[\w][\w-]*\/[\w.-]+$/.test(trimmed);
  let url: URL;
  try {
    url = new URL(isShort ? `https://github.com/${trimmed}` : trimmed);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  const names = url.pathname.split('/').filter(Boolean);
  const parts = url.host === gistHost ? gistParts(names) : repositoryParts(names);
  const folder = (parts?.names.at(-1) ?? '').replace(/\.git$/, '');
  if (parts === undefined || !/^[\w][\w.-]*$/.test(folder)) return undefined;
  const address = `https://${url.host}/${parts.names.join('/')}`;
  const { branch } = parts;
  if (![address, branch ?? 'none'].every((word) => plain.test(word))) return undefined;
  if (branch?.startsWith('-') === true) return undefined;
  const options = branch === undefined ? '' : ` --branch ${branch}`;
  const into = `/root/${folder}`;
  // Without a terminal for its questions, git fails where a private repository would ask for a password.
  const commandLine = `GIT_TERMINAL_PROMPT=0 git clone --depth 1${options} ${address} ${into} && cd ${into}`;
  return { url: address, branch, folder, commandLine };
}

interface Parts {
  readonly names: readonly string[];
  readonly branch?: string | undefined;
}

/** A gist is cloned by its ID alone. */
function gistParts(names: readonly string[]): Parts | undefined {
  const id = names.find((name) => /^[0-9a-f]{20,40}(?:\.git)?$/.test(name));
  return id === undefined ? undefined : { names: [`${id.replace(/\.git$/, '')}.git`] };
}

function repositoryParts(names: readonly string[]): Parts | undefined {
  const at = names.indexOf('tree');
  const path = names.slice(0, at < 2 ? undefined : at).filter((name) => name !== '-');
  if (path.length === 0) return undefined;
  return { names: path, branch: at < 2 ? undefined : names.slice(at + 1).join('/') || undefined };
}
