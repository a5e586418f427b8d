/**
 * Small named records in files below `<root>`. A key becomes a path of pieces short enough for any file system; a
 * record is replaced by rename.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordStore } from '../image/content-store.ts';
import { ifMissing, syncFolder, writeSynced } from './file-content-store.ts';

const pieceLength = 150;
const suffix = '.record';

export function openFileRecordStore(root: string): RecordStore {
  const pathOf = (key: string) => join(root, `${encode(key)}${suffix}`);
  return {
    async get(key) {
      const value = await readFile(pathOf(key)).catch(ifMissing);
      return value && new Uint8Array(value);
    },
    async set(key, value) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const fresh = `${path}.${randomUUID()}`;
      try {
        await writeSynced(fresh, value);
        await rename(fresh, path);
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
    delete: (key) => rm(pathOf(key), { force: true }),
    async keys(prefix) {
      const files = await readdir(root, { recursive: true }).catch(ifMissing);
      return (files ?? [])
        .filter((file) => file.endsWith(suffix))
        .map((file) => decode(file.slice(0, -suffix.length)))
        .filter((key) => key.startsWith(prefix))
        .sort();
    },
  };
}

/** Dots are encoded too, so that no key is `..` or ends like a record of another. */
function encode(key: string): string {
  const text = encodeURIComponent(key).replace(
    /[.*'()!~]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return text.match(new RegExp(`.{1,${pieceLength}}`, 'g'))?.join('/') ?? '%';
}

function decode(path: string): string {
  return decodeURIComponent(path.replaceAll('/', ''));
}
