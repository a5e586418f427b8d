/**
 * The second server behind `npm start`: the origin of previews. It has three scripts and one page, and never anything of
 * the machine's: that comes through the service worker alone.
 */
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { parsePreviewOrigin } from '../preview/preview-origin.ts';
import { embedAncestors } from './security-headers.ts';
import { previewPage, previewPolicy, previewScripts } from './preview-page.ts';

export interface PreviewServerOptions {
  /** Holds the scripts. */
  readonly folder: string;
  /** Origins of the playground. */
  readonly playgrounds: readonly string[];
  /** Where this server is, as `preview/preview-origin.ts` reads it. */
  readonly template: () => string;
}

/** Answers GET for names of previews; other names are somebody who was led here by a trick. */
export async function previewServer(options: PreviewServerOptions): Promise<RequestListener> {
  const scripts = new Map<string, Buffer>();
  for (const name of previewScripts)
    scripts.set(`/${name}`, await readFile(join(options.folder, name)));
  const page = previewPage(options.playgrounds);
  const policy = previewPolicy(options.playgrounds, embedAncestors());
  return (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('origin-agent-cluster', '?1');
    response.setHeader('cache-control', 'no-cache');
    const origin = `http://${request.headers.host ?? ''}`;
    if (parsePreviewOrigin(options.template(), origin) === undefined)
      return void response.writeHead(421).end('Misdirected request\n');
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    const [path = ''] = (request.url ?? '').split('?', 1);
    const script = scripts.get(path);
    if (script !== undefined) {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
      return undefined;
    }
    response.setHeader('content-security-policy', policy);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    return undefined;
  };
}
