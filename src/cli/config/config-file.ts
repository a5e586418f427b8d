/**
 * The user's `config.json`: defaults of listings, headers, credentials. Kept as the JSON that was read, so that writing
 * it back loses nothing this program does not know.
 */
import type { AuthConfig } from '../../api/registry.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import type { CliFiles } from '../invocation.ts';
import { parseGoJson } from '../../lib/go-json.ts';
import { posixJoin } from '../../lib/posix-path.ts';
import { absolutePath } from '../paths.ts';
import { decodeAuth, encodeAuth } from './auth-entry.ts';

/** Only its owner may read a file that holds passwords. */
const fileMode = 0o600;

export class ConfigFile {
  /** As it was given, which messages show. */
  readonly path: string;
  readonly #absolute: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #auths: Map<string, AuthConfig>;
  readonly #files: CliFiles | undefined;

  constructor(
    path: string,
    options: {
      readonly values?: Readonly<Record<string, unknown>>;
      readonly files?: CliFiles;
      /** Where the file is, when `path` is relative. */
      readonly absolute?: string;
    } = {},
  ) {
    this.path = path;
    this.#absolute = options.absolute ?? path;
    this.#values = options.values ?? {};
    this.#files = options.files;
    this.#auths = new Map(
      Object.entries(recordOf(this.#values['auths'])).map(([server, entry]) => [
        server,
        { ...decodeAuth(recordOf(entry)), serveraddress: server },
      ]),
    );
  }

  /** Empty when it is not set. */
  string(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : '';
  }

  strings(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  record(name: string): Readonly<Record<string, unknown>> {
    return recordOf(this.#values[name]);
  }

  map(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(recordOf(this.#values[name])).map(([key, value]) => [key, String(value)]),
    );
  }

  /** The helper program that keeps a server's credentials; empty for this file. */
  credentialHelper(server: string): string {
    return this.map('credHelpers')[server] ?? this.string('credsStore');
  }

  /** Credentials this file holds, under the server's own name or under its URL. */
  auth(server: string): AuthConfig | undefined {
    const exact = this.#auths.get(server);
    if (exact !== undefined) return exact;
    return [...this.#auths].find(([name]) => hostOf(name) === server)?.[1];
  }

  /** Everything this file holds, by server: what a build may need. */
  allAuths(): Readonly<Record<string, AuthConfig>> {
    return Object.fromEntries(this.#auths);
  }

  /** False when they are there already. */
  async storeAuth(server: string, auth: AuthConfig): Promise<boolean> {
    const stored = { ...auth, serveraddress: server };
    if (JSON.stringify(this.#auths.get(server)) === JSON.stringify(stored)) return false;
    this.#auths.set(server, stored);
    await this.#save();
    return true;
  }

  async eraseAuth(server: string): Promise<void> {
    if (this.#auths.delete(server)) await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#files === undefined) throw new Error(`open ${this.path}: operation not supported`);
    const auths = Object.fromEntries(
      [...this.#auths]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, auth]) => [name, encodeAuth(auth)]),
    );
    const text = JSON.stringify({ ...this.#values, auths }, undefined, '\t');
    await this.#files.writeFile(this.#absolute, new TextEncoder().encode(text), {
      mode: fileMode,
      parents: true,
    });
  }
}

/** What is wrong with the file is told through `onWarning`; the file then counts as empty. */
export async function loadConfigFile(options: {
  readonly directory: string;
  readonly workingDirectory: string;
  readonly files: CliFiles | undefined;
  readonly onWarning: (message: string) => void | Promise<void>;
}): Promise<ConfigFile> {
  const { directory, files } = options;
  const path = posixJoin(directory, 'config.json');
  const absolute = absolutePath(path, options.workingDirectory);
  const own = { absolute, ...(files === undefined ? {} : { files }) };
  try {
    const bytes = await files?.readFile(absolute);
    if (bytes === undefined) return new ConfigFile(path, own);
    const text = new TextDecoder().decode(bytes);
    const values = text.trim() === '' ? {} : parseConfig(text);
    return new ConfigFile(path, { ...own, values });
  } catch (error) {
    if (errorKind(error) === 'notFound') return new ConfigFile(path, own);
    await options.onWarning(`Error parsing config file (${path}): ${errorMessage(error)}`);
    return new ConfigFile(path, own);
  }
}

/** Throws what Go's decoder says of something that is no configuration. */
function parseConfig(text: string): Readonly<Record<string, unknown>> {
  const value = parseGoJson(text);
  const type = goType(value);
  if (type !== 'object') {
    throw new Error(`json: cannot unmarshal ${type} into Go value of type configfile.ConfigFile`);
  }
  const values = recordOf(value);
  for (const [name, field] of Object.entries(values)) {
    if (!textFields.includes(name) || typeof field === 'string' || field === null) continue;
    throw new Error(
      `json: cannot unmarshal ${goType(field)} into Go struct field ConfigFile.${name} of type string`,
    );
  }
  return values;
}

/** As Go's decoder calls what is in JSON. */
function goType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'object';
  return Array.isArray(value) ? 'array' : typeof value;
}

const textFields =
  'psFormat imagesFormat networksFormat pluginsFormat volumesFormat statsFormat detachKeys credsStore serviceInspectFormat servicesFormat tasksFormat secretFormat configFormat nodesFormat currentContext'.split(
    ' ',
  );

/** `https://host:5000/v1/` is kept under `host:5000`. */
export function hostOf(server: string): string {
  return server.replace(/^[a-z]+:\/\//, '').split('/')[0] ?? server;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
