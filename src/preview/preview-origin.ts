/**
 * Where previews are shown: every published port of every playground has an origin of its own, made from a template
 * such as `http://p{port}-{session}.localhost:8081`. The session's name is random, so no other page can guess it.
 */

export interface PreviewAddress {
  readonly port: number;
  readonly session: string;
}

const sessionPattern = '[0-9a-f]{16}';

/** Undefined when it is no template: both places in the first label of an http or https origin. */
export function parsePreviewTemplate(text: string): string | undefined {
  if (!/^https?:\/\/p\{port\}-\{session\}\.[a-z0-9.-]+(?::\d{1,5})?$/.test(text)) return undefined;
  return text;
}

export function previewOrigin(template: string, { port, session }: PreviewAddress): string {
  return template.replace('{port}', String(port)).replace('{session}', session);
}

/** Undefined for any other origin. */
export function parsePreviewOrigin(template: string, origin: string): PreviewAddress | undefined {
  const [before = '', between = '', after = ''] = template
    .split(/\{port\}|\{session\}/)
    .map(escape);
  const match = new RegExp(`^${before}(\\d{1,5})${between}(${sessionPattern})${after}$`).exec(
    origin,
  );
  const [, port, session] = match ?? [];
  return port === undefined || session === undefined ? undefined : { port: Number(port), session };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
