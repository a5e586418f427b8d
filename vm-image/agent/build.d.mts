export const warnings: readonly string[];
export function sourceFiles(): Promise<string[]>;
export function build(folders: { outputFolder: string; cacheFolder: string }): Promise<void>;
