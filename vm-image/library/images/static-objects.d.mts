/** Types of static-objects.mjs, for its test. */
export function withPlainCalls(content: Uint8Array): Buffer;
