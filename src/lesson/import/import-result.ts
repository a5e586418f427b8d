/** What an import makes: a lesson's folder, and what of the original has no place in it. */
export interface ImportResult {
  /** Markdown by its path below the lesson's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}
