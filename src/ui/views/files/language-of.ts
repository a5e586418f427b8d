/** Which language a file is written in, by its name, else by its first line. */
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import { yaml } from '@codemirror/lang-yaml';
import { StreamLanguage } from '@codemirror/language';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import type { Extension } from '@codemirror/state';

export type LanguageName = 'dockerfile' | 'yaml' | 'shell' | 'python' | 'json' | 'plain';

const byName: readonly (readonly [RegExp, LanguageName])[] = [
  [/^(?:Dockerfile|Containerfile)(?:\..+)?$|\.(?:dockerfile|containerfile)$/i, 'dockerfile'],
  [/\.ya?ml$/i, 'yaml'],
  [/\.(?:sh|bash|ash)$|^\.(?:bashrc|profile|bash_profile)$/i, 'shell'],
  [/\.py$/i, 'python'],
  [/\.json$/i, 'json'],
];

export function languageOf(name: string, text: string): LanguageName {
  const known = byName.find(([pattern]) => pattern.test(name))?.[1];
  if (known !== undefined) return known;
  const [, program = ''] = /^#!.*?\b(sh|bash|ash|dash|python3?)\b/.exec(text.slice(0, 128)) ?? [];
  if (program === '') return 'plain';
  return program.startsWith('python') ? 'python' : 'shell';
}

const supports: Readonly<Record<LanguageName, () => Extension>> = {
  dockerfile: () => StreamLanguage.define(dockerFile),
  yaml: () => yaml(),
  shell: () => StreamLanguage.define(shell),
  python: () => python(),
  json: () => json(),
  plain: () => [],
};

export function languageSupport(name: LanguageName): Extension {
  return supports[name]();
}
