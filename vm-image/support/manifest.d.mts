/** Types of manifest.mjs for the tests. */
export const manifestName: string;
export function writeManifest(folder: string, sources: readonly object[]): Promise<void>;
export function verifyManifest(folder: string): Promise<string[]>;
