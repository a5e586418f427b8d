/** Writes the policy into the built page, for hosts that send no headers of ours. */
import type { Plugin } from 'vite';
import { contentSecurityPolicyText } from '../security-headers.ts';

export function contentSecurityPolicy(): Plugin {
  return {
    name: 'bottleship:content-security-policy',
    // The development server needs inline styles and scripts of its own.
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicyText },
        injectTo: 'head-prepend',
      },
    ],
  };
}
