/** Modes of namespaces, as `--network`, `--pid` and `--ipc` name them. */

const prefix = 'container:';

/** The container of `container:<name|id>`; empty when it names none, undefined for other modes. */
export function containerOfMode(mode: string | undefined): string | undefined {
  return mode?.startsWith(prefix) === true ? mode.slice(prefix.length) : undefined;
}
