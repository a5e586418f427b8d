/**
 * Lets xterm.js work under `style-src 'self'`. It writes its theme into `<style>` elements and true
 * colours into `style` attributes, both of which the policy forbids. Constructed style sheets and the
 * CSSOM are not inline styles, so while a terminal lives, its elements write there instead.
 *
 * xterm's own `documentOverride` is not enough: one of its services looks past it at `window.document`.
 */
import { toDisposable } from '../lib/disposable.ts';
import type { Disposable } from '../lib/disposable.ts';

/** Terminals that live. */
let users = 0;

/** Takes effect for elements that scripts create from now on, until everybody who asked for it has disposed of it. */
export function redirectInlineStyles(): Disposable {
  users += 1;
  if (users === 1) redirect();
  return toDisposable(() => {
    users -= 1;
    if (users === 0) Reflect.deleteProperty(document, 'createElement');
  });
}

function redirect(): void {
  document.createElement = (tagName: string): HTMLElement => {
    if (tagName === 'style') return sheetElement();
    const element = Document.prototype.createElement.call(document, tagName);
    if (tagName === 'span') element.setAttribute = setAttribute;
    return element;
  };
}

/** Stands for a `<style>`: its text is an adopted sheet for as long as it lives. */
function sheetElement(): HTMLElement {
  // Even an empty <style> breaks the policy; a template shows nothing either.
  const element = Document.prototype.createElement.call(document, 'template');
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', {
    set(text: string) {
      sheet.replaceSync(text);
    },
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
