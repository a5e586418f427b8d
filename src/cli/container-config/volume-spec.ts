/** `-v source:target[:options]`: which of them bind something, and which are anonymous volumes. */
import { absolutePath } from '../paths.ts';

export interface VolumeFlags {
  readonly binds: readonly string[];
  /** Anonymous volumes by their path in the container. */
  readonly volumes: Record<string, Record<string, never>>;
}

export function parseVolumes(
  specs: readonly string[],
  options: { readonly workingDirectory: string },
): VolumeFlags {
  const binds: string[] = [];
  const volumes: Record<string, Record<string, never>> = {};
  for (const spec of new Set(specs)) {
    const { source } = parseVolumeSpec(spec);
    if (source === '') {
      volumes[spec] = {};
    } else if (source.startsWith('.')) {
      const rest = spec.slice(spec.indexOf(':'));
      binds.push(absolutePath(source, options.workingDirectory) + rest);
    } else binds.push(spec);
  }
  return { binds, volumes };
}

function parseVolumeSpec(spec: string): { source: string } {
  if (spec === '') throw new Error('invalid empty volume spec');
  if (spec.length <= 2) return { source: '' };
  const parts = splitSpec(spec);
  if (parts.includes('')) throw new Error(`invalid spec: ${spec}: empty section between colons`);
  if (parts.length > 3) throw new Error(`invalid spec: ${spec}: too many colons`);
  return { source: parts.length === 1 ? '' : (parts[0] ?? '') };
}

/** At colons, but a single letter before one is a drive of Windows, whatever the machine. */
function splitSpec(spec: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of spec) {
    if (character !== ':' || /^\p{L}$/u.test(part)) {
      part += character;
      continue;
    }
    parts.push(part);
    part = '';
  }
  return [...parts, part];
}
