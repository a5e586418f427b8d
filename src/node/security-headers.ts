/**
 * The page's security policy: sent as headers by our server and written into the page as a `<meta>` for
 * static hosts. No COOP and no COEP: embeds work in any page. Which pages may frame ours is for headers only.
 */

import { configuredPreviewTemplate } from './preview-config.ts';

const directives: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  // WebAssembly needs its own permission; there is no eval and no inline script.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  // Lessons of other sites are loaded from where the deployment allows it.
  'connect-src': `'self' ${process.env['BOTTLESHIP_COURSE_ORIGINS'] ?? ''}`.trim(),
  // xterm.js writes its styles through constructed sheets (src/ui/inline-styles.ts), so none is inline.
  'style-src': "'self'",
  'img-src': "'self'",
  'font-src': "'self'",
  'manifest-src': "'self'",
  // Embeds in the gallery; previews of published ports, each of an origin of its own.
  'frame-src': `'self' http://*.localhost:* ${previewFrameSource()}`.trim(),
  'base-uri': "'none'",
  'form-action': "'none'",
};

export const contentSecurityPolicyText = Object.entries(directives)
  .map(([name, value]) => `${name} ${value}`)
  .join('; ');

/** Headers of one file, by its path. */
export function securityHeadersOf(path: string): Readonly<Record<string, string>> {
  return {
    ...securityHeaders,
    'content-security-policy': contentSecurityPolicyText + framingOf(path),
  };
}

/**
 * Only embeds may be framed by other sites: by all, or by those of BOTTLESHIP_EMBED_ANCESTORS. The playground keeps
 * containers and volumes; an embed has a machine that knows nothing of them.
 */
function framingOf(path: string): string {
  if (!/^\/embed(?:\.html)?$/.test(path)) return "; frame-ancestors 'self'";
  const ancestors = embedAncestors();
  return ancestors === undefined ? '' : `; frame-ancestors ${ancestors}`;
}

/** Sources of the pages that may hold embeds, as in a policy; undefined: all. */
export function embedAncestors(): string | undefined {
  return process.env['BOTTLESHIP_EMBED_ANCESTORS'];
}

const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  // Previews may be of the same site: they get no process and no document.domain in common.
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  // The static files are public; embeds on other origins may load them.
  'cross-origin-resource-policy': 'cross-origin',
};

/** Of a deployment: a policy knows wildcards for whole labels only. */
function previewFrameSource(): string {
  return (configuredPreviewTemplate() ?? '').replace(/[^/.]*\{port\}[^.]*/, '*');
}
