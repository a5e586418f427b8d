/** `GET /exec/{id}/json`. */
import type { ExecInspect } from '../api/exec.ts';
import type { Daemon } from './daemon.ts';

export async function execInspect(daemon: Daemon, id: string): Promise<ExecInspect> {
  const exec = daemon.execs.find(id);
  return {
    ID: exec.id,
    Running: exec.state === 'running',
    ExitCode: exec.exitCode,
    ProcessConfig: {
      tty: exec.tty,
      entrypoint: exec.args[0] ?? '',
      arguments: exec.args.slice(1),
      privileged: exec.privileged,
      ...(exec.user === '' ? {} : { user: exec.user }),
    },
    OpenStdin: exec.openStdin,
    OpenStderr: exec.openStderr,
    OpenStdout: exec.openStdout,
    CanRemove: daemon.execs.canRemove(exec),
    ContainerID: exec.container.id,
    DetachKeys: btoa(String.fromCharCode(...exec.detachKeys)),
    Pid: exec.pid,
  };
}
