/** Makes of the engine's answer one that the browser shows. */
import type { VisibleCookie } from '../../preview/protocol.ts';
import { injectShim } from '../../preview/inject-shim.ts';
import { shimPath } from '../../preview/rewrite-headers.ts';
import type { EngineAnswer } from './engine-link.ts';

const emptyStatuses = [204, 205, 304];

export interface PageContext {
  readonly isDocument: boolean;
  readonly method: string;
  readonly cookies: readonly VisibleCookie[];
  readonly playground: string;
}

export async function toResponse(answer: EngineAnswer, context: PageContext): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of answer.fields) headers.append(name, value);
  const { status, reason } = answer;
  const init = { status, statusText: printable(reason), headers };
  if (context.method === 'HEAD' || emptyStatuses.includes(status)) {
    await answer.body.cancel();
    return new Response(null, init);
  }
  let body = decoded(answer.body, headers);
  if (context.isDocument && isHtml(headers)) {
    headers.delete('content-length');
    body = body.pipeThrough(injectShim(shimTag(context)));
  }
  // A redirect may have no body for whoever made it.
  if (status >= 300 && status < 400 && headers.has('location')) {
    await body.cancel();
    return new Response(null, init);
  }
  return new Response(body, init);
}

/** No server needs to compress; some do all the same, and nobody would undo it behind a service worker. */
function decoded(body: ReadableStream<Uint8Array>, headers: Headers): ReadableStream<Uint8Array> {
  const coding = headers.get('content-encoding')?.trim().toLowerCase();
  if (coding !== 'gzip' && coding !== 'deflate') return body;
  headers.delete('content-encoding');
  headers.delete('content-length');
  return body.pipeThrough(
    new DecompressionStream(coding) as unknown as TransformStream<Uint8Array, Uint8Array>,
  );
}

/** Not in an encoding where a tag is more than its ASCII bytes. */
function isHtml(headers: Headers): boolean {
  const type = headers.get('content-type') ?? '';
  return /^\s*text\/html\b/i.test(type) && !/utf-?16|utf-?32/i.test(type);
}

function shimTag({ cookies, playground }: PageContext): string {
  const data = { playground, cookies: JSON.stringify(cookies) };
  const attributes = Object.entries(data).map(
    ([name, value]) => `data-${name}="${escaped(value)}"`,
  );
  return `<script src="${shimPath}" nonce="bottleship" ${attributes.join(' ')}></script>`;
}

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The reason phrase as `Response` takes it. */
function printable(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}

/** What is shown when the server does not answer. */
export function failurePage(port: number, message: string): Response {
  const isChinese = self.navigator.language.startsWith('zh');
  const title = isChinese ? `端口 ${port} 没有应答` : `Port ${port} does not answer`;
  const style =
    'color-scheme:light dark;font:1rem/1.5 system-ui;margin:15vh auto;max-width:32rem;padding:1rem';
  const html = `<!doctype html><meta charset="utf-8"><title>${title}</title><body style="${style}"><h1>${title}</h1><p>${escaped(message)}</p></body>`;
  return new Response(html, {
    status: 502,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}
