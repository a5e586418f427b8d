/**
 * Python 3.11 with pip on the shared base: Debian's packages where Debian has them, under /usr, and the names below
 * /usr/local that Dockerfiles for the official image use. What programs commonly import and pip needs
 * for its work is compiled, so that a start compiles nothing; test suites and what nobody calls from a container are
 * left out, setuptools and distutils too.
 */
import { words } from '../../support/words.mjs';
import { packLayer } from '../oci.mjs';
import { addPackages, finishLayer } from './base.mjs';
import { compilePython } from './compile-python.mjs';
import { pathVariable } from './system-files.mjs';

const standardLibrary = 'usr/lib/python3.11';

const packageFolder = 'usr/lib/python3/dist-packages';

/** What pip loads while it works, and what programs do; the rest is compiled by whoever imports it first. */
const imports = words(`
  argparse asyncio base64 bisect calendar collections concurrent.futures configparser contextlib copy csv ctypes
  dataclasses datetime decimal email.message email.mime.text email.mime.multipart encodings.ascii encodings.idna
  encodings.latin_1 encodings.utf_8 enum fcntl fnmatch fractions functools getopt getpass glob gzip hashlib heapq hmac
  html html.parser http.client http.cookies http.server importlib.metadata importlib.resources inspect io ipaddress
  itertools json logging logging.config logging.handlers math mimetypes multiprocessing numbers operator os pathlib
  pickle platform pprint queue random re runpy sched secrets select shlex shutil signal smtplib socket socketserver
  sqlite3 ssl stat statistics string struct subprocess sysconfig tarfile tempfile textwrap threading time timeit
  traceback types typing unicodedata unittest unittest.mock urllib.parse urllib.request uuid venv warnings weakref
  xml.etree.ElementTree zipfile zlib zoneinfo
  pip.__main__ pip._internal.cli.main pip._internal.cli.progress_bars pip._internal.commands.install
  pip._internal.commands.list pip._internal.commands.show pip._internal.commands.freeze
  pip._internal.commands.uninstall pip._internal.commands.download pip._internal.commands.wheel
  pip._internal.metadata.importlib pip._internal.metadata.pkg_resources pip._vendor.distro
  encodings.cp437 plistlib pip._internal.operations.install.wheel
  pip._internal.resolution.resolvelib.resolver pip._vendor.distlib.scripts pip._vendor.rich.progress
`);

/** Tests, tools with windows, and what Debian adds for itself. */
const unwanted = [
  /^usr\/lib\/python3\.11\/(test|tkinter|turtledemo|idlelib|lib2to3|pydoc_data|ctypes\/test)(\/|$)/,
  /^usr\/lib\/python3\.11\/(EXTERNALLY-MANAGED|turtle\.py|sitecustomize\.py)$/,
  /^usr\/lib\/python3\.11\/lib-dynload\/(nis|_dbm|_test[a-z]*|_xxtestfuzz|xxlimited\w*|_ctypes_test)\./,
  /^usr\/lib\/i386-linux-gnu\/lib(expatw|formw|menuw|tic|history)\.so/,
  /^usr\/share\/(python3|pixmaps|applications|binfmts|ca-certificates|readline|gcc)(\/|$)/,
  /^etc\/(python3\.11|ca-certificates|magic|update-motd\.d)(\/|$)/,
  /^usr\/sbin\/update-ca-certificates$/,
  /^usr\/lib\/python3\.11\/(distutils|msilib)(\/|$)/,
  /^usr\/bin\/(py3clean|py3compile|py3versions|i386-linux-gnu-.*|pip3\.11)$/,
];

export async function python(sets, base) {
  const { tree, packages } = await addPackages(sets, 'python', base);
  addCertificates(tree);
  for (const [path] of tree.entries()) {
    if (unwanted.some((pattern) => pattern.test(path))) tree.remove(path);
  }
  addNames(tree);
  finishLayer(base, tree);
  await compilePython(base, tree, { folders: [standardLibrary, packageFolder], imports });
  return {
    name: 'library/python',
    tags: words(`
      latest 3 3.11 3.11.2 bookworm 3-bookworm 3.11-bookworm
      slim 3-slim 3.11-slim 3.11.2-slim slim-bookworm 3-slim-bookworm 3.11-slim-bookworm
    `),
    layers: [base.layer, await packLayer(tree, 'ADD Python and pip of Debian 12 (bookworm) /')],
    config: {
      Env: [pathVariable, 'LANG=C.UTF-8', 'PYTHON_VERSION=3.11.2'],
      Cmd: ['python3'],
      WorkingDir: '/',
    },
    title: 'python',
    description: 'Python 3.11 of Debian 12 (bookworm) with pip on a small base',
    licenses: 'PSF-2.0',
    version: '3.11.2',
    packages: [...packages, ...base.packages],
  };
}

/** All certificate authorities in one file, where OpenSSL and Debian's pip look for them. */
function addCertificates(tree) {
  const certificates = tree
    .entries()
    .filter(([path]) => path.startsWith('usr/share/ca-certificates/') && path.endsWith('.crt'));
  const bundle = Buffer.concat(certificates.map(([, node]) => node.content));
  tree.file('etc/ssl/certs/ca-certificates.crt', bundle);
  tree.symlink('usr/lib/ssl/cert.pem', '/etc/ssl/certs/ca-certificates.crt');
}

/** What people type, and where the official image has its packages: Debian's Python puts them in dist-packages. */
function addNames(tree) {
  for (const name of words('python python3')) {
    tree.symlink(`usr/bin/${name}`, 'python3.11');
    tree.symlink(`usr/local/bin/${name}`, '/usr/bin/python3.11');
  }
  tree.symlink('usr/local/bin/python3.11', '/usr/bin/python3.11');
  for (const name of words('pip pip3')) tree.symlink(`usr/local/bin/${name}`, `/usr/bin/${name}`);
  tree.directory('usr/local/lib/python3.11/site-packages');
  tree.symlink('usr/local/lib/python3.11/dist-packages', 'site-packages');
}
