/** Annotations among the attributes of an output: `annotation.KEY`, `annotation-manifest-descriptor[PLATFORM].KEY`. */
import { formatPlatform, machinePlatform } from '../../image/platform.ts';
import type { ArchiveAnnotations } from '../../image/archive/save-archive.ts';
import { KindError } from '../../lib/errors.ts';
import type { BuildOutputOption } from '../server/backend/build-backend.ts';

const attribute = /^annotation(?:-([a-z-]+))?(?:\[([^\]]*)\])?\.(.+)$/;

/** Undefined where there are none. Throws BuildKit's words for those of an index, which one platform has not. */
export function annotationsOf({ attributes }: BuildOutputOption): ArchiveAnnotations | undefined {
  const manifest: Record<string, string> = {};
  const descriptor: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const [found, type = 'manifest', platform, key = ''] = attribute.exec(name) ?? [];
    if (found === undefined) continue;
    if (type === 'index' || type === 'index-descriptor')
      throw invalid(`${type} annotations not supported for single platform export`);
    if (platform !== undefined && platform !== formatPlatform(machinePlatform)) continue;
    if (type === 'manifest') manifest[key] = value;
    else if (type === 'manifest-descriptor') descriptor[key] = value;
    else throw invalid(`unrecognized annotation type ${type}`);
  }
  const count = Object.keys(manifest).length + Object.keys(descriptor).length;
  return count === 0 ? undefined : { manifest, descriptor };
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
