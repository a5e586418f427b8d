/** v86 asks for Node's modules where it finds itself in Node; the page gets empty ones without a warning. */
import type { Plugin } from 'vite';

const emptyModule = '\0bottleship:empty';
const nodeModules = /^(?:fs|crypto|perf_hooks|node:crypto|node:fs\/promises)$/;

export function noNodeModules(): Plugin {
  return {
    name: 'bottleship:no-node-modules',
    enforce: 'pre',
    resolveId: (id, importer) =>
      importer?.includes('/v86/') === true && nodeModules.test(id) ? emptyModule : undefined,
    load: (id) => (id === emptyModule ? 'export default {};' : undefined),
  };
}
