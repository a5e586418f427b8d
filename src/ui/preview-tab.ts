/**
 * A preview in a tab of its own. It is a page of the playground's with the same frame in it, so a previewed page is
 * never a tab that knows its opener. The engine is in the tab that opened this one.
 */
import { mount } from 'svelte';
import { Language } from '../playground/language.svelte.ts';
import type { Preview } from '../playground/preview.svelte.ts';
import './app.css';
import PreviewPane from './components/PreviewPane.svelte';

function playground(): Preview | undefined {
  try {
    return (window.opener as Window | null)?.bottleshipPreview;
  } catch {
    return undefined; // whatever opened this page is of another origin
  }
}

function show(target: HTMLElement): void {
  const { strings } = new Language(navigator.languages);
  const [, port = '', address] = /^#(\d{1,5})(\/.*)$/s.exec(location.hash) ?? [];
  const origin = playground()?.originOf(Number(port));
  if (origin === undefined || address === undefined) {
    target.textContent = strings.previewOrphan;
    return;
  }
  document.title = `localhost:${port}`;
  mount(PreviewPane, {
    target,
    props: {
      port: Number(port),
      origin,
      address,
      strings,
      connect: (from, link) => playground()?.connect(from, link) ?? false,
    },
  });
}

const target = document.getElementById('app');
if (target !== null) show(target);
