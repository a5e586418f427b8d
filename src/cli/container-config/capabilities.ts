/** `--cap-add` and `--cap-drop` as the client sends them: full names, each once, in order. */
import type { HostConfig } from '../../api/container.ts';

export function capabilitiesOf(
  add: readonly string[],
  drop: readonly string[],
): Pick<HostConfig, 'CapAdd' | 'CapDrop'> {
  return { CapAdd: namesOf(add), CapDrop: namesOf(drop) };
}

function namesOf(given: readonly string[]): readonly string[] | null {
  return given.length === 0 ? null : [...new Set(given.map(fullName))].toSorted();
}

function fullName(given: string): string {
  const name = given.trim().toUpperCase();
  return name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`;
}
