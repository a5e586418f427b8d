/** The editor in the page's colours, light and dark alike: the tokens of app.css, and a few hues of its own. */
import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const hues = {
  keyword: 'light-dark(#8a3ffc, #c9a4ff)',
  string: 'light-dark(#1d6b2f, #9fd8a8)',
  number: 'light-dark(#9a4a00, #f2c36b)',
  name: 'light-dark(#00539a, #8cc8ff)',
} as const;

export const editorTheme = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '0.84375rem',
    background: 'var(--surface)',
    color: 'var(--ink)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': { background: 'var(--surface)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'light-dark(#0a6b6912, #4fd1c512)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection':
    { background: 'light-dark(#bfe0db, #24504f)' },
  '.cm-panels': { background: 'var(--paper)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-tooltip': {
    background: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent)',
    color: 'var(--accent-ink)',
  },
  // CodeMirror draws these as data: images, which the page's policy forbids.
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'wavy underline var(--danger)',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'wavy underline var(--cork)',
  },
  '.cm-lint-marker': { width: '0.75em', height: '0.75em', borderRadius: '50%' },
  '.cm-lint-marker-error': { content: '""', background: 'var(--danger)' },
  '.cm-lint-marker-warning': { content: '""', background: 'var(--cork)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--cork)' },
  '.cm-textfield': {
    background: 'var(--surface)',
    border: '1px solid var(--line)',
    color: 'var(--ink)',
  },
  '.cm-button': {
    background: 'var(--surface)',
    border: '1px solid var(--line)',
    color: 'var(--ink)',
  },
});

export const editorHighlight = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.operatorKeyword, tags.modifier],
    color: hues.keyword,
    fontWeight: '600',
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: hues.string },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: hues.number },
  {
    tag: [
      tags.propertyName,
      tags.definition(tags.variableName),
      tags.typeName,
      tags.className,
      tags.function(tags.variableName),
      tags.variableName,
    ],
    color: hues.name,
  },
  { tag: [tags.comment, tags.meta], color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--danger)' },
]);
