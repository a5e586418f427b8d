/** The progress of a pull as steps: which blobs were fetched and which layers stored. */
import type { JsonMessage } from '../../api/image.ts';
import type { RequestTrace } from './request-trace.ts';

const operations: Readonly<Record<string, { operation: string; cause: string }>> = {
  'Already exists': { operation: 'layerShared', cause: 'The layer is there from another image' },
  'Download complete': { operation: 'blobFetched', cause: 'The registry sent a layer, and its digest is right' },
  'Pull complete': { operation: 'layerStored', cause: 'The layer is indexed: the machine can mount it' },
}; // prettier-ignore

/** Passes messages on; what ends a step is published. */
export function traceProgress(
  onProgress: (message: JsonMessage) => void,
  trace: RequestTrace,
): (message: JsonMessage) => void {
  const startedMs = new Map<string, number>();
  return (message) => {
    const { id, status } = message;
    const known = operations[status ?? ''];
    if (id !== undefined) {
      const begun = startedMs.get(id) ?? trace.now();
      startedMs.set(id, begun);
      if (known !== undefined) {
        const durationMicroseconds = (trace.now() - begun) * 1000;
        const step = { kind: 'image', ...known, arguments: { layer: id } } as const;
        trace.done(step, { startedMs: begun, durationMicroseconds });
        startedMs.set(id, trace.now());
      }
    }
    onProgress(message);
  };
}
