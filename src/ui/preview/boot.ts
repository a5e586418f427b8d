/**
 * What a preview's origin serves for every path: starts the service worker, asks the playground around this frame for a
 * port to the engine, and loads again, as the page that the machine serves.
 */
import { isPreviewPortMessage } from '../../preview/page-messages.ts';
import type { PreviewPageMessage, PreviewWorkerMessage } from '../../preview/page-messages.ts';
import type { PreviewWorkerRequest } from '../../preview/page-messages.ts';

/** Beyond it nobody is there who could give one. */
const timeoutMs = 10_000;

async function boot(): Promise<void> {
  const playground = playgroundOrigin();
  // In a tab of its own nobody could give it a port, and nobody may be asked who is not the playground.
  if (window.parent === window || playground === '') throw new Error('not in a playground');
  const { serviceWorker } = navigator;
  const script = `/bottleship-preview-worker.js?playground=${encodeURIComponent(playground)}`;
  await serviceWorker.register(script, { scope: '/', updateViaCache: 'none' });
  const { active } = await serviceWorker.ready;
  const linked = new Promise<void>((resolve) => {
    serviceWorker.addEventListener('message', ({ data }: MessageEvent<PreviewWorkerMessage>) => {
      if (data.type === 'linked') resolve();
    });
  });
  window.addEventListener('message', ({ data, origin, source, ports }) => {
    if (origin !== playground || source !== window.parent || !isPreviewPortMessage(data)) return;
    const request: PreviewWorkerRequest = { type: 'port' };
    active?.postMessage(request, [...ports]);
  });
  const message: PreviewPageMessage = { type: 'bottleship-preview-connect' };
  window.parent.postMessage(message, playground);
  await Promise.race([linked, failAfter(timeoutMs)]);
  location.reload();
}

/** The playground's address below which this one is. `localhost` alone is to a browser what `com` is: its subdomains are sites of their own. */
function sameSiteOrigin(): string | undefined {
  return allowedOrigins().find((origin) => {
    const { hostname } = new URL(origin);
    return hostname.includes('.') && location.hostname.endsWith(`.${hostname}`);
  });
}

function allowedOrigins(): string[] {
  const meta = document.querySelector('meta[name=playground]');
  return (meta?.getAttribute('content') ?? '').split(' ').filter((origin) => origin !== '');
}

/** Of those that may show this origin's previews the one that does; empty where the browser tells that it is none of them. */
function playgroundOrigin(): string {
  const [first = '', ...others] = allowedOrigins();
  const [parent = first] = location.ancestorOrigins ?? [];
  return [first, ...others].includes(parent) ? parent : '';
}

/** In an embed the page around is of another site, whatever the playground is called. */
function isEmbedded(): boolean {
  return window.parent !== window.top;
}

function failAfter(milliseconds: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('the playground does not answer')), milliseconds);
  });
}

boot().catch((error: unknown) => {
  const isChinese = navigator.language.startsWith('zh');
  if (error instanceof DOMException && /^(?:NotSupported|Security)Error$/.test(error.name)) {
    if (isEmbedded()) {
      document.body.textContent = isChinese
        ? '浏览器不允许在此框架中使用 service worker：请允许第三方 Cookie，或用上方的 ↗ 在新标签页中打开。'
        : 'The browser allows no service worker in this frame: allow third-party cookies, or open the port in a tab with ↗ above.';
      return;
    }
    const site = sameSiteOrigin() ?? '';
    document.body.textContent = isChinese
      ? `浏览器不允许在此框架中使用 service worker：请允许第三方 Cookie，或改用 ${site} 打开游乐场。`
      : `The browser allows no service worker in this frame: allow third-party cookies, or open the playground as ${site}`;
    return;
  }
  document.body.textContent = isChinese
    ? '此预览属于一个 Bottleship 标签页，请从那里打开。'
    : 'This preview belongs to a Bottleship tab. Open it from there.';
});
