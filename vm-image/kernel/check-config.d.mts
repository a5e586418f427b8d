/** Types of check-config.mjs for the tests. */
export const generallyNecessary: readonly string[];
export const optional: readonly string[];
export const features: readonly string[];
export const ownNeeds: readonly string[];
export const unwanted: readonly string[];
export const exceptions: Readonly<Record<string, string>>;
export function checkConfig(text: string): string[];
export function configOfKernel(image: Uint8Array): string;
