/**
 * What an embed and the page around it say to each other. The embed's first words to its parent are a greeting without
 * content; the parent answers once with a port, and everything else goes over that port. README.md tells the rest.
 */

import { viewIds } from '../views/view-services.ts';

export const embedVersion = 1;

/** The embed to its parent window, whoever that is: it is loaded and takes a port. */
export interface EmbedHello {
  readonly type: 'bottleship-embed-hello';
  readonly version: number;
}

/** The parent's answer, with one port. The first one counts. */
export interface EmbedConnect {
  readonly type: 'bottleship-embed-connect';
  readonly version: number;
  readonly setup?: EmbedSetup;
}

/** Done on the machine as soon as it is ready: first the files, then the command. */
export interface EmbedSetup {
  /** Text by absolute path. */
  readonly files: Readonly<Record<string, string>>;
  /** Typed into the terminal. */
  readonly command?: string;
}

export const embedThemes = ['system', 'light', 'dark'] as const;
export type EmbedTheme = (typeof embedThemes)[number];

export const embedPanes = ['terminal', ...viewIds, 'preview'] as const;
export type EmbedPane = (typeof embedPanes)[number];

/** What may change while the embed lives. */
export interface EmbedSettings {
  readonly theme?: EmbedTheme;
  readonly lang?: string;
  readonly panes?: readonly EmbedPane[];
  readonly readonly?: boolean;
}

/** What is asked of an embed; each is answered once under its `id`. All but `set` and `subscribe` start the machine. */
export type EmbedRequest =
  | { readonly type: 'boot'; readonly id: number }
  /** Runs a command line without a terminal; answers with an EmbedRunResult. */
  | { readonly type: 'run'; readonly id: number; readonly command: string }
  /** Types a command line into the terminal. */
  | { readonly type: 'type'; readonly id: number; readonly command: string }
  | { readonly type: 'write'; readonly id: number; readonly path: string; readonly content: string }
  /** Answers with the file's text. */
  | { readonly type: 'read'; readonly id: number; readonly path: string }
  | { readonly type: 'set'; readonly id: number; readonly settings: EmbedSettings }
  /** Asks for `output` events, or no longer. */
  | { readonly type: 'subscribe'; readonly id: number; readonly output: boolean };

export interface EmbedRunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export type EmbedAnswer =
  | { readonly type: 'answer'; readonly id: number; readonly value?: EmbedRunResult | string }
  | { readonly type: 'answer'; readonly id: number; readonly error: string };

export type EmbedEvent =
  | { readonly type: 'phase'; readonly phase: string; readonly cause?: string }
  | { readonly type: 'ready'; readonly bootMs: number }
  /** A check of the open lesson has passed. */
  | { readonly type: 'check'; readonly step: string; readonly check: string }
  /** A published port has, or no longer has, somebody who listens. */
  | { readonly type: 'port'; readonly port: number; readonly listening: boolean }
  /** What the terminal shows, as text with escape sequences. */
  | { readonly type: 'output'; readonly text: string };

/** The parent has read this many characters of output. */
export interface EmbedRead {
  readonly type: 'read-output';
  readonly characters: number;
}

/** Characters. */
export const commandSizeMax = 64 * 1024;
export const contentSizeMax = 1024 * 1024;
export const pathSizeMax = 4096;
/** What an answer holds of each stream, and of a file. */
export const answerSizeMax = 1024 * 1024;
/** Requests that wait for their answer. */
export const requestCountMax = 64;
export const fileCountMax = 64;
/** Output that the parent has not read yet; more than that is left out. */
export const outputUnreadMax = 1024 * 1024;

/** Undefined for whatever is no request: the other side is any page's script. */
export function parseEmbedRequest(value: unknown): EmbedRequest | undefined {
  const message = recordOf(value);
  const { id, type } = message;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  if (type === 'boot') return { type, id };
  if (type === 'subscribe') return { type, id, output: message['output'] === true };
  if (type === 'set') return { type, id, settings: parseSettings(message['settings']) };
  if (type === 'run' || type === 'type') {
    const command = text(message['command'], commandSizeMax);
    return command === undefined ? undefined : { type, id, command };
  }
  const path = absolutePath(message['path']);
  if (path === undefined) return undefined;
  if (type === 'read') return { type, id, path };
  const content = text(message['content'], contentSizeMax);
  return type === 'write' && content !== undefined ? { type, id, path, content } : undefined;
}

/** Undefined for whatever is no greeting of a parent's. */
export function parseEmbedConnect(value: unknown): EmbedConnect | undefined {
  const { type, version, setup } = recordOf(value);
  if (type !== 'bottleship-embed-connect' || version !== embedVersion) return undefined;
  if (setup === undefined) return { type, version };
  const parsed = parseSetup(setup);
  return parsed === undefined ? undefined : { type, version, setup: parsed };
}

/** Leaves out what it does not know, so that newer parents can talk to older embeds. */
export function parseSettings(value: unknown): EmbedSettings {
  const { theme, lang, panes, readonly } = recordOf(value);
  const knownTheme = embedThemes.find((name) => name === theme);
  const knownPanes = Array.isArray(panes)
    ? embedPanes
        .filter((pane) => panes.includes(pane))
        .sort((a, b) => panes.indexOf(a) - panes.indexOf(b))
    : [];
  return {
    ...(knownTheme === undefined ? {} : { theme: knownTheme }),
    ...(typeof lang === 'string' ? { lang: lang.slice(0, 35) } : {}),
    ...(knownPanes.length === 0 ? {} : { panes: knownPanes }),
    ...(typeof readonly === 'boolean' ? { readonly } : {}),
  };
}

function parseSetup(value: unknown): EmbedSetup | undefined {
  const { files, command } = recordOf(value);
  const entries = Object.entries(recordOf(files));
  if (entries.length > fileCountMax) return undefined;
  for (const [path, content] of entries) {
    if (absolutePath(path) === undefined || text(content, contentSizeMax) === undefined)
      return undefined;
  }
  if (command !== undefined && text(command, commandSizeMax) === undefined) return undefined;
  const kept = Object.fromEntries(entries) as Record<string, string>;
  return typeof command === 'string' ? { files: kept, command } : { files: kept };
}

function absolutePath(value: unknown): string | undefined {
  const path = text(value, pathSizeMax);
  return path?.startsWith('/') === true && !path.includes('\0') ? path : undefined;
}

function text(value: unknown, sizeMax: number): string | undefined {
  return typeof value === 'string' && value.length <= sizeMax ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
