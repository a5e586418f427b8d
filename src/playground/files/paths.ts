/** Absolute POSIX paths of the machine. */

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || '/';
}

export function childOf(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`;
}

/** Whether a path is a folder's own or of something in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(childOf(folder, ''));
}

/** Folders from the root down to the one a path lies in. */
export function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return ['/', ...names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`)];
}
