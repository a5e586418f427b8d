/** Bits of Go's os.FileMode, in which the API describes a path. */

/** 2^31, which is no int32. */
const directory = 2_147_483_648;
const symlink = 134_217_728;
const device = 67_108_864;
const irregular = 524_288;

export function isDirectory(mode: number): boolean {
  return has(mode, directory);
}

export function isSymlink(mode: number): boolean {
  return has(mode, symlink);
}

/** What cannot be copied to; undefined when it can. */
export function obstacle(mode: number): string | undefined {
  if (has(mode, device)) return 'got a device';
  return has(mode, irregular) ? 'got an irregular file' : undefined;
}

function has(mode: number, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}
