/** The browser's storage; absent where it forbids it, as in a sandboxed frame. */
export function pageStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
