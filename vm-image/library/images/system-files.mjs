/** The files and settings that every small image has, whatever it runs. */
import { words } from '../../support/words.mjs';

export const pathVariable = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What every small image needs beside its programs: users, names and the usual folders. */
export function addSystemFiles(tree, { users = [], groups = [] } = {}) {
  const lines = (rows) => rows.map((row) => `${row}\n`).join('');
  tree.file(
    'etc/passwd',
    lines([
      'root:x:0:0:root:/root:/bin/sh',
      'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
      'bin:x:2:2:bin:/bin:/bin/false',
      'www-data:x:33:33:www-data:/var/www:/bin/false',
      ...users,
      'nobody:x:65534:65534:nobody:/home:/bin/false',
    ]),
  );
  tree.file(
    'etc/group',
    lines([
      ...words('root:x:0: daemon:x:1: bin:x:2: tty:x:5: www-data:x:33: users:x:100:'),
      ...groups,
      'nogroup:x:65534:',
    ]),
  );
  tree.file('etc/shadow', lines(['root:*:20454:0:99999:7:::', 'nobody:*:20454:0:99999:7:::']), {
    mode: 0o600,
  });
  tree.file('etc/nsswitch.conf', lines(['passwd: files', 'group: files', 'hosts: files dns']));
  for (const folder of words('dev etc home proc run sys usr/bin usr/sbin var/log var/spool')) {
    if (!tree.has(folder)) tree.directory(folder);
  }
  tree.directory('root', { mode: 0o700 });
  tree.directory('tmp', { mode: 0o1777 });
  tree.directory('var/tmp', { mode: 0o1777 });
}
