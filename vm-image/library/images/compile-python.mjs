/**
 * Compiles Python's modules with the interpreter that is in the tree, as it would on their first import. Needs a
 * processor and a kernel that run i386 programs.
 */
import { mkdtemp, readFile, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileTree } from '../../support/file-tree.mjs';
import { run, sourceDateEpochSeconds } from '../../support/run.mjs';

/** Imports its arguments and prints the files of all modules that this loaded. */
const listImported = `
import importlib, sys
for name in sys.argv[1:]: importlib.import_module(name)
print(*sorted(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)), sep='\\n')
`;

/**
 * Adds a `.pyc` to `tree` for the modules named in `imports` and all that they import, as far as they lie in `folders`
 * (the standard library, then packages). The base has what the interpreter runs on.
 */
export async function compilePython(base, tree, { folders, imports }) {
  const whole = new FileTree();
  whole.addTree(base.tree);
  whole.addTree(tree);
  const root = await mkdtemp(join(tmpdir(), 'bottleship-python-'));
  try {
    whole.writeTo(root);
    // A compiled module names the time of its source, which in the layer is this one.
    for (const [path, node] of tree.entries()) {
      if (!path.endsWith('.py') || node.type !== 'file') continue;
      await utimes(join(root, path), sourceDateEpochSeconds, sourceDateEpochSeconds);
    }
    const python = interpreterIn(root, folders.map((folder) => join(root, folder)).join(':'));
    const loaded = (await python(['-c', listImported, ...imports])).split('\n');
    await compile(
      python,
      root,
      loaded.filter((file) => file.endsWith('.py')),
    );
    for (const folder of folders) await addCompiled(tree, root, folder);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Runs Python with what lies below `root`, and nothing of the system's; it writes no `.pyc` of its own accord. */
function interpreterIn(root, searchPath) {
  const libraries = join(root, 'usr/lib/i386-linux-gnu');
  const program = ['--library-path', libraries, join(root, 'usr/bin/python3.11'), '-B', '-s', '-S'];
  const env = { PYTHONHOME: join(root, 'usr'), PYTHONPATH: searchPath, PYTHONHASHSEED: '0' };
  return (args) => run(join(libraries, 'ld-linux.so.2'), [...program, ...args], { env });
}

/** One process, always the same order: what it writes depends on nothing else. */
async function compile(python, root, paths) {
  const options = ['-q', '-s', root, '-p', '/', '--invalidation-mode', 'timestamp'];
  await python(['-m', 'compileall', ...options, ...paths]);
}

async function addCompiled(tree, root, folder) {
  const names = await readdir(join(root, folder), { recursive: true });
  for (const name of names.filter((it) => it.endsWith('.pyc'))) {
    tree.file(`${folder}/${name}`, await readFile(join(root, folder, name)));
  }
}
