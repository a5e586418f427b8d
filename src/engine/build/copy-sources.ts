/** What the sources of COPY and ADD name in a tree of files. */
import { cleanPath } from '../../lib/posix-path.ts';
import { matchPath } from '../../lib/path-match.ts';
import { KindError } from '../../lib/errors.ts';
import { resolvePath, type TreeNode } from './file-tree.ts';

export interface CopySource {
  /** As the Dockerfile names it, without symlinks followed; no leading slash. Empty for the root. */
  readonly path: string;
  readonly node: TreeNode;
  /** How many of the path's parts stand in front of `/./`, which `--parents` leaves out. */
  readonly pivot?: number;
}

/** Every path that `pattern` names, in their order. A name without wildcards that is not there is `notFound`. */
export function copySources(root: TreeNode, pattern: string): CopySource[] {
  const at = pattern.indexOf('/./');
  if (at < 0) return findSources(root, pattern);
  const pivot = cleanPath(`/${pattern.slice(0, at)}`)
    .split('/')
    .filter(Boolean).length;
  return findSources(root, pattern).map((source) => ({ ...source, pivot }));
}

function findSources(root: TreeNode, pattern: string): CopySource[] {
  const path = cleanPath(`/${pattern}`).slice(1);
  if (!/[*?[\\]/.test(path)) {
    const { node } = resolvePath(root, path);
    if (node === undefined) throw new KindError('notFound', `"/${path}": not found`);
    return [{ path, node }];
  }
  let found: CopySource[] = [{ path: '', node: root }];
  for (const part of path.split('/')) {
    found = found.flatMap((directory) => {
      const { node } =
        directory.node.inode.type === 'symlink' ? resolvePath(root, directory.path) : directory;
      return [...(node?.children ?? [])]
        .filter(([name]) => matchPath(part, name))
        .map(([name, child]) => ({
          path: directory.path === '' ? name : `${directory.path}/${name}`,
          node: child,
        }));
    });
  }
  return found.flatMap(({ path: at, node }) => {
    const followed = node.inode.type === 'symlink' ? resolvePath(root, at).node : node;
    return followed === undefined ? [] : [{ path: at, node: followed }];
  });
}
