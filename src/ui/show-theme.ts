/** Puts the chosen theme on the page: colours that app.css knows, and the browser's own frame around it. */
import type { ThemeName } from '../playground/workbench/theme.svelte.ts';

/** `--paper` of app.css, for `<meta name="theme-color">`, which knows no variables. */
const paper = { light: '#f5f3ec', dark: '#0d151d' } as const;

export function showTheme(name: ThemeName): void {
  if (name === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = name;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const preferred = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = paper[name === 'system' ? preferred : name];
  }
}
