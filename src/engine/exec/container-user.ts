/** Who a name is inside a running container, by the files it has now. */
import { errorKind } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { resolveUser, type AccountFiles, type ProcessUser } from '../spec/passwd.ts';
import { containerPaths } from '../spec/paths.ts';

export async function containerUser(
  daemon: Daemon,
  options: { readonly container: Container; readonly user: string },
): Promise<ProcessUser> {
  const { container, user } = options;
  const accounts = await readAccountFiles(daemon, containerPaths(container.id).merged);
  return resolveUser(user, accounts, container.hostConfig.GroupAdd ?? []);
}

/** Of a root that is mounted now; what is missing is empty. */
export async function readAccountFiles(daemon: Daemon, root: string): Promise<AccountFiles> {
  const read = async (path: string): Promise<string> => {
    try {
      return new TextDecoder().decode(await daemon.guest.readFile(path, { root }));
    } catch (error) {
      if (errorKind(error) === 'notFound') return '';
      throw error;
    }
  };
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')]);
  return { passwd, group };
}
