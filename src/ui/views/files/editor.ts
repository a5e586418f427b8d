/** CodeMirror as the editor of one open file after another; each keeps its history while it is open. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter, lintKeymap } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Disposable } from '../../../lib/disposable.ts';
import { checkDockerfile } from '../../../playground/files/check-dockerfile.ts';
import type { Files } from '../../../playground/files/files.svelte.ts';
import type { OpenFile } from '../../../playground/files/open-file.svelte.ts';
import { redirectInlineStyles } from '../../inline-styles.ts';
import { dockerfileCompletion } from './dockerfile-completion.ts';
import { editorHighlight, editorTheme } from './editor-theme.ts';
import { languageOf, languageSupport } from './language-of.ts';

/** Milliseconds without a key before a Dockerfile is checked. */
const checkDelayMs = 500;

export interface EditorWords {
  readonly label: string;
  /** Of CodeMirror's own words. */
  readonly phrases: Readonly<Record<string, string>>;
}

/** Histories of open files that are not shown; a file that was closed is forgotten with its object. */
const states = new WeakMap<OpenFile, { readonly state: EditorState; readonly revision: number }>();

/** Shows a file in an element until disposed. */
export function showEditor(
  parent: HTMLElement,
  options: { readonly file: OpenFile; readonly files: Files; readonly words: EditorWords },
): Disposable {
  const { file, files, words } = options;
  const styles = redirectInlineStyles();
  const kept = states.get(file);
  const state =
    kept !== undefined && kept.revision === file.revision
      ? kept.state
      : EditorState.create({ doc: file.text, extensions: extensions(file, files, words) });
  const view = new EditorView({ state, parent });
  return {
    dispose() {
      states.set(file, { state: view.state, revision: file.revision });
      view.destroy();
      styles.dispose();
    },
  };
}

function extensions(file: OpenFile, files: Files, words: EditorWords): Extension {
  const language = languageOf(file.name, file.text);
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    syntaxHighlighting(editorHighlight),
    editorTheme,
    EditorState.phrases.of(words.phrases),
    EditorView.contentAttributes.of({ 'aria-label': words.label }),
    languageSupport(language),
    autocompletion(
      language === 'dockerfile' ? { override: [dockerfileCompletion(() => files.client)] } : {},
    ),
    ...(language === 'dockerfile' ? [dockerfileLinter(files), lintGutter()] : []),
    keymap.of([
      { key: 'Mod-s', preventDefault: true, run: () => (void files.save(file), true) },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) file.edit(update.state.doc.toString());
    }),
  ];
}

function dockerfileLinter(files: Files): Extension {
  return linter(
    async ({ state }): Promise<readonly Diagnostic[]> => {
      const { client } = files;
      const text = state.doc.toString();
      if (client === undefined || text.trim() === '') return [];
      try {
        const findings = await checkDockerfile(client, text);
        return findings.map(({ firstLine, lastLine, severity, message, rule }) => {
          const first = state.doc.line(Math.min(firstLine, state.doc.lines));
          const last = state.doc.line(Math.min(lastLine, state.doc.lines));
          const source = rule === undefined ? {} : { source: rule };
          return { from: first.from, to: last.to, severity, message, ...source };
        });
      } catch {
        // A check is an extra; an engine that is gone shows elsewhere.
        return [];
      }
    },
    { delay: checkDelayMs },
  );
}
