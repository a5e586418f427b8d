/**
 * The first script of every previewed document: gives it the WebSocket and the cookies that a service worker cannot,
 * tells the playground where it is, and helps the service worker to a new port.
 */
import { CookieJar, pathMatches } from '../../preview/cookie-jar.ts';
import { isPreviewPortMessage } from '../../preview/page-messages.ts';
import type {
  PreviewPageMessage,
  PreviewWorkerMessage,
  PreviewWorkerRequest,
} from '../../preview/page-messages.ts';
import type { VisibleCookie } from '../../preview/protocol.ts';
import { toBrowser } from '../../preview/rewrite-headers.ts';
import { previewWebSocket } from './web-socket.ts';

/** Browsers end a service worker after half a minute without events, and with it a stream that it passes on. */
const stayAwakeMs = 15_000;

const { playground = '', cookies = '[]' } =
  (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};
document.currentScript?.remove();
const { serviceWorker } = navigator;
const port = Number(/^p(\d+)-/.exec(location.hostname)?.[1] ?? 0);

function tellWorker(message: PreviewWorkerRequest, transfer: Transferable[] = []): void {
  serviceWorker.controller?.postMessage(message, transfer);
}

/** A frame within the previewed page has another parent: that must hear nothing. */
function tellPlayground(message: PreviewPageMessage): void {
  const [parentOrigin = playground] = location.ancestorOrigins ?? [];
  if (window.parent === window || parentOrigin !== playground) return;
  window.parent.postMessage(message, playground);
}

function linkAgain(): void {
  serviceWorker.addEventListener('message', ({ data }: MessageEvent<PreviewWorkerMessage>) => {
    if (data.type === 'need-port') tellPlayground({ type: 'bottleship-preview-connect' });
    if (data.type === 'cookies') showCookies(data.cookies);
  });
  serviceWorker.startMessages();
  window.addEventListener('message', (event) => {
    const { data, origin, source, ports } = event;
    if (origin !== playground || source !== window.parent || !isPreviewPortMessage(data)) return;
    event.stopImmediatePropagation();
    tellWorker({ type: 'port' }, [...ports]);
  });
  setInterval(() => tellWorker({ type: 'stay-awake' }), stayAwakeMs);
}

let shown: readonly VisibleCookie[] = [];

function showCookies(cookies: readonly VisibleCookie[]): void {
  shown = cookies;
}

function replaceCookies(): void {
  showCookies(JSON.parse(cookies) as readonly VisibleCookie[]);
  Object.defineProperty(document, 'cookie', {
    configurable: true,
    get: () =>
      shown
        .filter(({ path }) => pathMatches(location.pathname, path))
        .map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
        .join('; '),
    set(text: unknown) {
      const path = location.pathname;
      // At once for whoever reads it back; the engine's word comes later.
      const jar = new CookieJar();
      for (const { name, value, path: own } of shown)
        jar.set(`${name}=${value}; path=${own}`, { path, fromPage: true });
      jar.set(String(text), { path, fromPage: true });
      showCookies(jar.visible());
      tellWorker({ type: 'cookie', text: String(text), path });
    },
  });
}

function replaceWebSocket(): void {
  window.WebSocket = previewWebSocket(window.WebSocket, {
    target(url) {
      const http = toBrowser(url.href.replace(/^ws/, 'http'), { port, origin: location.origin });
      const own = new URL(http);
      return own.origin === location.origin ? own.pathname + own.search : undefined;
    },
    open: (target, protocols, port) => tellWorker({ type: 'websocket', target, protocols }, [port]),
  });
}

/** The origin's one service worker is ours: the server of the previewed page could not even deliver another. */
function hideServiceWorker(): void {
  const refuse = (): Promise<never> =>
    Promise.reject(new DOMException('Not available in a preview', 'SecurityError'));
  const never = new Promise<never>(() => undefined);
  Object.defineProperties(serviceWorker, {
    register: { value: refuse },
    getRegistration: { value: () => Promise.resolve(undefined) },
    getRegistrations: { value: () => Promise.resolve([]) },
    ready: { get: () => never },
  });
}

function tellLocation(): void {
  const tell = (): void => {
    const address = location.pathname + location.search + location.hash;
    tellPlayground({ type: 'bottleship-preview-location', address });
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const native = history[name].bind(history);
    history[name] = (...given) => {
      native(...given);
      tell();
    };
  }
  for (const name of ['popstate', 'hashchange', 'pageshow']) window.addEventListener(name, tell);
  tell();
}

/** Links and forms that name the server as it knows itself lead to the preview instead. */
function mapAddresses(): void {
  const map = (url: string): string => toBrowser(url, { port, origin: location.origin });
  document.addEventListener(
    'click',
    ({ target }) => {
      const link = target instanceof Element ? target.closest('a[href]') : null;
      if (link instanceof HTMLAnchorElement && map(link.href) !== link.href)
        link.href = map(link.href);
    },
    true,
  );
  document.addEventListener(
    'submit',
    ({ target }) => {
      if (!(target instanceof HTMLFormElement)) return;
      const action = target.getAttribute('action');
      if (action !== null && map(action) !== action) target.setAttribute('action', map(action));
    },
    true,
  );
}

linkAgain();
replaceCookies();
replaceWebSocket();
hideServiceWorker();
mapAddresses();
tellLocation();
